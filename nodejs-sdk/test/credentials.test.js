'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { generateKeyPairSync } = require('node:crypto');
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');

const { serve } = require('./server.js');

const ROOT = path.join(__dirname, '..');

/** S3, SSM and the edge at once. */
function aws(request, response, body, state) {
  if (request.method === 'PUT') return response.writeHead(200, { etag: '"v1"' }).end();
  if (request.method === 'POST') return response.end(JSON.stringify({ Parameter: { Value: state.secret } }));
  return response.end('{"v":1,"type":"int","value":1}');
}

/** A folder with a credential provider that counts how often it is asked. */
function installProvider(context, body) {
  const folder = mkdtempSync(path.join(tmpdir(), 'memory-provider-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const home = path.join(folder, 'node_modules', '@aws-sdk', 'credential-provider-node');
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'package.json'), '{"main":"index.js"}');
  writeFileSync(path.join(home, 'index.js'), `let asked = 0; exports.defaultProvider = () => async () => { asked++; ${body} };`);
  return folder;
}

async function run(server, folder, script, place) {
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...inherited } = process.env;
  const where = place === 'cwd' ? { cwd: folder } : { cwd: tmpdir() };
  const path_ = place === 'NODE_PATH' ? { NODE_PATH: path.join(folder, 'node_modules') } : {};
  const env = { ...inherited, ...path_, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: server.url };
  const make = `
    const MemoryService = require(${JSON.stringify(ROOT)});
    const params = { DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', EDGE_ENDPOINT: '${server.url}' };
    const make = (more) => new MemoryService({ ...params, ...more }, 'shop');
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', make + script], { env, ...where });
  return stdout.trim();
}

const credentialsIn = (entry) => /Credential=([^/]+)/.exec(entry.headers.authorization)?.[1];

for (const place of ['cwd', 'NODE_PATH']) {
  test(`the AWS SDK's provider is asked once, by a put and by a synchronous get: found by ${place}`, async (context) => {
    const folder = installProvider(context, `return { accessKeyId: 'ASKED' + asked, secretAccessKey: 's', sessionToken: 'token' };`);
    const server = await serve(context, aws);
    const privateKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    await server.set({ secret: JSON.stringify({ public_key_id: 'K1', private_key: privateKey }) });
    const arn = `'arn:aws:ssm:eu-west-1:123456789012:parameter/key'`;
    const script = `
      console.log(make({ PK_PATH: ${arn} }).get('a'));
      make().put('a', 1).then(() => make().put('a', 1)).then(console.log);
    `;
    assert.equal(await run(server, folder, script, place), '1\nv1');
    const signed = (await server.log()).filter((entry) => entry.method !== 'GET');
    assert.deepEqual(signed.map(credentialsIn), ['ASKED1', 'ASKED1', 'ASKED1']);
    assert.equal(signed[0].headers['x-amz-security-token'], 'token');
  });
}

test('credentials about to expire are asked for again', async (context) => {
  const expiring = `return { accessKeyId: 'ASKED' + asked, secretAccessKey: 's', expiration: new Date(Date.now() + 60_000) };`;
  const folder = installProvider(context, expiring);
  const server = await serve(context, aws);
  await run(server, folder, `make().put('a', 1).then(() => make().put('a', 1));`, 'cwd');
  assert.deepEqual((await server.log()).map(credentialsIn), ['ASKED1', 'ASKED2']);
});

test('a provider that finds none is a configuration error', async (context) => {
  const folder = installProvider(context, `throw new Error('no profile');`);
  const server = await serve(context, aws);
  const script = `make().put('a', 1).catch((error) => console.log(error.code, error.message));`;
  assert.equal(await run(server, folder, script, 'cwd'), 'configuration There are no AWS credentials: no profile');
});
