'use strict';

// An authority of a test's own, and gets in processes of their own that may trust it.

const { execFile, execFileSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const ROOT = path.join(__dirname, '..');

/** An authority and a certificate of its for localhost. */
function certificates(context) {
  const folder = mkdtempSync(path.join(tmpdir(), 'memory-tls-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const openssl = (...words) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test Authority');
  openssl('req', '-x509', ...curve, '-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-CA', 'ca.pem', '-CAkey', 'ca.key');
  return { folder, ca: path.join(folder, 'ca.pem'), key: readFileSync(path.join(folder, 'key.pem')), cert: readFileSync(path.join(folder, 'cert.pem')) };
}

async function listen(context, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => (server.closeAllConnections?.(), server.close()));
  return server.address().port;
}

/** A get and a getAsync in a process of its own: the sources, or the code of the first error. */
async function read(environment, edge) {
  const script = `
    const params = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', REGION: 'eu-west-1', FAILOVER: false, LOCAL_MAX_ITEMS: 0 };
    (async () => {
      const mem = new (require(${JSON.stringify(ROOT)}))({ ...params, EDGE_ENDPOINT: ${JSON.stringify(edge)} }, 'shop');
      console.log(await mem.getAsync('a'), mem.get('a'));
    })().catch((error) => console.log(error.code, error.message));
  `;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/proxy|_CA_|SSL_|NODE_/i.test(name)));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env: { ...inherited, ...environment } });
  return (stdout + stderr).trim();
}

module.exports = { certificates, listen, read };
