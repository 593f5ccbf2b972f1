'use strict';

// Other people's mocks and test runners: each row of docs/TESTING.md about one of Node's, with the library itself.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { createRequire } = require('node:module');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { suite, test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { promisify } = require('node:util');

const MemoryService = require('../index.js');
const { cloudFor } = require('../testing');
const { serve, cloud, setEnvironment, CREDENTIALS } = require('./server.js');

const ROOT = path.join(__dirname, '..');
const OTHERS = path.join(__dirname, 'mocks');
const others = createRequire(path.join(OTHERS, 'package.json'));
const run = promisify(execFile);
const MSW = `${pathToFileURL(OTHERS)}/node_modules/msw/lib/`;

const EDGE = 'http://127.0.0.1:9';
const DOCUMENT = '{"v":1,"type":"int","value":7,"write":"9f86d081884c7d65"}';
const conf = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', REGION: 'eu-west-1', EDGE_ENDPOINT: EDGE, FAILOVER: false, LOCAL_MAX_ITEMS: 0 };

function service(context, more = {}) {
  const mem = new MemoryService({ ...conf, ...more }, 'shop');
  context.after(() => mem.close());
  return mem;
}

const REFUSED = { code: 'configuration', message: /nock or msw.*use sdk-memory-service\/testing, or getAsync/ };

suite('nock', () => {
  test('sees asynchronous calls, and a synchronous get is refused', async (context) => {
    const nock = others('nock');
    nock.disableNetConnect();
    context.after(() => (nock.cleanAll(), nock.enableNetConnect(), nock.restore()));
    nock(EDGE).get('/shop/a.json').reply(200, DOCUMENT, { etag: '"a"' });
    const mem = service(context);
    assert.equal(await mem.getAsync('a'), 7);
    assert.ok(nock.isDone());
    assert.throws(() => mem.get('a'), REFUSED);
    await assert.rejects(mem.getAsync('b'), { code: 'unavailable' }); // nothing goes past it
  });

  test('goes together with the cloud in memory', async (context) => {
    const nock = others('nock');
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
    context.after(() => (nock.enableNetConnect(), nock.restore()));
    const mem = new MemoryService(cloudFor(context).conf(), 'shop');
    await mem.put('a', 1);
    assert.deepEqual([mem.get('a'), await mem.getAsync('a')], [1, 1]);
  });
});

test('msw sees asynchronous calls, and a synchronous get is refused', async (context) => {
  const { http, HttpResponse } = await import(MSW + 'core/index.mjs'); // as CommonJS it wants a newer Node
  const { setupServer } = await import(MSW + 'node/index.mjs');
  const server = setupServer(http.get(`${EDGE}/shop/a.json`, () => new HttpResponse(DOCUMENT, { headers: { etag: '"a"', 'content-length': String(DOCUMENT.length) } })));
  server.listen({ onUnhandledRequest: 'error' });
  context.after(() => server.close());
  const mem = service(context);
  assert.equal(await mem.getAsync('a'), 7);
  assert.throws(() => mem.get('a'), REFUSED);
});

test("undici's MockAgent sees nothing", async (context) => {
  const { MockAgent, setGlobalDispatcher, getGlobalDispatcher } = others('undici');
  const before = getGlobalDispatcher();
  const agent = new MockAgent();
  agent.disableNetConnect();
  setGlobalDispatcher(agent);
  context.after(() => setGlobalDispatcher(before));
  const { url } = await serve(context, cloud);
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: url });
  const mem = service(context, { EDGE_ENDPOINT: url, DISTRIBUTION: 'public.cloudfront.net', BUCKET_NAME: 'bucket' });
  await mem.put('a', 1);
  assert.deepEqual([mem.get('a'), await mem.getAsync('a')], [1, 1]);
});

suite('jest', () => {
  /** Runs test files in one process of jest's. */
  async function jest(context, files, env = {}) {
    const folder = mkdtempSync(path.join(tmpdir(), 'memory-jest-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'package.json'), '{}');
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const config = JSON.stringify({ rootDir: folder, testEnvironment: 'node', cache: false, haste: { enableSymlinks: false } });
    const command = [others.resolve('jest/bin/jest'), '--runInBand', '--config', config];
    return run(process.execPath, command, { cwd: folder, env: { ...process.env, CI: '1', ...env } });
  }

  const COUNT = `
    const threads = require('node:worker_threads');
    const COUNT = Symbol.for('test/count');
    if (!(COUNT in threads)) {
      threads[COUNT] = 0;
      const { Worker } = threads;
      threads.Worker = class extends Worker { constructor(...args) { super(...args); threads[COUNT]++; } };
    }
  `;
  const GET = `
    const MemoryService = require(${JSON.stringify(ROOT)});
    const mem = new MemoryService(${JSON.stringify(conf)}, 'shop');
    expect(() => mem.get('a')).toThrow(/ECONNREFUSED/);
  `;

  test('has one thread for thirty registries and three files', async (context) => {
    const file = `${COUNT}
      test('thirty registries', () => {
        for (let registry = 0; registry < 30; registry++) jest.isolateModules(() => { ${GET} });
        for (let registry = 0; registry < 3; registry++) { jest.resetModules(); ${GET} }
        expect(threads[COUNT]).toBe(1);
      });
    `;
    await jest(context, { 'a.test.js': file, 'b.test.js': file, 'c.test.js': file });
  });

  test("has a cloud for the copy of the SDK in its own registry, and its fake timers leave the cloud's calls alone", async (context) => {
    const file = `
      const { Cloud } = require(${JSON.stringify(path.join(ROOT, 'testing'))});
      const MemoryService = require(${JSON.stringify(ROOT)});
      const cloud = new Cloud();
      beforeEach(() => { cloud.start(); });
      afterEach(() => { cloud.stop(); jest.useRealTimers(); });
      test('a cloud', async () => {
        jest.useFakeTimers();
        const mem = new MemoryService(cloud.conf(), 'shop');
        await mem.put('a', { n: 1 });
        expect([mem.get('a'), await mem.getAsync('a')]).toEqual([{ n: 1 }, { n: 1 }]);
      });
      test('another registry', () => {
        jest.isolateModules(() => {
          const Other = require(${JSON.stringify(ROOT)});
          const mem = new Other({ ...cloud.conf(), EDGE_ENDPOINT: '${EDGE}', FAILOVER: false }, 'shop');
          expect(() => mem.get('a')).toThrow(/ECONNREFUSED/); // of which that cloud knows nothing
        });
      });
    `;
    await jest(context, { 'cloud.test.js': file });
  });

  test("replaces the SDK where a test is not about the cache", async (context) => {
    const file = `
      jest.mock(${JSON.stringify(ROOT)}, () => class { get() { return 5; } });
      test('a mock', () => {
        const MemoryService = require(${JSON.stringify(ROOT)});
        expect(new MemoryService().get('a')).toBe(5);
      });
    `;
    await jest(context, { 'mock.test.js': file });
  });
});
