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
  writeFileSync(path.join(folder, 'config'), '[default]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n');
  writeFileSync(path.join(home, 'index.js'), `let asked = 0; exports.defaultProvider = () => async () => { asked++; ${body} };`);
  return folder;
}

async function run(server, folder, script, place) {
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...inherited } = process.env;
  const where = place === 'cwd' ? { cwd: folder } : { cwd: tmpdir() };
  const path_ = place === 'NODE_PATH' ? { NODE_PATH: path.join(folder, 'node_modules') } : {};
  const env = { ...inherited, ...path_, AWS_CONFIG_FILE: path.join(folder, 'config'), AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: server.url };
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
  assert.equal(await run(server, folder, script, 'cwd'), 'configuration The AWS SDK finds no credentials for the profile default: no profile');
});

/** STS, a container's credentials and an instance's, and S3. */
function sources(request, response, body) {
  const json = (id) => JSON.stringify({ AccessKeyId: id, SecretAccessKey: 's', Token: 't', Expiration: '2100-01-01T00:00:00Z' });
  const text = body.toString();
  if (request.url === '/latest/api/token') return response.end('token');
  if (request.url === '/latest/meta-data/iam/security-credentials/') return response.end('role-of-instance');
  if (request.url.startsWith('/latest/')) return response.end(request.headers['x-aws-ec2-metadata-token'] === 'token' ? json('INSTANCE') : '{}');
  if (request.url === '/container') return response.end(request.headers.authorization === 'let me in' ? json('CONTAINER') : '{}');
  if (text.includes('Action=')) {
    const id = new URLSearchParams(text).get('Action') === 'AssumeRole' ? `ROLE-BY-${/Credential=([^/]+)/.exec(request.headers.authorization)[1]}` : 'WEB';
    return response.end(`<R><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></R>`);
  }
  return response.writeHead(200, { etag: '"v1"' }).end();
}

const KEYS = 'aws_access_key_id = FILE\naws_secret_access_key = s\n';
const SOURCES = {
  'a profile with keys': { config: `[default]\n${KEYS}`, signs: 'FILE' },
  'a profile that assumes a role from another': { config: `[default]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = base\n[profile base]\n${KEYS}`, signs: 'ROLE-BY-FILE' },
  'a web identity': { token: true, env: { AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/a' }, signs: 'WEB' },
  'a named profile before a web identity': { config: `[profile work]\n${KEYS}`, token: true, env: { AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/a', AWS_PROFILE: 'work' }, signs: 'FILE' },
  'a container': { container: true, env: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'let me in' }, signs: 'CONTAINER' },
  'an instance': { instance: true, signs: 'INSTANCE' },
  'nothing at all': { signs: /^configuration There are no AWS credentials/ },
  'keys of which one is missing': { env: { AWS_ACCESS_KEY_ID: 'HALF' }, signs: /^configuration The AWS credentials are incomplete/ },
  'a profile of which one key is missing': { config: '[default]\naws_access_key_id = FILE\n', signs: /^configuration The profile default has only one/ },
  'a profile that is its own source': { config: '[default]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = default\n', signs: /^configuration .*its own source_profile/ },
  'SSO without the AWS SDK': { config: '[default]\nsso_session = corp\n', signs: /^configuration .*install @aws-sdk\/credential-provider-node/ },
};
for (const [title, { config = '', env = {}, token, container, instance, signs }] of Object.entries(SOURCES)) {
  test(`credentials of ${title}`, async (context) => {
    const server = await serve(context, sources);
    const folder = mkdtempSync(path.join(tmpdir(), 'memory-sources-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'config'), config);
    writeFileSync(path.join(folder, 'token'), 'a token');
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...inherited } = process.env;
    const all = {
      ...inherited,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: server.url,
      AWS_CONFIG_FILE: path.join(folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'),
      ...(token && { AWS_WEB_IDENTITY_TOKEN_FILE: path.join(folder, 'token') }),
      ...(container && { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/container` }),
      ...(instance ? { AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url } : { AWS_EC2_METADATA_DISABLED: 'true' }),
      ...env,
    };
    const script = `
      const MemoryService = require(${JSON.stringify(ROOT)});
      const mem = new MemoryService({ DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', EDGE_ENDPOINT: '${server.url}' }, 'shop');
      mem.put('a', 1).catch((error) => console.log(error.code, error.message));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env: all, cwd: folder });
    const put = (await server.log()).find((entry) => entry.method === 'PUT' && entry.url.startsWith('/bucket'));
    const found = put ? credentialsIn(put) : stdout.trim();
    if (typeof signs === 'string') assert.equal(found, signs);
    else assert.match(found, signs);
  });
}
