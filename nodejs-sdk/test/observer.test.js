'use strict';

// What every call has besides its work: the caller's line in its error, and what tracers are told of it.

const assert = require('node:assert/strict');
const { tracingChannel } = require('node:diagnostics_channel');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { cloudFor } = require('../testing');

/** A service whose every request fails. */
function unreachable(context) {
  const cloud = cloudFor(context);
  cloud.fail('edge', 'refuse');
  cloud.fail('s3', 'refuse');
  const mem = new MemoryService(cloud.conf({ LOG_LEVEL: 'silent' }), 'shop');
  context.after(() => mem.close());
  return mem;
}

const CALLS = {
  get: (mem) => mem.get('a'),
  getEntry: (mem) => mem.getEntry('a'),
  getAsync: (mem) => mem.getAsync('a'),
  getEntryAsync: (mem) => mem.getEntryAsync('a'),
  put: (mem) => mem.put('a', 1),
  'put on condition': (mem) => mem.put('a', 1, { ifAbsent: true }),
  putMany: (mem) => mem.putMany({ a: 1 }),
  getMany: (mem) => mem.getMany(['a']),
  remove: (mem) => mem.remove('a'),
  removeMany: (mem) => mem.removeMany(['a']),
  clear: (mem) => mem.clear('a/'),
  update: (mem) => mem.update('a', () => 1),
  increment: (mem) => mem.increment('a'),
  keys: (mem) => mem.keys().next(),
  'a wrong name': (mem) => mem.getAsync(''),
};

suite('the stack of an error has the line of the program', () => {
  for (const [title, call] of Object.entries(CALLS)) {
    test(title, async (context) => {
      const mem = unreachable(context);
      const myHandler = () => call(mem);
      const error = await (async () => myHandler())().then(() => assert.fail('it succeeded'), (thrown) => thrown);
      assert.match(error.stack, /myHandler.*observer\.test\.js/);
      assert.doesNotMatch(error.stack, /nodejs-sdk\/lib\//);
      assert.ok(error.stack.startsWith(`${error.name}: ${error.message}`));
    });
  }

  test('each of two callers of one request has its own', async (context) => {
    const mem = unreachable(context);
    const firstCaller = () => mem.getAsync('a');
    const secondCaller = () => mem.getAsync('a');
    const [first, second] = await Promise.allSettled([firstCaller(), secondCaller()]);
    assert.match(first.reason.stack, /firstCaller/);
    assert.match(second.reason.stack, /secondCaller/);
    assert.equal(second.reason.code, 'unavailable');
  });

  test('so has that of a call among many, if somebody awaits it', async (context) => {
    const mem = unreachable(context);
    async function busyCaller() {
      return await mem.getAsync('');
    }
    for (let count = 0; count < 2000; count++) {
      await assert.rejects(busyCaller(), ({ stack }) => /busyCaller.*observer\.test\.js/.test(stack) && !/nodejs-sdk\/lib\//.test(stack));
    }
  });

  test('an error of a factory stays as it is', async (context) => {
    const cloud = cloudFor(context);
    const mem = new MemoryService(cloud.conf(), 'shop');
    const own = new MemoryService.ConflictError('mine');
    const { stack } = own;
    await assert.rejects(mem.getOrPut('a', () => { throw own; }), (error) => error === own && error.cause === undefined);
    assert.ok(stack.includes('observer.test.js'));
  });
});

suite('tracers are told', () => {
  const channel = tracingChannel('memory-service:operation');

  function listen(context) {
    const seen = [];
    const listener = Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((event) => [event, (operation) => seen.push([event, { ...operation }])]));
    channel.subscribe(listener);
    context.after(() => channel.unsubscribe(listener));
    return seen;
  }

  test('of a synchronous get, and where its value came from', (context) => {
    const cloud = cloudFor(context);
    const mem = new MemoryService(cloud.conf(), 'shop');
    cloud.put('public/shop/a.json', '{"v":1,"type":"int","value":1}', { 'cache-control': 'max-age=5' });
    const seen = listen(context);
    mem.get('a');
    mem.get('a');
    assert.deepEqual(seen.map(([event, { operation, service, source }]) => [event, operation, service, source]), [
      ['start', 'get', 'shop', undefined],
      ['end', 'get', 'shop', 'edge'],
      ['start', 'get', 'shop', undefined],
      ['end', 'get', 'shop', 'memory'],
    ]);
    assert.ok(seen[1][1].duration >= 0);
  });

  test('of asynchronous calls and of their errors, and never of names', async (context) => {
    const cloud = cloudFor(context);
    const mem = new MemoryService(cloud.conf(), 'shop');
    const seen = listen(context);
    await mem.put('secret-name', 'secret-value');
    cloud.fail('s3', 'status');
    await assert.rejects(mem.remove('secret-name'));
    await assert.rejects(mem.getOrPut('other', () => { throw new Error('mine'); }));
    const facts = seen.map(([event, { operation, code }]) => [event, operation, code]);
    assert.deepEqual(facts.filter(([, operation]) => operation === 'put').map(([event]) => event), ['start', 'end', 'asyncStart', 'asyncEnd']);
    assert.deepEqual(facts.filter(([event]) => event === 'error'), [['error', 'remove', 'unavailable'], ['error', 'getOrPut', 'error']]);
    assert.ok(seen.some(([event, { duration }]) => event === 'asyncEnd' && duration >= 0));
    assert.doesNotMatch(JSON.stringify(seen), /secret/);
  });
});
