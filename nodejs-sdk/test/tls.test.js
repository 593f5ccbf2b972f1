'use strict';

// Whom TLS trusts, and what it takes for a whole answer (TRUST-1, WIRE-10). Which variable wins is asked by the vectors.

const assert = require('node:assert/strict');
const https = require('node:https');
const path = require('node:path');
const tls = require('node:tls');
const { writeFileSync } = require('node:fs');
const { suite, test } = require('node:test');

const { certificates, listen, read } = require('./certificates.js');

const DOCUMENT = '{"v":1,"type":"int","value":1,"write":"9f86d081884c7d65"}';

const answer = (request, response) => response.writeHead(200, { etag: '"a"' }).end(DOCUMENT);

test('TLS is verified, with the authorities that the environment names and no others', async (context) => {
  const { ca, key, cert } = certificates(context);
  const port = await listen(context, https.createServer({ key, cert }, answer));
  const edge = `https://localhost:${port}`;
  assert.equal(await read({ AWS_CA_BUNDLE: ca }, edge), '1 1');
  assert.equal(await read({ SSL_CERT_FILE: ca }, edge), '1 1');
  assert.equal(await read({ NODE_EXTRA_CA_CERTS: ca }, edge), '1 1');
  assert.match(await read({}, edge), /^unavailable .*certificate/);
  assert.match(await read({ NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }, edge), /^unavailable .*certificate/);
  assert.match(await read({ AWS_CA_BUNDLE: ca }, `https://127.0.0.1:${port}`), /^unavailable .*IP/);
  assert.match(await read({ AWS_CA_BUNDLE: '/no/such/file' }, edge), /AWS_CA_BUNDLE/);
});


test('an authority that only the system knows is believed at once, by each thread', async (context) => {
  const { folder, ca, key, cert } = certificates(context);
  const server = https.createServer({ key, cert }, answer);
  let connections = 0;
  server.on('connection', () => connections++);
  const edge = `https://localhost:${await listen(context, server)}`;
  // The system's store, of whatever system this is: the first file that Node finds, or what it says itself.
  const preload = path.join(folder, 'preload.js');
  writeFileSync(preload, `
    const fs = require('node:fs');
    const { readFileSync } = fs;
    const isStore = (file) => typeof file === 'string' && /^\\/etc\\/(ssl|pki)\\//.test(file);
    const store = readFileSync(${JSON.stringify(ca)});
    fs.existsSync = ((exists) => (file) => isStore(file) || exists(file))(fs.existsSync);
    fs.readFileSync = (file, ...more) => (isStore(file) ? store : readFileSync(file, ...more));
    const tls = require('node:tls');
    const threads = require('node:worker_threads');
    threads.Worker = class extends threads.Worker {
      constructor(source, options) { super(source, { ...options, execArgv: ['--require', __filename] }); }
    };
    if (tls.getCACertificates) tls.getCACertificates = (kind) => (kind === 'system' ? [String(store)] : []);
  `);
  assert.equal(await read({ NODE_OPTIONS: `--require ${preload}` }, edge), '1 1');
  assert.equal(connections, 4); // for each thread one that was not believed, and one that was
  assert.match(await read({ NODE_OPTIONS: `--require ${preload}`, AWS_CA_BUNDLE: path.join(folder, 'cert.pem') }, edge), /^unavailable .*certificate/);
});

suite('a body without a length is no whole answer', () => {
  for (const [title, end] of [
    ['if TLS is cut', (socket) => socket.destroy()],
    ['though TLS says farewell', (socket) => socket.end()],
  ]) {
    test(title, async (context) => {
      const { ca, key, cert } = certificates(context);
      const server = tls.createServer({ key, cert }, (socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n\r\n${DOCUMENT}`, () => end(socket)));
      });
      const port = await listen(context, server);
      assert.match(await read({ AWS_CA_BUNDLE: ca }, `https://localhost:${port}`), /^unavailable .*the body ended early/);
    });
  }
});
