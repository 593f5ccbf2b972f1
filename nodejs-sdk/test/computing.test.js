'use strict';

// Compute if absent: one factory at a time, early by chance, never an error kept (COMP-1 to COMP-5).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { scene, holding, START, MISS, BROKEN, DENIED } = require('./scene.js');

const later = (milliseconds, value) => new Promise((resolve) => setTimeout(resolve, milliseconds, value));

suite('getOrPut', () => {
  test('computes and stores what is not there, once', async (context) => {
    const { mem, make, s3, edge, world } = await scene(context, {}, true);
    const factory = context.mock.fn(() => {
      world.now += 250;
      return { list: [2n ** 60n] };
    });
    const options = { ttlSeconds: 60, edgeTtlSeconds: 9, storageClass: 'STANDARD_IA' };
    assert.deepEqual(await mem.getOrPut('a', factory, options), { list: [2n ** 60n] });
    assert.deepEqual(await mem.getOrPut('a', factory, options), { list: [2n ** 60n] });
    assert.deepEqual(factory.mock.calls.map((call) => call.arguments), [[]]);
    const [{ headers, body }] = (await s3.log()).filter(({ method }) => method === 'PUT');
    assert.equal(headers['cache-control'], 'max-age=9, stale-if-error=300');
    assert.equal(headers['x-amz-storage-class'], 'STANDARD_IA');
    const document = JSON.parse(Buffer.from(body, 'base64'));
    assert.deepEqual([document.expires_at, document.took], [START + 60_250, 250]);
    await edge.answer(holding(1));
    assert.equal(await make().getOrPut('a', factory), 1);
    assert.equal(factory.mock.callCount(), 1);
  });

  test('takes a null for a value, and what has expired for none', async (context) => {
    const { mem, pass } = await scene(context, {}, true);
    const factory = context.mock.fn(() => null);
    for (let count = 0; count < 2; count++) assert.equal(await mem.getOrPut('a', factory, { ttlSeconds: 5 }), null);
    await pass(5);
    await mem.getOrPut('a', factory);
    assert.equal(factory.mock.callCount(), 2);
  });

  test('of fifty callers one computes, and each has a copy', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const factory = context.mock.fn(async () => later(30, [1]));
    const lists = await Promise.all(Array.from({ length: 50 }, () => mem.getOrPut('a', factory)));
    lists[0].push('spoilt');
    assert.deepEqual(lists.slice(1), Array(49).fill([1]));
    assert.deepEqual([factory.mock.callCount(), await s3.count('PUT')], [1, 1]);
  });

  test('who has looked before a computation ended looks again', async (context) => {
    const { mem, edge } = await scene(context, { LOCAL_MAX_ITEMS: 0 }, true);
    const factory = context.mock.fn(() => 1);
    await edge.answer({ ...MISS, delay: 200 });
    const slow = mem.getOrPut('a', factory);
    await later(60);
    await edge.answer(MISS);
    await mem.put('other', 1);
    const [first] = await Promise.all([mem.getOrPut('a', factory), slow]);
    assert.deepEqual([first, factory.mock.callCount()], [1, 1]);
  });

  test("gives the factory's error to all who asked, and stores nothing", async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const error = new Error('mine');
    const factory = context.mock.fn(async () => {
      await later(20);
      throw error;
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => mem.getOrPut('a', factory)));
    assert.deepEqual(outcomes.map(({ reason }) => reason === error), [true, true, true]);
    assert.equal(await mem.getOrPut('a', () => 5), 5); // no error is kept
    assert.deepEqual([factory.mock.callCount(), await s3.count('PUT')], [1, 1]);
  });

  test('refuses what the factory returns if that cannot be stored', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    await assert.rejects(mem.getOrPut('a', () => ({ x: new Date() })), { code: 'unsupported_type', path: '$.x' });
    await assert.rejects(mem.getOrPut('a', () => undefined), { code: 'unsupported_type' });
    await assert.rejects(mem.getOrPut('a', 5), { code: 'configuration' });
    await assert.rejects(mem.getOrPut('a', () => 1, { invalidate: true }), { code: 'configuration' });
    await assert.rejects(mem.getOrPut('a//b', () => 1), { code: 'invalid_name' });
    assert.equal(await s3.count('PUT'), 0);
  });

  test('computes what cannot be read, and does not store it', async (context) => {
    const { mem, edge, s3 } = await scene(context);
    for (const server of [edge, s3]) await server.answer(BROKEN);
    assert.deepEqual(await mem.getOrPut('a', () => [1]), [1]);
    assert.equal(await s3.count('PUT'), 0);
    await s3.answer(DENIED);
    await assert.rejects(mem.getOrPut('a', () => 1), { code: 'access_denied' });
  });

  test('returns what cannot be stored', async (context) => {
    const { mem, s3 } = await scene(context);
    const failing = (answer) => async () => {
      await s3.answer(answer);
      return [1];
    };
    assert.deepEqual(await mem.getOrPut('a', failing(BROKEN)), [1]);
    assert.equal(await s3.count('PUT'), 4); // RETRY-1
    await s3.answer(MISS);
    await assert.rejects(mem.getOrPut('b', failing(DENIED)), { code: 'access_denied' });
  });

  test('does not store what S3 does not confirm', async (context) => {
    const { mem, s3, warned } = await scene(context);
    await s3.answer(BROKEN);
    assert.deepEqual(await mem.getOrPut('a', () => [1]), [1]);
    assert.equal(await s3.count('PUT'), 0);
    assert.match(warned().at(-1), /^memory: S3 does not say whether "a" is newer/);
  });
});

suite('a value with a ttl and its took', () => {
  const document = (ttl, took = 5000) => ({ maxAge: 5, members: `,"expires_at":${START + ttl * 1000}${took ? `,"took":${took}` : ''}` });

  // took × −ln(chance) ≥ left: 5 s × 2.3 = 11.5 s, 5 s × 1.6 = 8 s.
  const cases = [
    [0.1, document(10), 7],
    [0.2, document(10), 1],
    [0.2, document(8), 7],
    [0.1, document(10, 1000), 1],
    [1e-9, document(10, 0), 1],
    [1e-9, {}, 1],
    [1, document(1), 1],
    [1e-9, { members: `,"expires_at":${START + 9000},"took":"x"` }, 1],
  ];
  for (const [chance, facts, expected] of cases) {
    test(`is ${expected === 7 ? '' : 'not '}computed anew by the chance ${chance} of ${JSON.stringify(facts)}`, async (context) => {
      const { mem, edge, s3, world } = await scene(context);
      world.chance = chance;
      await edge.answer(holding(1, facts));
      await s3.answer(holding(1, facts));
      assert.equal(await mem.getOrPut('a', () => 7, { ttlSeconds: 60 }), expected);
    });
  }

  test('is given to the others meanwhile, and to all if the factory fails', async (context) => {
    const { mem, edge, s3, world, warned } = await scene(context);
    world.chance = 0.1;
    await edge.answer(holding('[1]', { type: 'list', ...document(10) }));
    await s3.answer(holding('[1]', { type: 'list', ...document(10) }));
    const slow = mem.getOrPut('a', () => later(100, [7]), { ttlSeconds: 60 });
    await later(50);
    assert.deepEqual(await mem.getOrPut('a', () => assert.fail()), [1]);
    assert.deepEqual(await slow, [7]);
    const failing = mem.getOrPut('b', () => Promise.reject(new Error('mine')));
    assert.deepEqual(await failing, [1]);
    assert.match(warned().at(-1), /^memory: the factory of "b" failed, the value that there is was returned: Error: mine$/);
    const ended = mem.getOrPut('c', () => {
      world.now = START + 10_000;
      throw new Error('mine');
    });
    await assert.rejects(ended, /mine/); // what there was has ended meanwhile
  });
});
