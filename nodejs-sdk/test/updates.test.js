'use strict';

// What an update makes of a value, and what a touch leaves of it (UPD-5, UPD-6, TOUCH-1).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { scene, at, START } = require('./scene.js');
require('../lib/platform.js');
const { spelt } = require('../lib/core/touched.js');

const PATH = '/values/public/shop/a.json';
const last = async (s3) => (await s3.log()).filter(({ method }) => method === 'PUT').at(-1);
const documentOf = ({ body }) => Buffer.from(body, 'base64').toString();

suite('a change in place', () => {
  const kept = {
    push: [['milk'], (it) => void it.push('tea'), ['milk', 'tea']],
    assign: [{ a: 1 }, (it) => void (it.b = 2), { a: 1, b: 2 }],
    'sort, which returns the same': [['b', 'a'], (it) => it.sort(), ['a', 'b']],
    'change of a part': [{ a: [1] }, async (it) => void it.a.pop(), { a: [] }],
    'change and a copy': [[1], (it) => (it.push(2), [...it]), [1, 2]],
    'bytes': [Uint8Array.of(1, 2), (it) => void it.reverse(), Uint8Array.of(2, 1)],
    'assign of what is there': [{ a: 1 }, (it) => void (it.a = 1), { a: 1 }],
    'push and pop': [[1], async (it) => (it.push(2), it.pop(), undefined), [1]],
    'no change, and a null': [[1], () => null, null],
  };
  for (const [what, [stored, change, expected]] of Object.entries(kept)) {
    test(`is kept: ${what}`, async (context) => {
      const { mem } = await scene(context, {}, true);
      await mem.put('a', stored);
      assert.deepEqual(await mem.update('a', change), expected);
      assert.deepEqual(mem.get('a', { consistent: true }), expected);
    });
  }

  const refused = {
    'the length that push returns': [['milk'], (it) => it.push('tea'), /returned something else \(number\)/],
    'the element that pop returns': [[1, 2], (it) => it.pop(), /returned something else/],
    'the list that splice returns': [[1, 2], (it) => it.splice(0, 1), /returned something else \(object\)/],
    'the truth of delete': [{ a: 1 }, (it) => delete it.a, /returned something else \(boolean\)/],
    'a null after a change': [[1], (it) => (it.pop(), null), /returned something else/],
    'nothing of a number': [5, () => {}, /returned nothing, and a number cannot be changed in place/],
    'nothing of null': [null, () => {}, /returned nothing, and null cannot be changed in place/],
    'what cannot be stored': [[1], (it) => void it.push(new Date()), /\$\[1\]/],
  };
  for (const [what, [stored, change, message]] of Object.entries(refused)) {
    test(`does not lose the value: ${what}`, async (context) => {
      const { mem } = await scene(context, {}, true);
      await mem.put('a', stored);
      await assert.rejects(mem.update('a', change), { code: 'unsupported_type', message });
      assert.deepEqual(mem.get('a', { consistent: true }), stored);
    });
  }

  test('of the default is kept, and the default stays', async (context) => {
    const { mem } = await scene(context, {}, true);
    const options = { default: [] };
    assert.deepEqual(await mem.update('a', (it) => void it.push('tea'), options), ['tea']);
    assert.deepEqual(options, { default: [] });
    await assert.rejects(mem.update('b', () => {}), { code: 'unsupported_type' });
  });
});

suite('a ttl if new', () => {
  test('counts from the first increment', async (context) => {
    const { mem, world } = await scene(context, {}, true);
    for (const expected of [1, 2, 3, 1]) {
      assert.equal(await mem.increment('a', 1, { ttlIfNewSeconds: 60 }), expected);
      world.now += 25_000;
    }
  });

  test('is for a value without an end as well, and no edge keeps it longer', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    await mem.put('a', 5);
    assert.equal(await mem.increment('a', 1, { ttlIfNewSeconds: 60, edgeTtlSeconds: 90 }), 6);
    const put = await last(s3);
    assert.equal(JSON.parse(documentOf(put)).expires_at, START + 60_000);
    assert.equal(put.headers['cache-control'], 'max-age=60, stale-if-error=300');
  });

  test('is refused beside another, and if it is none', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    for (const options of [{ ttlSeconds: 5, ttlIfNewSeconds: 5 }, { ttlIfNewSeconds: 0 }, { ttlIfNewSeconds: '5' }]) {
      await assert.rejects(mem.increment('a', 1, options), { code: 'configuration', message: /ttl/ });
      await assert.rejects(mem.update('a', () => 1, options), { code: 'configuration' });
    }
    await assert.rejects(mem.put('a', 1, { ttlIfNewSeconds: 5 }), { code: 'configuration' });
    assert.equal(await s3.count(), 0);
  });
});

suite('a touch', () => {
  const VALUE = '{ "a" : [1.0, 1e2,-0.0,\t"}\\",{"],"$int":{"x":[]}, "n":-12}';

  test('changes the end alone, of whatever another language has written', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const text = `\n{"value" : ${VALUE} , "write":"${'0'.repeat(16)}","new":"é,}",\r\n"took":7,"v":1,"type":"dict","previous":[]}\n`;
    const headers = { etag: '"v1"', 'cache-control': 'max-age=50', 'last-modified': at(0), 'x-amz-storage-class': 'STANDARD_IA' };
    await s3.set({ objects: { [PATH]: { headers, body: Buffer.from(text).toString('base64') } } });
    const version = await mem.touch('a', 100);
    const put = await last(s3);
    assert.deepEqual([put.headers['if-match'], put.headers['cache-control'], put.headers['x-amz-storage-class']], ['"v1"', 'max-age=50, stale-if-error=300', 'STANDARD_IA']);
    const [, write] = /"write":"([0-9a-f]{16})"/.exec(documentOf(put));
    const expected = `{"value":${VALUE},"new":"é,}","took":7,"v":1,"type":"dict","write":"${write}","expires_at":${START + 100_000},"previous":["${'0'.repeat(16)}"]}`;
    assert.equal(documentOf(put), expected);
    const entry = mem.getEntry('a');
    assert.deepEqual([entry.version, entry.source, entry.type, entry.expiresAt], [version, 'memory', 'dict', new Date(START + 100_000)]);
    assert.deepEqual(entry.value.a, [1, 100, -0, '}",{']);
    await mem.touch('a', 20);
    assert.equal((await last(s3)).headers['cache-control'], 'max-age=20, stale-if-error=300');
    await mem.touch('a', null);
    assert.equal(JSON.parse(documentOf(await last(s3))).expires_at, undefined);
  });

  for (const value of ['1.0', 'true', ' null', '"a}"', '{"$bytes":"AP8="}', '{"$int":"9007199254740993"}', '[]']) {
    test(`leaves ${value} as it is`, async (context) => {
      const { mem, s3 } = await scene(context, {}, true);
      const type = { 1: 'float', t: 'bool', ' ': 'null', '"': 'str', '[': 'list' }[value[0]] ?? (value.includes('int') ? 'int' : 'bytes');
      const body = Buffer.from(`{"v":1,"type":"${type}","tagged":${value.startsWith('{')},"value":${value}}`).toString('base64');
      await s3.set({ objects: { [PATH]: { headers: { etag: '"v1"' }, body } } });
      const before = mem.getEntry('a', { consistent: true });
      await mem.touch('a', 100);
      const after = mem.getEntry('a');
      assert.deepEqual([after.value, after.type, after.source], [before.value, type, 'memory']);
      assert.ok(documentOf(await last(s3)).includes(`"value":${value.trim()},`) || documentOf(await last(s3)).includes(`"value":${value.trim()}}`));
    });
  }

  test('of what is not there stores nothing', async (context) => {
    const { mem, s3, world } = await scene(context, {}, true);
    assert.equal(await mem.touch('a', 60), undefined);
    await mem.put('b', 1, { ttlSeconds: 1 });
    world.now += 1000;
    assert.equal(await mem.touch('b', 60), undefined);
    assert.equal(await s3.count('PUT'), 1);
  });

  test('is refused without a ttl, or with one that is none', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    for (const ttl of [undefined, 0, -1, '60', NaN, true]) await assert.rejects(mem.touch('a', ttl), { code: 'configuration' });
    await assert.rejects(mem.touch('a', 5, { edgeTtlSeconds: 5 }), { code: 'configuration' });
    await assert.rejects(mem.touch('a', 5, { invalidate: true }), { code: 'configuration', message: /DISTRIBUTION_ID/ });
    assert.equal(await s3.count(), 0);
  });

  test('splits a document without parsing its numbers', () => {
    const members = { a: '-1.50e+3', b: '[{"c":"]}"},[]]', é: '"\\\\\\""', d: '{}', e: 'false' };
    for (const gap of ['', ' ', '\n\t']) {
      const text = `${gap}{${gap}${Object.entries(members).map(([name, member]) => `"${name}"${gap}:${gap}${member}`).join(`${gap},${gap}`)}${gap}}`;
      assert.deepEqual(Object.fromEntries(spelt(text)), members);
    }
    assert.deepEqual(spelt('{}').size, 0);
  });
});
