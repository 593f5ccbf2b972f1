'use strict';

// What an object keeps in memory, and for how long (MEM-1 to MEM-5).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

require('../lib/platform.js');
const { CachedValue } = require('../lib/core/cached-value.js');
const { Edge } = require('../lib/core/edge.js');
const { Local } = require('../lib/core/local.js');
const { scene, holding, WAYS, START, MISS } = require('./scene.js');

for (const [way, read] of Object.entries(WAYS)) {
  suite(`memory and ${way}`, () => {
    test('what was read costs no second request until max-age less Age is over', async (context) => {
      const { mem, edge, pass } = await scene(context);
      await edge.answer(holding(1, { age: 2, maxAge: 5 }));
      assert.equal((await read(mem, 'a')).source, 'edge');
      await pass(2.999);
      const { source, age, storedAt } = await read(mem, 'a');
      assert.deepEqual([source, age, storedAt], ['memory', 4, new Date(START)]);
      assert.equal(await edge.count(), 1);
      await pass(0.001);
      assert.equal((await read(mem, 'a')).source, 'edge');
    });

    test('what was put costs no request for its max-age', async (context) => {
      const { mem, edge, pass } = await scene(context, {}, true);
      const version = await mem.put('a', { n: [1] }, { edgeTtlSeconds: 10 });
      await pass(9.9);
      assert.deepEqual(await read(mem, 'a'), {
        ...{ value: { n: [1] }, type: 'dict', version, source: 'memory', age: 9 },
        ...{ storedAt: new Date(START), expiresAt: undefined, tags: [] },
      });
      assert.equal(await edge.count(), 0);
      await pass(0.1);
      await read(mem, 'a');
      assert.equal(await edge.count(), 1);
    });

    test('a copy is not fresh before it was asked for, by a clock that was set back', async (context) => {
      const { mem, edge, pass } = await scene(context);
      await edge.answer(holding(1));
      await read(mem, 'a');
      await pass(-0.001);
      assert.equal((await read(mem, 'a')).source, 'edge');
    });

    test('a copy ends with its value', async (context) => {
      const { mem, pass } = await scene(context, {}, true);
      await mem.put('a', 1, { ttlSeconds: 2, edgeTtlSeconds: 2 });
      await pass(1.999);
      assert.equal((await read(mem, 'a')).source, 'memory');
      await pass(0.001);
      assert.equal(await read(mem, 'a'), undefined);
    });

    test('a miss and an answer without max-age are asked for again', async (context) => {
      const { mem, edge } = await scene(context);
      await read(mem, 'a');
      await read(mem, 'a');
      assert.equal(await edge.count(), 2);
      const { headers, ...answer } = holding(1);
      await edge.answer({ ...answer, headers: { etag: headers.etag } });
      for (const expected of ['edge', 'edge']) assert.equal((await read(mem, 'b')).source, expected);
    });

    test('a consistent read asks S3 and is kept', async (context) => {
      const { mem, edge, s3 } = await scene(context);
      await edge.answer(holding(1));
      await read(mem, 'a');
      await s3.answer(holding(2, { version: 'v2', modified: 1 }));
      const { value, source } = await read(mem, 'a', { consistent: true });
      assert.deepEqual([value, source], [2, 's3']);
      assert.deepEqual((({ value: kept, source: from }) => [kept, from])(await read(mem, 'a')), [2, 'memory']);
    });

    test('what is returned belongs to the caller', async (context) => {
      const { mem, edge } = await scene(context);
      await edge.answer(holding('{"list":[{"n":1}],"__proto__":{"x":1},"bytes":{"$bytes":"AP8="}}', { type: 'dict', members: ',"tagged":true' }));
      for (let count = 0; count < 3; count++) {
        const { value } = await read(mem, 'a');
        assert.deepEqual([value.list, value.bytes, Object.keys(value)], [[{ n: 1 }], Uint8Array.of(0, 255), ['list', '__proto__', 'bytes']]);
        value.list[0].n = value.list.push('spoilt');
        value.bytes.fill(7);
      }
      await edge.answer(holding('{"$bytes":"AP8="}', { type: 'bytes', members: ',"tagged":true', version: 'b' }));
      for (let count = 0; count < 3; count++) {
        const { value } = await read(mem, 'b');
        assert.deepEqual(value, Uint8Array.of(0, 255));
        value.fill(7);
      }
    });

    for (const params of [{ LOCAL_MAX_ITEMS: 0 }, { LOCAL_MAX_BYTES: 0 }]) {
      test(`nothing is kept with ${JSON.stringify(params)}`, async (context) => {
        const { mem, edge } = await scene(context, params, true);
        await mem.put('a', 1);
        await edge.answer(holding(1));
        await read(mem, 'b');
        await read(mem, 'b');
        assert.deepEqual([await edge.count(), mem.stats().items], [2, 0]);
      });
    }
  });
}

for (const call of ['get', 'getAsync', 'getEntry', 'getEntryAsync', 'getMany']) {
  test(`${call} looks into memory once before it asks the edge`, async (context) => {
    const { mem, edge, pass } = await scene(context);
    await edge.answer(holding(1, { maxAge: 5 }));
    const find = context.mock.method(Local.prototype, 'find');
    const any = context.mock.method(Local.prototype, 'any');
    const { read } = Edge.prototype;
    const looks = [];
    context.mock.method(Edge.prototype, 'read', function (...args) {
      looks.push(find.mock.callCount() + any.mock.callCount());
      return read.apply(this, args);
    });
    for (const seconds of [0, 6]) {
      await pass(seconds);
      find.mock.resetCalls();
      any.mock.resetCalls();
      await mem[call](call === 'getMany' ? ['a'] : 'a');
    }
    assert.deepEqual(looks, [1, 1]); // for what is not kept, and for a copy that has ended
  });
}

test('what the caller does to a value after a put changes nothing', async (context) => {
  const { mem } = await scene(context, {}, true);
  const value = { list: [1], bytes: Buffer.from('ab') };
  const bytes = new Uint8Array([1, 2, 3]).subarray(1);
  const puts = [mem.put('a', value), mem.put('b', bytes)];
  value.list.push(2);
  value.bytes.fill(0);
  bytes.fill(0);
  await Promise.all(puts);
  assert.deepEqual(mem.get('a'), { list: [1], bytes: Uint8Array.of(97, 98) });
  assert.deepEqual(mem.get('b'), Uint8Array.of(2, 3));
});

test('every value comes back from memory as from elsewhere', async (context) => {
  const { mem, edge } = await scene(context, {}, true);
  const values = [null, false, 0, -0, 1.5, NaN, 2n ** 70n, '', 'ö😀', Uint8Array.of(0), [], [-0, [2n ** 60n]], { $int: '5' }, { a: { $dict: 1 } }];
  for (const [index, value] of values.entries()) {
    await mem.put(`v${index}`, value);
    for (let count = 0; count < 2; count++) assert.deepStrictEqual(mem.get(`v${index}`), value);
  }
  assert.equal(await edge.count(), 0);
});

suite('the least recently used', () => {
  test('goes when there are too many', async (context) => {
    const { mem, edge } = await scene(context, { LOCAL_MAX_ITEMS: 2 }, true);
    await mem.put('a', 1);
    await mem.put('b', 2);
    mem.get('a');
    await mem.put('c', 3);
    assert.deepEqual([mem.get('a'), mem.get('c'), await edge.count()], [1, 3, 0]);
    mem.get('b');
    const { items, evictions } = mem.stats();
    assert.deepEqual([await edge.count(), items, evictions], [1, 2, 2]); // b came back from S3 and took the place of a
  });

  test('goes when they are too large, and what is larger than all is not kept', async (context) => {
    const { mem } = await scene(context, { LOCAL_MAX_BYTES: 10_000 }, true);
    await mem.put('a', 'a'.repeat(6000));
    await mem.put('b', 'b'.repeat(6000));
    await mem.put('c', 'c'.repeat(20_000));
    const { items, bytes, evictions } = mem.stats();
    assert.deepEqual([items, evictions, bytes > 6000 && bytes < 7000], [1, 1, true]);
    assert.equal(mem.getEntry('b').source, 'memory');
  });

  test('a text that V8 keeps in two bytes a letter counts as that', async (context) => {
    const { mem } = await scene(context, {}, true);
    await mem.put('a', 'a'.repeat(5000));
    const { bytes: ascii } = mem.stats();
    await mem.put('a', '€'.repeat(5000));
    assert.ok(mem.stats().bytes > ascii + 4900);
  });

  test('a million distinct names stay within the bounds', () => {
    const local = new Local({ localMaxItems: 1000, localMaxBytes: 500_000 });
    const content = { value: 1, text: '{"v":1,"type":"int","value":1}', octets: 30, type: 'int', tagged: false, took: 0 };
    const copy = new CachedValue(content, { version: 'v', storedAt: 0, start: 0, age: 0, maxAge: 60 });
    let most = 0;
    for (let index = 0; index < 1_000_000; index++) {
      local.keep(`name/${index}`, copy);
      most = Math.max(most, local.bytes, local.items);
    }
    assert.ok(most <= 500_000);
    assert.equal(local.evictions, 1_000_000 - local.items);
    assert.ok(local.items > 800 && local.items <= 1000);
    assert.equal(local.any('name/999999'), copy);
    assert.equal(local.any('name/0'), undefined);
    for (let index = 0; index < 1_000_000; index++) local.drop(`name/${index}`);
    assert.deepEqual([local.items, local.bytes], [0, 0]);
  });
});

suite('at the same time', () => {
  test('fifty promises for one cold name make one request, and each has a copy', async (context) => {
    const { mem, edge } = await scene(context);
    await edge.answer(holding('[1]', { type: 'list', delay: 50 }));
    const lists = await Promise.all(Array.from({ length: 50 }, () => mem.getAsync('a')));
    lists[0].push('spoilt');
    assert.deepEqual(lists.slice(1), Array(49).fill([1]));
    assert.deepEqual([await edge.count(), mem.stats().sharedReads], [1, 49]);
  });

  test('they share a miss, and an error', async (context) => {
    const { mem, make, edge } = await scene(context);
    await edge.answer({ ...MISS, delay: 30 });
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => mem.getAsync('a'))), Array(3).fill(undefined));
    assert.equal(await edge.count(), 1);
    const alone = make({ FAILOVER: false });
    await edge.answer({ status: 500, headers: {}, body: '', delay: 30 });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => alone.getAsync('a')));
    assert.deepEqual(outcomes.map(({ reason }) => reason.code), Array(3).fill('unavailable'));
    assert.equal(await edge.count(), 2);
  });

  test('a consistent get shares with nobody', async (context) => {
    const { mem, edge, s3 } = await scene(context);
    await edge.answer(holding(1, { delay: 100 }));
    await s3.answer(holding(2, { version: 'v2', modified: 5 }));
    const slow = mem.getAsync('a');
    const both = await Promise.all([1, 2].map(() => mem.getAsync('a', { consistent: true })));
    assert.deepEqual([both, await s3.count()], [[2, 2], 2]);
    assert.equal(await slow, 2); // what the edge had is older than what this object has read meanwhile
  });

  test('a get that begins after a put is given no answer to a request that was sent before', async (context) => {
    const { mem, edge, s3, pass } = await scene(context, { LOCAL_MAX_ITEMS: 0 }, true);
    await edge.answer(holding(1, { delay: 150 }));
    const before = mem.getAsync('a');
    await pass(1);
    await mem.put('a', 2);
    assert.equal(await mem.getAsync('a'), 2);
    assert.equal(await before, 2);
    assert.ok((await s3.count('GET')) >= 1);
  });

  test('an answer that a put overtook is not kept', async (context) => {
    const { mem, edge, s3, pass } = await scene(context);
    await s3.answer(holding(1, { delay: 150 }));
    const before = mem.getAsync('a', { consistent: true });
    await new Promise((resolve) => setTimeout(resolve, 60)); // until S3 has the request
    await pass(1);
    await s3.answer({ status: 200, headers: { etag: '"v2"' }, body: '' });
    await mem.put('a', 2);
    assert.equal(await before, 1); // it began before the put did
    await s3.answer(holding(2, { version: 'v2', modified: 1 }));
    await edge.answer(holding(1));
    const { value, source } = mem.getEntry('a'); // and might have been a later one than the put's
    assert.deepEqual([value, source], [2, 's3']);
  });
});

test('stats count from nothing', async (context) => {
  const { mem } = await scene(context);
  const names = ['memoryHits', 'edgeReads', 's3Reads', 'staleReads', 'sharedReads', 'acceptedByVersion', 'acceptedByTime', 'sentToS3', 'confirmed', 'recordsRead', 'announcements', 'conflicts', 'tagReads'];
  const none = Object.fromEntries([...names, 'items', 'bytes', 'evictions'].map((name) => [name, 0]));
  assert.deepEqual(mem.stats(), none);
  mem.stats().items = 5;
  assert.deepEqual(mem.stats(), none);
});
