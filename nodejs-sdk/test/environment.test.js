'use strict';

// What the environment may do to requests on their way: proxies, and what somebody has polluted. Which of them count is
// asked by the vectors in spec/vectors/endpoints.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');

const { cloudFor } = require('../testing');
const MemoryService = require('../index.js');
const { certificates, listen, read } = require('./certificates.js');

const ROOT = path.join(__dirname, '..');
const DOCUMENT = '{"v":1,"type":"int","value":1,"write":"9f86d081884c7d65"}';

const answer = (request, response) => response.writeHead(200, { etag: '"a"' }).end(DOCUMENT);

test('HTTPS goes through the proxy by CONNECT, with its password, which no error shows', async (context) => {
  const { ca, key, cert } = certificates(context);
  const port = await listen(context, https.createServer({ key, cert }, answer));
  const asked = [];
  const proxy = require('node:http').createServer();
  proxy.on('connect', (request, socket) => {
    asked.push([request.url, request.headers['proxy-authorization']]);
    if (!request.headers['proxy-authorization']) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const target = net.connect(port, '127.0.0.1', () => (socket.write('HTTP/1.1 200 OK\r\n\r\n'), target.pipe(socket).pipe(target)));
    target.on('error', () => socket.destroy());
    return socket.on('error', () => target.destroy());
  });
  const proxyPort = await listen(context, proxy);
  // A host of the loopback has no proxy, so the certificate's name is that of another.
  const environment = { AWS_CA_BUNDLE: ca, HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${proxyPort}` };
  const through = await read(environment, 'https://edge.example');
  assert.match(through, /^unavailable .*(Hostname|altnames)/); // the tunnel reached the server, which is somebody else
  assert.deepEqual([...new Set(asked.map(String))], [`edge.example:443,Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
  assert.match(await read({ ...environment, HTTPS_PROXY: `http://127.0.0.1:${proxyPort}` }, 'https://edge.example'), /^unavailable .*the proxy answered 407/);
  assert.equal(await read({ ...environment, NO_PROXY: '' }, `https://localhost:${port}`), '1 1');
  const refused = await read({ HTTPS_PROXY: 'socks5://user:hidden@127.0.0.1' }, 'https://edge.example');
  assert.match(refused, /^configuration HTTPS_PROXY/);
  assert.doesNotMatch(refused, /hidden/);
});

test('what is on Object.prototype is neither configuration nor an option', async (context) => {
  const pollution = { EDGE_ENDPOINT: 'https://evil.example', MEMORY_EDGE_ENDPOINT: 'https://evil.example', PK_PATH: '/evil', consistent: true, invalidate: true, ttlSeconds: 1 };
  Object.assign(Object.prototype, pollution); // somebody may have done so
  context.after(() => Object.keys(pollution).forEach((name) => delete Object.prototype[name]));
  const cloud = cloudFor(context);
  const mem = new MemoryService({ __proto__: null, ...{ DISTRIBUTION: 'public.testing', BUCKET_NAME: 'testing', REGION: 'us-east-1', LOCAL_MAX_ITEMS: 0 } }, 'shop');
  await mem.put('a', 1, {});
  const entry = mem.getEntry('a', {});
  assert.deepEqual([entry.value, entry.source, entry.expiresAt], [1, 'edge', undefined]);
  assert.equal(cloud.requests.every(({ where }) => where === 'edge' || where === 's3'), true);
});

test('no line of the log and no error has a key, a token or a query, whatever is answered', async (context) => {
  const cloud = cloudFor(context);
  const lines = ['debug', 'info', 'log', 'warn', 'error'].map((level) => context.mock.method(console, level, () => {}));
  const { generateKeyPairSync } = require('node:crypto');
  const pem = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const arn = 'arn:aws:ssm:us-east-1:111122223333:parameter/key';
  cloud.parameters.set('/key', JSON.stringify({ public_key_id: 'K1', private_key: pem }));
  const mem = new MemoryService(cloud.conf({ PK_PATH: arn, LOG_LEVEL: 'debug', LOCAL_MAX_ITEMS: 0 }), 'shop');
  await mem.put('a', 1);
  const said = [];
  const echo = 'Policy=SECRET&Signature=SECRET';
  const hostile = [`Content-Encoding: ${echo}`, `X-Cache: ${echo}`, `Age: ${echo}`, `x-amz-bucket-region: ${echo}`, `ETag: ${echo}`, `no colon ${echo}`, `HTTP/1.1 403 ${echo}`, `HTTP/1.1 301 ${echo}`];
  for (const headers of hostile) {
    for (const where of ['edge', 's3']) cloud.fail(where, 'headers', { headers });
    for (const call of [() => mem.get('a'), () => mem.getAsync('a'), () => mem.get('a', { consistent: true }), () => mem.put('a', 2)]) {
      try { await call(); } catch (error) { said.push(error.stack, String(error.cause)); }
    }
    cloud.heal();
  }
  cloud.parameters.set('/key', `garbled ${pem}`);
  try { new MemoryService(cloud.conf({ PK_PATH: `${arn}2`, LOG_LEVEL: 'debug' }), 'shop').get('a'); } catch (error) { said.push(error.stack); }
  said.push(...lines.flatMap(({ mock }) => mock.calls.map((call) => call.arguments.join(' '))));
  assert.ok(said.length > 20);
  assert.doesNotMatch(said.join('\n'), /SECRET|PRIVATE KEY|Signature=|Policy=|AKIATESTING/);
});

test('1,500 gets at once stay within the descriptors of a function', { timeout: 200_000 }, async (context) => {
  const server = require('node:http').createServer(answer);
  const port = await listen(context, server);
  const script = `
    const mem = new (require(${JSON.stringify(ROOT)}))({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', REGION: 'eu-west-1', DEADLINE: 60, LOCAL_MAX_ITEMS: 0, EDGE_ENDPOINT: 'http://127.0.0.1:${port}' }, 'shop');
    Promise.all(Array.from({ length: 1500 }, (_, at) => mem.getAsync('n/' + at))).then((all) => console.log(all.length), (error) => console.log(error));
  `;
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 256; exec "$0" -e "$1"', process.execPath, script]);
  assert.equal(stdout, '1500\n');
});
