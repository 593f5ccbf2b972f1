'use strict';

// What cached functions and their calls are called (CALL-1 to CALL-5).

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { suite, test } = require('node:test');

const { scene } = require('./scene.js');

suite('a cached function', () => {
  test('keeps its results by its arguments', async (context) => {
    const { mem } = await scene(context, {}, true);
    const calls = [];
    async function load(...args) {
      calls.push(args);
      return { args, self: this?.id ?? null };
    }
    const cached = mem.cached(load, { name: 'load', ttlSeconds: 60 });
    const expected = { args: [1, { b: 2, a: [3] }], self: null };
    assert.deepEqual(await cached(1, { b: 2, a: [3] }), expected);
    assert.deepEqual(await cached(1, { a: [3], b: 2 }), expected);
    assert.deepEqual(calls.length, 1);
    assert.deepEqual((await cached.call({ id: 5 }, 'x')).self, 5);
    assert.deepEqual(mem.get(cached.cacheName('x')).args, ['x']);
    await mem.remove(cached.cacheName('x'));
    await cached('x');
    assert.equal(calls.length, 3);
  });

  test('always wants a name, since bundlers rename functions', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const bound = function load() {}.bind({});
    for (const fn of [async function load() {}, () => {}, bound, class Load {}]) {
      for (const options of [undefined, {}, { ttlSeconds: 5 }, { name: '' }, { name: 5 }, { name: undefined }]) {
        assert.throws(() => mem.cached(fn, options), { code: 'configuration', message: /give one that no other function of the service has/ });
      }
      mem.cached(fn, { name: `mine/${fn.name || 'nameless'}` });
    }
    assert.throws(() => mem.cached(5, { name: 'a' }), { code: 'configuration', message: /function/ });
    assert.throws(() => mem.cached(function* load() {}, { name: 'a' }), { code: 'configuration', message: /generator/ });
    assert.throws(() => mem.cached(async function* load() {}, { name: 'a' }), { code: 'configuration', message: /generator/ });
    assert.throws(() => mem.cached(() => {}, { name: 'a', ttl: 5 }), { code: 'configuration', message: /ttlSeconds/ });
    for (const name of ['a//b', '/a', 'a/', '\ud800', 'a'.repeat(1000)]) {
      assert.throws(() => mem.cached(() => {}, { name }), { code: 'invalid_name' });
    }
    assert.equal(await s3.count(), 0);
  });

  test('has its name alone in one object', async (context) => {
    const { mem, make } = await scene(context, {}, true);
    const reader = (tenant) => async (key) => `${tenant}:${key}`;
    const acme = mem.cached(reader('acme'), { name: 'load' });
    assert.throws(() => mem.cached(reader('umbrella'), { name: 'load' }), { code: 'configuration', message: /"load" is taken/ });
    assert.throws(() => mem.cached(async function other() {}, { name: 'load' }), { message: /so the function other would be given its results/ });
    assert.equal(await acme('plan'), 'acme:plan');
    const load = reader('x');
    mem.cached(load, { name: 'twice' });
    mem.cached(load, { name: 'twice', ttlSeconds: 5 });
    make().cached(reader('umbrella'), { name: 'load' });
  });

  test('has names by SHA-256 over a text that says the same in every language', async (context) => {
    const { mem } = await scene(context, {}, true);
    const digits = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);
    const { cacheName } = mem.cached(() => {}, { name: 'v2/load' });
    const cases = [
      [[], '[]'],
      [['tea', 2], '["tea",2]'],
      [[-0, 0.5, NaN, 1e20], '[{"$float":"8000000000000000"},{"$float":"3fe0000000000000"},{"$float":"7ff8000000000000"},{"$float":"4415af1d78b58c40"}]'],
      [[2n ** 60n, Buffer.from([255])], '[{"$int":"1152921504606846976"},{"$bytes":"/w=="}]'],
      [[{ $int: '5' }, { $a: 1, b: 2 }], '[{"$dict":{"$int":"5"}},{"$a":1,"b":2}]'],
      [[JSON.parse('{"__proto__":1,"é":null,"Z":true,"1":"x"}')], '[{"1":"x","Z":true,"__proto__":1,"é":null}]'],
      [[{ '\u{1f600}': 1, '\uffff': 2 }], '[{"\uffff":2,"\u{1f600}":1}]'],
      [['"\\\b\f\n\r\t\u0001\u007f\u2028'], '["\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f\u2028"]'],
    ];
    for (const [args, text] of cases) assert.equal(cacheName(...args), `cached/v2/load/${digits(text)}`);
  });

  test('refuses arguments that could not be stored, with their path', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const load = mem.cached(async () => {}, { name: 'load' });
    await assert.rejects(load({ x: new Date() }), { code: 'unsupported_type', path: '$[0].x' });
    await assert.rejects(load(1, undefined), { code: 'unsupported_type', path: '$[1]' });
    assert.throws(() => load.cacheName(Symbol('s')), { code: 'unsupported_type' });
    assert.equal(await s3.count(), 0);
  });
});

suite('names of cached calls', () => {
  const HASH = '0'.repeat(32);

  test('are reserved', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const stores = [
      (name) => mem.put(name, 1),
      (name) => mem.putMany({ a: 1, [name]: 1 }),
      (name) => mem.update(name, () => 1),
      (name) => mem.increment(name),
      (name) => mem.getOrPut(name, () => 1),
      (name) => mem.touch(name, 5),
    ];
    for (const store of stores) {
      for (const name of ['cached/plan', `cached/${HASH}`, `cached/a/${HASH.slice(1)}`, `cached/a/${'A'.repeat(32)}`]) {
        await assert.rejects(store(name), { code: 'invalid_name', message: /results of cached functions/ });
      }
    }
    assert.equal(await s3.count(), 0);
    await mem.remove('cached/plan');
    assert.equal(mem.get('cached/plan'), undefined);
  });

  test('can be used to replace a result', async (context) => {
    const { mem } = await scene(context, {}, true);
    const load = mem.cached(async () => 'computed', { name: 'a\nb' });
    await mem.put(load.cacheName(1), 'by hand');
    assert.equal(await load(1), 'by hand');
    await mem.put('cachedness', 1);
    await mem.put('cached', 1);
  });
});
