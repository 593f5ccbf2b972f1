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

/** What has been loaded after a script has run. */
const loadedBy = (script) => JSON.parse(run('-e', `${script}; console.log(JSON.stringify(Object.keys(require.cache)))`)).map((file) => path.relative(ROOT, file));

const MAKE = `
  const MemoryService = require('./index.js');
  const mem = new MemoryService({ DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', EDGE_ENDPOINT: 'http://127.0.0.1:1' }, 'shop');
`;

test('requiring it loads nothing but its own files, and only those that a constructor wants', () => {
  const loaded = loadedBy(`require('./index.js')`);
  assert.ok(loaded.includes('index.js'));
  assert.deepEqual(loaded.filter((file) => !/^(index\.js|lib\/(core\/)?[a-z0-9-]+\.js)$/.test(file)), []);
  assert.deepEqual(loaded.filter((file) => /\/(wire|writer|store|sync-worker|aws)\.js$/.test(file)), []);
});

test('the constructor loads all that gets and puts want: where a call is made, a file may not be opened any more', () => {
  const before = loadedBy(MAKE);
  const after = loadedBy(`${MAKE}
    process.env.AWS_ACCESS_KEY_ID = 'x'; process.env.AWS_SECRET_ACCESS_KEY = 'y'; process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    try { mem.get('a'); } catch {}
    const calls = [mem.getAsync('a'), mem.put('a', 1), mem.remove('a'), mem.put('a', 1, { ifAbsent: true }), mem.getMany(['a']), mem.putMany({ a: 1 })];
    calls.push(mem.update('a', () => 1), mem.getOrPut('a', () => 1), mem.keys().next());
    Promise.allSettled(calls)`);
  assert.deepEqual(after.filter((file) => !before.includes(file)), []);
});

test('it never loads an AWS SDK or any other package', () => {
  assert.deepEqual(loadedBy(MAKE).filter((file) => file.includes('node_modules')), []);
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
