'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { existsSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { suite, test } = require('node:test');

const { SyncWorker } = require('../lib/sync-worker.js');
const { workerEntry } = require('../lib/worker-entry.js');
const { serve } = require('./server.js');

const GET = { method: 'GET', headers: {}, maxBytes: 1000 };
const ROOT = path.join(__dirname, '..');
const STARTED = path.join(tmpdir(), `memory-syncWorker-${process.pid}`);

function start(context, source) {
  const syncWorker = source === undefined ? new SyncWorker() : new SyncWorker(() => ({ source, isText: true }));
  syncWorker.start();
  context.after(() => syncWorker.close());
  return syncWorker;
}

/** The source of a worker that does something else first. */
const worker = (body) => `
  const { port, signal } = require('node:worker_threads').workerData;
  const answer = (id, outcome) => {
    port.postMessage({ id, outcome });
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const moveOn = () => { Atomics.add(signal, 0, 1); Atomics.notify(signal, 0); };
  process.on('exit', () => { Atomics.store(signal, 1, 1); moveOn(); });
  port.on('message', ({ id, effect }) => { ${body} });
  moveOn();
`;

test('a clone runs the worker that was written last, and not a text that was made of it before', () => {
  assert.deepEqual(workerEntry(), { source: path.join(ROOT, 'lib', 'worker.js'), isText: false });
});

test('a synchronous request answers', async (context) => {
  const { url } = await serve(context, `(request, response) => response.writeHead(200, { ETag: 'b' }).end('ok')`);
  const { status, headers, body } = start(context).perform({ ...GET, url }, 5000);
  assert.deepEqual([status, headers.etag, Buffer.from(body).toString()], [200, 'b', 'ok']);
});

test('a failure in the worker is an outcome, also one that is thrown', (context) => {
  const syncWorker = start(context);
  assert.equal(syncWorker.perform({ ...GET, url: 'http://127.0.0.1:1' }, 5000).failure.code, 'ECONNREFUSED');
  assert.equal(syncWorker.perform({ ...GET, url: 'no url' }, 5000).failure.code, 'ERR_INVALID_URL');
  assert.equal(syncWorker.perform({ provider: '/no/such/file.js' }, 5000).failure.code, 'ERR_MODULE_NOT_FOUND');
  assert.equal(syncWorker.perform({ environment: { HOME: '/no', AWS_ACCESS_KEY_ID: '', AWS_EC2_METADATA_DISABLED: 'true' }, places: [] }, 5000).failure.code, 'configuration');
});

test('a syncWorker can be waited for until its worker has started', (context) => {
  const syncWorker = start(context, `
    const { signal } = require('node:worker_threads').workerData;
    require('node:fs').writeFileSync(${JSON.stringify(STARTED)}, '');
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
    process.on('exit', () => {});
  `);
  context.after(() => rmSync(STARTED));
  // On a busy machine it may take longer than is waited for once.
  for (let turn = 0; turn < 100 && !existsSync(STARTED); turn++) syncWorker.awaitStart();
  assert.ok(existsSync(STARTED));
});

suite('a worker', () => {
  test('that never says that it has started holds up nobody', (context) => {
    const syncWorker = start(context, `
      const { port, signal } = require('node:worker_threads').workerData;
      port.on('message', ({ id }) => { port.postMessage({ id, outcome: { status: 200 } }); Atomics.add(signal, 0, 1); Atomics.notify(signal, 0); });
    `);
    syncWorker.awaitStart();
    assert.deepEqual(syncWorker.perform({ ...GET, url: 'x' }, 5000), { status: 200 });
  });

  test('that does not answer in time is given up and replaced', (context) => {
    const syncWorker = start(context, worker(`if (effect.url === 'hang') for (;;); answer(id, { status: 200 });`));
    assert.equal(syncWorker.perform({ ...GET, url: 'hang' }, -150).failure.code, 'timeout');
    assert.deepEqual(syncWorker.perform({ ...GET, url: 'x' }, 5000), { status: 200 });
  });

  test('that ends during a call is replaced once', (context) => {
    const syncWorker = start(context, worker(`process.exit()`));
    assert.equal(syncWorker.perform({ ...GET, url: 'x' }, 5000).failure.code, 'worker');
  });

  test('that throws is replaced for the next call', (context) => {
    const syncWorker = start(context, worker(`if (effect.url === 'throw') throw new Error('x'); answer(id, { status: 200 });`));
    assert.equal(syncWorker.perform({ ...GET, url: 'throw' }, 5000).failure.code, 'worker');
    assert.deepEqual(syncWorker.perform({ ...GET, url: 'x' }, 5000), { status: 200 });
  });

  test('that ended between two calls is replaced', async (context) => {
    const syncWorker = start(context, worker(`answer(id, { status: 200 }); setImmediate(() => process.exit());`));
    for (let call = 0; call < 5; call++) {
      assert.deepEqual(syncWorker.perform({ ...GET, url: 'x' }, 5000), { status: 200 });
      await new Promise(setImmediate);
    }
  });

  test('that answers late does not answer the next question', (context) => {
    const syncWorker = start(context, worker(`answer(id - 1, { status: 500 }); answer(id, { status: 200 });`));
    assert.deepEqual(syncWorker.perform({ ...GET, url: 'x' }, 5000), { status: 200 });
    assert.deepEqual(syncWorker.perform({ ...GET, url: 'x' }, 5000), { status: 200 });
  });
});

suite('a process', () => {
  const make = `
    const MemoryService = require(${JSON.stringify(ROOT)});
    const make = (more) => new MemoryService({
      DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', EDGE_ENDPOINT: 'http://127.0.0.1:1', FAILOVER: false, ...more,
    }, 'shop');
  `;
  const get = `${make} try { make().get('a'); } catch (error) { console.log(error.code); }`;
  const run = (script, env = {}) =>
    spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 120_000, env: { ...process.env, ...env } });

  test('has one worker for all objects, which ends when the last is closed', () => {
    const { stdout, stderr } = run(`
      const threads = require('node:worker_threads');
      const log = [];
      threads.Worker = class extends threads.Worker {
        constructor(...args) { super(...args); log.push('started'); this.on('exit', () => log.push('ended')); }
      };
      ${make}
      const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
      (async () => {
        const [last, ...others] = Array.from({ length: 5 }, () => make());
        for (const other of others) { other.close(); other.close(); }
        await pause();
        log.push('last');
        last.close();
        await pause();
        try { make({ PK_PATH: '/no/such/key.pem', PUBLIC_KEY_ID: 'K1' }); } catch { log.push('none'); }
        await pause();
        make();
        console.log(log.join());
      })();
    `);
    assert.deepEqual([stdout, stderr], ['started,last,ended,started,none,ended,started\n', '']);
  });

  test('has one worker for thirty copies of the SDK, as a test runner loads them', () => {
    const { stdout, stderr } = run(`
      const threads = require('node:worker_threads');
      let started = 0;
      threads.Worker = class extends threads.Worker { constructor(...args) { super(...args); started++; } };
      ${make}
      for (let copy = 0; copy < 30; copy++) {
        for (const file of Object.keys(require.cache)) delete require.cache[file];
        const Copy = require(${JSON.stringify(ROOT)});
        const mem = new Copy({ DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', EDGE_ENDPOINT: 'http://127.0.0.1:1', FAILOVER: false }, 'shop');
        try { mem.get('a'); } catch (error) { if (error.code !== 'unavailable') throw error; }
      }
      console.log(started);
    `);
    assert.deepEqual([stdout, stderr], ['1\n', '']);
  });

  test('ends by itself with an open syncWorker', () => {
    const { status, stdout, stderr } = run(get);
    assert.deepEqual([status, stdout, stderr], [0, 'unavailable\n', '']);
  });

  test('may have options that its workers must not get', () => {
    const { status, stdout } = run(get, { NODE_OPTIONS: '--no-experimental-require-module --max-http-header-size=9000' });
    assert.deepEqual([status, stdout], [0, 'unavailable\n']);
  });
});
