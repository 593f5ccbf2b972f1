'use strict';

// Values whose end has come while edges hold copies of them, and who asks S3 for them (EXP-1, EXP-2, COMP-5).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { answer, fetchedAt } = require('../lib/core/answer.js');
const { CoalescingReader } = require('../lib/core/coalescing-reader.js');
const { SingleFlight } = require('../lib/core/single-flight.js');
const { Stats } = require('../lib/core/stats.js');
const { Clock, cloudFor } = require('../testing/index.js');
const { WAYS } = require('./scene.js');

const FORGETS = { LOCAL_MAX_ITEMS: 0 };

function world(context, pointsOfPresence = 1) {
  const clock = new Clock();
  clock.set(1_800_000_000_000);
  const cloud = cloudFor(context, { clock, pointsOfPresence });
  const make = (conf) => new MemoryService(cloud.conf(conf), 'shop');
  /** How often S3 and the edge were asked to read since the last call of this. */
  const asked = () => {
    const reads = cloud.requests.filter(({ method }) => method === 'GET').map(({ where }) => where);
    cloud.requests.length = 0;
    return { edge: reads.filter((where) => where === 'edge').length, s3: reads.filter((where) => where === 's3').length };
  };
  return { cloud, make, asked };
}

/** Let an edge have a copy of a value that has ended since. */
async function ended({ cloud, make }) {
  await make().put('a', 1, { ttlSeconds: 3 });
  cloud.clock.advance(2);
  assert.equal(make().get('a'), 1);
  cloud.clock.advance(1.5);
}

test('what was put after the end is seen in every way to read', async (context) => {
  const all = world(context);
  await ended(all);
  await all.make().put('a', 2, { ifAbsent: true });
  assert.equal(all.make().get('a'), 2);
  assert.equal(await all.make().getAsync('a'), 2);
  for (const read of Object.values(WAYS)) {
    const { value, source } = await read(all.make(), 'a');
    assert.deepEqual([value, source], [2, 's3']);
  }
  assert.deepEqual([...(await all.make().getMany(['a']))], [['a', 2]]);
});

test('a value that stays expired costs each object one request of S3', async (context) => {
  const all = world(context);
  await ended(all);
  const readers = Array.from({ length: 5 }, () => all.make(FORGETS));
  all.asked();
  for (let count = 0; count < 20; count++) {
    for (const reader of readers) assert.equal(count % 2 ? reader.get('a') : await reader.getAsync('a'), undefined);
    all.cloud.clock.advance(0.05);
  }
  assert.deepEqual(all.asked(), { edge: 100, s3: 5 });
  all.cloud.clock.advance(10);
  for (let count = 0; count < 20; count++) {
    assert.equal(all.make(FORGETS).get('a'), undefined);
    all.cloud.clock.advance(1);
  }
  assert.equal(all.asked().s3, 0);
});

test('without S3 an expired copy is no miss', async (context) => {
  const all = world(context);
  await ended(all);
  all.cloud.fail('s3', 'status', { method: 'GET' });
  assert.throws(() => all.make().get('a'), { code: 'unavailable' });
  await assert.rejects(all.make().getAsync('a'), { code: 'unavailable' });
});

test('who shares a request whose value has ended since reads S3', async () => {
  const newer = { source: 's3' };
  const reader = { readBeyondEdge: () => newer };
  const runtime = { run: async (program) => program };
  const answered = { source: 'edge', answer: {}, copy: { hasExpired: (now) => now >= 3000 } };
  const singleFlight = new SingleFlight();
  let now = 2999;
  const components = { reader, singleFlight, stats: new Stats(), session: { accepts: () => 'version' } };
  const coalescing = new CoalescingReader(components, { budget: 1000, failover: true, clock: () => now });
  const joined = () => {
    singleFlight.add('a', Promise.resolve(answered));
    return coalescing.awaited(runtime, { name: 'a' }, false);
  };
  assert.equal(await joined(), answered);
  now = 3000;
  assert.equal(await joined(), newer);
});

suite('an answer says when its copy was fetched at the earliest', () => {
  const cases = [
    [{ age: '4' }, 5],
    [{ age: '0', 'x-cache': 'Hit from cloudfront' }, 1],
    [{ 'x-cache': 'Miss from cloudfront' }, 1],
    [{ 'x-cache': 'RefreshHit from cloudfront' }, 1],
    [{ 'x-cache': 'MISS' }, 1],
    [{ 'x-cache': 'Hit from cloudfront' }, Infinity],
    [{ 'x-cache': 'Missing' }, Infinity],
    [{}, Infinity],
  ];
  for (const [headers, seconds] of cases) {
    test(JSON.stringify(headers), () => {
      assert.equal(fetchedAt(answer('edge', 100_000, { headers }, new Uint8Array())), 100_000 - seconds * 1000);
    });
  }
});

suite('in a minute of a new object each second a value of ten seconds is computed seven times at most', () => {
  const ways = {
    getOrPut: (mem, factory) => mem.getOrPut('a', factory, { ttlSeconds: 10 }),
    cached: (mem, factory) => mem.cached(factory, { ttlSeconds: 10, name: 'a' })(),
  };
  for (const [way, ask] of Object.entries(ways)) {
    for (const points of [1, 3]) {
      test(`${way}, ${points} points of presence`, async (context) => {
        const { cloud, make } = world(context, points);
        const factory = context.mock.fn(() => 7);
        for (let second = 0; second <= 60; second++) {
          cloud.roam(second % points);
          assert.equal(await ask(make({ EDGE_TTL: 5 }), factory), 7);
          cloud.clock.advance(1);
        }
        const calls = factory.mock.callCount();
        assert.ok(calls >= 6 && calls <= 7, `${calls} calls`);
      });
    }
  }
});
