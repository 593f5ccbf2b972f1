'use strict';

// The cloud in memory that users test with. The conformance kit runs all scenarios in it; here is what only Node has.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { generateKeyPairSync } = require('node:crypto');
const path = require('node:path');
const { test } = require('node:test');

const MemoryService = require('../index.js');
const { Cloud, cloudFor } = require('../testing');

const ROOT = path.join(__dirname, '..');

test('put and both gets open no socket and start no thread', () => {
  const script = `
    const refuse = (what) => () => { throw new Error(what + ' was used'); };
    require('node:net').Socket.prototype.connect = refuse('a socket');
    require('node:worker_threads').Worker = class { constructor() { refuse('a thread')(); } };
    const { Cloud } = require('./testing');
    const cloud = new Cloud().start();
    const MemoryService = require('./index.js');
    const mem = new MemoryService(cloud.conf({ LOCAL_MAX_ITEMS: 0 }), 'shop');
    mem.put('a', { n: 1 }).then(async () => console.log(mem.get('a').n, (await mem.getAsync('a')).n, await mem.increment('visits'), mem.get('none')));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: ROOT, timeout: 60_000 });
  assert.deepEqual([stdout, stderr], ['1 1 1 undefined\n', '']);
});

test('services go by its clock, and so do edges and S3', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  await mem.put('a', 1, { ttlSeconds: 60 });
  assert.equal(new MemoryService(cloud.conf(), 'shop').getEntry('a').source, 'edge');
  cloud.clock.advance(3);
  assert.equal(new MemoryService(cloud.conf(), 'shop').getEntry('a').age, 3);
  cloud.clock.advance(57);
  assert.equal(mem.get('a'), undefined);
});

test('a service that was made before asks it as well, and forgets what it knew when it is stopped', async (context) => {
  const first = new Cloud().start();
  const mem = new MemoryService(first.conf(), 'shop');
  await mem.put('a', 1);
  first.stop();
  const second = cloudFor(context);
  assert.equal(mem.get('a'), undefined);
  await mem.put('a', 2);
  assert.equal(mem.get('a'), 2);
  assert.deepEqual([...second.objects.keys()], ['public/shop/a.json']);
});

test('points of presence have copies of their own', async (context) => {
  const cloud = cloudFor(context, { pointsOfPresence: 2 });
  const read = () => new MemoryService(cloud.conf(), 'shop').get('a');
  cloud.put('public/shop/a.json', '{"v":1,"type":"int","value":1}', { 'cache-control': 'max-age=5' });
  assert.equal(read(), 1);
  cloud.put('public/shop/a.json', '{"v":1,"type":"int","value":2}', { 'cache-control': 'max-age=5' });
  assert.equal(read(), 1);
  cloud.roam(1);
  assert.equal(read(), 2);
  assert.throws(() => cloud.roam(2), RangeError);
});

test('private reads are signed, and verified if it is told whom to trust', async (context) => {
  const cloud = cloudFor(context);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const arn = 'arn:aws:ssm:us-east-1:111122223333:parameter/key';
  cloud.parameters.set('/key', JSON.stringify({ public_key_id: 'K1', private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) }));
  const mem = new MemoryService(cloud.conf({ PK_PATH: arn, LOCAL_MAX_ITEMS: 0 }), 'shop');
  await mem.put('a', 1);
  cloud.trust('K1', publicKey);
  assert.equal(mem.get('a'), 1);
  cloud.trust('K1', generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey);
  assert.throws(() => mem.get('a'), { code: 'access_denied' });
});

test('what goes wrong takes no time', async (context) => {
  const cloud = cloudFor(context);
  cloud.put('public/shop/a.json', '{"v":1,"type":"int","value":1}');
  cloud.fail('edge', 'hang');
  const mem = new MemoryService(cloud.conf({ LOG_LEVEL: 'silent' }), 'shop');
  const since = performance.now();
  assert.equal(mem.getEntry('a').source, 's3');
  assert.ok(performance.now() - since < 1000);
  cloud.heal();
  cloud.fail('s3', 'hang', { method: 'PUT' });
  await assert.rejects(mem.put('a', 2), { code: 'unavailable', outcomeUnknown: true });
  assert.throws(() => cloud.fail('s3', 'strange'), RangeError);
});

test('an error of S3 has the code that is asked for', async (context) => {
  const cloud = cloudFor(context);
  cloud.fail('s3', 'status', { status: 400, code: 'RequestTimeout', method: 'PUT', times: 1 });
  await new MemoryService(cloud.conf(), 'shop').put('a', 1);
  assert.deepEqual(cloud.requests.map(({ status }) => status), [400, 200]);
});

test('keys that cannot be removed are named, and stay', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  await mem.put('a', 1);
  cloud.fail('s3', 'keys', { code: 'AccessDenied', method: 'POST' });
  await assert.rejects(mem.removeMany(['a']), (error) => error.errors.get('a').code === 'access_denied');
  assert.ok(cloud.objects.has('public/shop/a.json'));
});

test('a synchronous get does not go past a mock of HTTP unseen', (context) => {
  const mark = Symbol.for('client-request-interceptor'); // of nock and msw
  globalThis[mark] = {};
  context.after(() => delete globalThis[mark]);
  const mem = new MemoryService({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: 'http://127.0.0.1:9' }, 'shop');
  context.after(() => mem.close());
  assert.throws(() => mem.get('a'), { code: 'configuration', message: /sdk-memory-service\/testing/ });
});

test('a request waits for what happens meanwhile', async (context) => {
  const cloud = cloudFor(context);
  const [mem, other] = [0, 1].map(() => new MemoryService(cloud.conf(), 'shop'));
  cloud.meanwhile(async () => void (await other.put('a', 5)), { method: 'PUT', key: 'public/shop/a.json' });
  assert.equal(await mem.increment('a'), 6);
});

test('a synchronous get cannot wait for what happens meanwhile, and says so', (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  cloud.meanwhile(async () => {}, { method: 'GET' });
  assert.throws(() => mem.get('a', { consistent: true }), { name: 'TypeError', message: /use getAsync/ });
});
