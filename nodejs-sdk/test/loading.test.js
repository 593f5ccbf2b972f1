'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..');
const run = (...args) => execFileSync(process.execPath, args, { encoding: 'utf8', cwd: ROOT });

const ERRORS = [
  'AccessDeniedError',
  'BatchError',
  'ConfigurationError',
  'ConflictError',
  'CorruptValueError',
  'InvalidNameError',
  'MemoryServiceError',
  'UnavailableError',
  'UnsupportedTypeError',
  'ValueTooLargeError',
];

test('requiring it loads nothing but its own files, no AWS SDK and no aws4', () => {
  const script = `require('./index.js'); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded = JSON.parse(run('-e', script)).map((file) => path.relative(ROOT, file));
  assert.ok(loaded.includes('index.js'));
  assert.deepEqual(loaded.filter((file) => !/^(index\.js|package\.json|lib\/[a-z0-9-]+\.js)$/.test(file)), []);
});

test('a public get loads no AWS SDK, no aws4 and no signing', () => {
  const script = `
    const MemoryService = require('./index.js');
    const edge = { EDGE_ENDPOINT: 'http://127.0.0.1:1', FAILOVER: false };
    const params = { DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', ...edge };
    try { new MemoryService(params, 'shop').get('a'); } catch {}
    console.log(JSON.stringify(Object.keys(require.cache)));
  `;
  const loaded = JSON.parse(run('-e', script)).map((file) => path.relative(ROOT, file));
  assert.ok(loaded.includes('lib/sync-worker.js'));
  const unneeded = /node_modules|lib\/(signing|secrets|role|credentials|grant|origin|store|writer|many|batch|conditional|updates|compute|calls|invalidation|effectHandler|spelling)\.js/;
  assert.deepEqual(loaded.filter((file) => unneeded.test(file)), []);
});

test('with PRELOAD the constructor loads what a put needs', () => {
  const script = `
    const MemoryService = require('./index.js');
    new MemoryService({ DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', PRELOAD: true }, 'shop').close();
    console.log(JSON.stringify(Object.keys(require.cache)));
  `;
  const loaded = JSON.parse(run('-e', script)).map((file) => path.relative(ROOT, file));
  for (const file of ['node_modules/aws4/aws4.js', 'lib/writer.js', 'lib/effect-handler.js', 'lib/origin.js']) {
    assert.ok(loaded.includes(file), file);
  }
});

test('a public get loads no cryptography, no compression and no HTTP into this thread', () => {
  const script = `
    const before = new Set(process.moduleLoadList);
    const MemoryService = require('./index.js');
    const edge = { EDGE_ENDPOINT: 'http://127.0.0.1:1', FAILOVER: false };
    const params = { DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', ...edge };
    try { new MemoryService(params, 'shop').get('a'); } catch {}
    require('node:fs').writeSync(1, process.moduleLoadList.filter((name) => !before.has(name)).join());
  `;
  const loaded = run('-e', script).split(',');
  assert.ok(loaded.includes('NativeModule internal/worker/io') || loaded.includes('NativeModule worker_threads'));
  assert.deepEqual(loaded.filter((name) => /NativeModule (crypto|zlib|http|https|tls)$/.test(name)), []);
});

test('the class is the module, and has the errors', () => {
  const MemoryService = require('../index.js');
  assert.equal(typeof MemoryService, 'function');
  assert.equal(MemoryService.name, 'MemoryService');
  assert.deepEqual(Object.keys(MemoryService).sort(), ERRORS);
  for (const name of ERRORS) {
    const error = new MemoryService[name]('x', { cause: 1 });
    assert.ok(error instanceof MemoryService.MemoryServiceError && error instanceof Error);
    assert.deepEqual([error.name, error.cause, String(error)], [name, 1, `${name}: x`]);
    assert.match(error.stack, new RegExp(`^${name}: x\n`));
  }
});

test('import gives the same by default and by name', async () => {
  const MemoryService = require('../index.js');
  const module = await import('../index.mjs');
  assert.deepEqual(Object.keys(module).sort(), ['MemoryService', 'default', ...ERRORS].sort());
  assert.equal(module.default, MemoryService);
  assert.equal(module.MemoryService, MemoryService);
  for (const name of ERRORS) assert.equal(module[name], MemoryService[name]);
});
