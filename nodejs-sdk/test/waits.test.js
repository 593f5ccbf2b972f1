'use strict';

// No call waits for what waits for it, and none without an end (WAIT-1, WAIT-2).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { scene } = require('./scene.js');

const later = (milliseconds, value) => new Promise((resolve) => setTimeout(resolve, milliseconds, value));

/** Gives a promise that is kept when so many have asked for it. */
function meeting(count) {
  let open;
  let arrived = 0;
  const met = new Promise((resolve) => (open = resolve));
  return () => {
    arrived++;
    if (arrived === count) open();
    return met;
  };
}

/** A service whose waits are impatient. */
function impatient(context, edge, patience) {
  const mem = new MemoryService({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: edge.url }, 'shop', { patience });
  context.after(() => mem.close());
  return mem;
}

suite('factories that wait for each other', { timeout: 30_000 }, () => {
  test('are told if it is the same', async (context) => {
    const { mem } = await scene(context, {}, true);
    const own = () => mem.getOrPut('a', () => 1);
    await assert.rejects(mem.getOrPut('a', own), { code: 'configuration', message: /factory of "a" asks for that name itself/ });
    await assert.rejects(mem.getOrPut('a', () => mem.getOrPut('b', own)), { code: 'configuration' });
    assert.equal(await mem.getOrPut('a', () => mem.getOrPut('b', () => 2)), 2);
  });

  for (const length of [2, 3, 7]) {
    for (const objects of [1, 2]) {
      test(`are told in a ring of ${length}, through ${objects} objects`, async (context) => {
        const { make } = await scene(context, {}, true);
        const services = Array.from({ length: objects }, () => make());
        const meet = meeting(length);
        const ask = (number) =>
          services[number % objects].getOrPut(`n${number}`, async () => {
            await meet();
            const next = (number + 1) % length;
            return services[next % objects].getOrPut(`n${next}`, () => 'never');
          });
        const outcomes = await Promise.allSettled(Array.from({ length }, (_, number) => ask(number)));
        const said = new Set(outcomes.map(({ reason }) => `${reason.code}: ${reason.message}`));
        assert.equal(said.size, 1);
        const [text] = said;
        assert.match(text, /^configuration: Factories would wait for each other/);
        for (let number = 0; number < length; number++) assert.ok(text.includes(`"n${number}"`));
      });
    }
  }

  test('are told if they are cached functions, updates between them or not', async (context) => {
    const { mem } = await scene(context, {}, true);
    const meet = meeting(2);
    const load = mem.cached(
      async (mine, other) => {
        await meet();
        return mem.update(`via/${mine}`, () => load(other, mine), { default: 0 });
      },
      { name: 'load' },
    );
    for (const { reason } of await Promise.allSettled([load('a', 'b'), load('b', 'a')])) assert.match(reason.message, /wait for each other/);
  });

  test('may wait in one direction, and again when that has ended', async (context) => {
    const { mem } = await scene(context, {}, true);
    const b = () => later(30, 'b');
    const a = () => mem.getOrPut('b', b);
    assert.deepEqual(await Promise.all([mem.getOrPut('a', a), mem.getOrPut('b', b), mem.getOrPut('c', a)]), ['b', 'b', 'b']);
    for (const name of ['a', 'b']) await mem.remove(name);
    assert.equal(await mem.getOrPut('b', () => mem.getOrPut('a', () => 1)), 1);
  });
});

suite('a wait whose ring nobody sees', { timeout: 30_000 }, () => {
  /** A queue that works for all, and does not know what for. */
  function queue() {
    const jobs = [];
    const timer = setInterval(() => jobs.shift()?.(), 1);
    return { timer, run: (job) => new Promise((resolve, reject) => jobs.push(() => job().then(resolve, reject))) };
  }

  test('ends with the factory of who waits', async (context) => {
    const { edge } = await scene(context, {}, true);
    const mem = impatient(context, edge, 100);
    const { timer, run } = queue();
    context.after(() => clearInterval(timer));
    assert.equal(await mem.getOrPut('x', () => run(() => mem.getOrPut('x', () => 7))), 7);
  });

  test('ends with an error if that waits as well', async (context) => {
    const { edge } = await scene(context, {}, true);
    const mem = impatient(context, edge, 10);
    const { timer, run } = queue();
    context.after(() => clearInterval(timer));
    const factory = context.mock.fn(() => run(() => mem.getOrPut('x', factory)));
    await assert.rejects(mem.getOrPut('x', factory), { code: 'unavailable', message: /"x" is being computed by 10 callers/ });
    assert.equal(factory.mock.callCount(), 10);
  });

  test('has one factory more, whose outcome is for all', async (context) => {
    const { edge } = await scene(context, {}, true);
    const mem = impatient(context, edge, 200);
    let go;
    const slow = mem.getOrPut('a', () => new Promise((resolve) => (go = resolve)));
    const quick = context.mock.fn(async () => 'quick');
    await later(50);
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(() => mem.getOrPut('a', quick))), Array(4).fill('quick'));
    assert.equal(await slow, 'quick');
    go('slow');
    assert.equal(quick.mock.callCount(), 1);
  });
});

suite('an update in the function of an update', { timeout: 30_000 }, () => {
  test('of the same name is refused', async (context) => {
    const { mem } = await scene(context, {}, true);
    await mem.put('a', 1);
    const inner = [
      () => mem.update('a', () => 2),
      () => mem.increment('a'),
      () => mem.touch('a', 5),
      () => mem.update('b', () => mem.increment('a'), { default: 0 }),
      () => mem.getOrPut('c', () => mem.increment('a')),
    ];
    for (const change of inner) {
      await assert.rejects(mem.update('a', change), { code: 'configuration', message: /change of "a" changes "a" itself/ });
    }
    assert.equal(await mem.update('a', () => mem.increment('b')), 1);
    assert.equal(mem.get('b'), 1);
  });
});
