'use strict';

// Conditional puts that count once whatever answer is lost, and updates that lose nothing (section 8).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');
const { gunzipSync } = require('node:zlib');

const { scene, at, START } = require('./scene.js');

const PATH = '/values/public/shop/a.json';
const lost = (times = 2) => ({ faults: [{ method: 'PUT', lost: true, times }] }); // a dead connection is tried once more
const id = (index) => index.toString(16).padStart(16, '0');
const ids = (count, from = 1) => Array.from({ length: count }, (_, index) => id(from + index));

/** What S3 has, put there by somebody else. */
function stored(json, { etag = 'v1', modified = 0, type = 'int', ...members } = {}) {
  const document = JSON.stringify({ v: 1, type, value: JSON.parse(json), write: id(0), ...members });
  const headers = { etag: `"${etag}"`, 'cache-control': 'max-age=5', 'last-modified': at(modified) };
  return { objects: { [PATH]: { headers, body: Buffer.from(document).toString('base64') } } };
}

const bodies = async (s3) =>
  (await s3.log())
    .filter(({ method }) => method === 'PUT')
    .map(({ body, headers }) => {
      const bytes = Buffer.from(body, 'base64');
      return JSON.parse(headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
    });
const conditions = async (s3) =>
  (await s3.log()).filter(({ method }) => method === 'PUT').map(({ headers }) => headers['if-match'] ?? headers['if-none-match']);

suite('a put if absent', () => {
  test('stores what is not there, and what is there stays', async (context) => {
    const { mem, make, s3 } = await scene(context, {}, true);
    const version = await mem.put('a', 1, { ifAbsent: true });
    assert.equal(mem.getEntry('a').version, version);
    await assert.rejects(make().put('a', 2, { ifAbsent: true }), { code: 'conflict', name: 'ConflictError', message: /"a" .* already/ });
    assert.equal(mem.get('a', { consistent: true }), 1);
    assert.deepEqual(await conditions(s3), ['*', '*']);
  });

  test('replaces what has expired, by its version', async (context) => {
    const { mem, s3, world } = await scene(context, {}, true);
    await s3.set(stored('1', { expires_at: START, previous: ids(2) }));
    await mem.put('a', 2, { ifAbsent: true });
    assert.deepEqual(await conditions(s3), ['*', '"v1"']);
    const [, second] = await bodies(s3);
    assert.deepEqual(second.previous, [id(0), ...ids(2)]);
    world.now = START - 1;
    await s3.set(stored('1', { expires_at: START }));
    await assert.rejects(mem.put('a', 2, { ifAbsent: true }), { code: 'conflict' });
  });

  test('that was answered with 409 or not at all is sent again while nothing is there', async (context) => {
    const { mem, s3, world } = await scene(context, {}, true);
    await s3.set({ faults: [{ method: 'PUT', status: 409, code: 'ConditionalRequestConflict' }, { method: 'PUT', status: 500 }] });
    await mem.put('a', 1, { ifAbsent: true });
    assert.deepEqual(world.waits, [10, 20]); // half of what they may be
    const [first, ...others] = await bodies(s3);
    assert.deepEqual(others, [first, first]); // the same put, and not another
  });

  test('is given up after some times, with the last reason', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    await s3.set({ faults: [{ method: 'PUT', status: 503, code: 'SlowDown', times: 99 }] });
    await assert.rejects(mem.put('a', 1, { ifAbsent: true }), { code: 'unavailable', message: /SlowDown/ });
    assert.equal(await s3.count('PUT'), 4);
  });

  test('is not stored over what no SDK has written', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    await s3.set({ objects: { [PATH]: { headers: { etag: '"x"' }, body: '' } } });
    await assert.rejects(mem.put('a', 1, { ifAbsent: true }), { code: 'conflict' });
  });
});

suite('a put if version', () => {
  test('replaces that version only', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const first = await mem.put('a', 1);
    const second = await mem.put('a', 2, { ifVersion: first });
    await assert.rejects(mem.put('a', 3, { ifVersion: first }), { code: 'conflict', message: new RegExp(`no longer ${first}`) });
    assert.deepEqual([mem.getEntry('a').value, mem.getEntry('a').version], [2, second]);
    await mem.remove('a');
    await assert.rejects(mem.put('a', 3, { ifVersion: second }), { code: 'conflict' });
    assert.equal(mem.get('a', { consistent: true }), undefined);
    assert.deepEqual((await conditions(s3)).slice(1), [`"${first}"`, `"${first}"`, `"${second}"`]);
  });

  test('names what it replaces if this object has read or put it', async (context) => {
    const { mem, make, s3, pass } = await scene(context, {}, true);
    await s3.set(stored('1', { previous: ids(3) }));
    await mem.getAsync('a', { consistent: true });
    const version = await mem.put('a', 2, { ifVersion: 'v1' });
    const next = await mem.put('a', 3, { ifVersion: version });
    await make().put('a', 4, { ifVersion: next });
    const [first, second, third] = await bodies(s3);
    assert.deepEqual(first.previous, [id(0), ...ids(3)]);
    assert.deepEqual(second.previous, [first.write, id(0), ...ids(3)]);
    assert.equal(third.previous, undefined);
    const own = await mem.put('a', 5);
    const again = await mem.put('a', 6, { ifVersion: own });
    await pass(60.001);
    await mem.put('a', 7, { ifVersion: again });
    const [sixth, seventh] = (await bodies(s3)).slice(-2);
    assert.deepEqual(seventh.previous, [sixth.write]);
  });

  test('is refused with what cannot be', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const cases = [
      [{ ifAbsent: true, ifVersion: 'v' }, /not both/],
      [{ ifVersion: '' }, /ifVersion .* not ""/],
      [{ ifVersion: 5 }, /ifVersion .* not number/],
      [{ ifVersion: null }, /ifVersion/],
      [{ ifVersion: 'a\r\nx: y' }, /ifVersion/],
      [{ ifVersion: '"v"' }, /ifVersion/],
      [{ ifAbsent: 1 }, /ifAbsent must be true or false/],
      [{ ifabsent: true }, /Did you mean ifAbsent/],
    ];
    for (const [options, message] of cases) await assert.rejects(mem.put('a', 1, options), { code: 'configuration', message });
    for (const condition of [{ ifAbsent: true }, { ifVersion: 'v' }]) {
      await assert.rejects(mem.putMany({ a: 1 }, condition), { code: 'configuration', message: /no condition/ });
    }
    assert.equal(await s3.count(), 0);
  });
});

suite('an answer that was lost', () => {
  const puts = { ifAbsent: true, ifVersion: 'v1' };
  for (const [condition, value] of Object.entries(puts)) {
    test(`is no conflict: ${condition}`, async (context) => {
      const { mem, s3, pass } = await scene(context, {}, true);
      if (condition === 'ifVersion') await s3.set(stored('1'));
      await pass(3);
      await s3.set(lost());
      const version = await mem.put('a', 2, { [condition]: value });
      assert.deepEqual(mem.getEntry('a').version, version);
      assert.equal(mem.getEntry('a').source, 'memory');
      assert.equal(await s3.count('GET'), 1);
    });
  }

  test('is recognised behind what has replaced the put, whose version is its write id then', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    await s3.set({ faults: [{ method: 'PUT', lost: true, buried: true }, { method: 'PUT', status: 503 }] });
    const version = await mem.put('a', 2, { ifAbsent: true });
    const [{ write }] = await bodies(s3);
    assert.equal(version, write);
    assert.deepEqual([mem.get('a'), mem.getEntry('a').version], [99, 'later']);
    await assert.rejects(mem.put('a', 3, { ifVersion: version }), { code: 'conflict' });
  });

  test('that comes to light after 30 s is unavailable, unless the put is found', async (context) => {
    const { mem, s3, world } = await scene(context, {}, true);
    await s3.set(stored('1'));
    await s3.set({ faults: [{ method: 'PUT', status: 409, code: 'ConditionalRequestConflict' }] });
    const slow = mem.put('a', 2, { ifVersion: 'v0' });
    world.now += 30_001;
    await assert.rejects(slow, { code: 'unavailable', message: /Nobody can tell whether the put of "a"/ });
    await s3.set(lost());
    const found = mem.put('a', 3, { ifVersion: 'v1' });
    world.now += 30_001;
    assert.equal(await found, mem.getEntry('a').version);
  });

  test('behind a hundred others is unavailable', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    await s3.set(stored('1'));
    await mem.getAsync('a', { consistent: true });
    await s3.set(stored('9', { etag: 'v9', write: id(500), previous: ids(100) }));
    await assert.rejects(mem.put('a', 2, { ifVersion: 'v1' }), { code: 'unavailable' });
    await s3.set(stored('9', { etag: 'v9', write: id(500), previous: [...ids(99), id(0)] }));
    await mem.getAsync('a', { consistent: true });
    await assert.rejects(mem.put('a', 2, { ifVersion: 'v1' }), { code: 'conflict' });
  });

  test('of a refusal leaves nothing behind in the session', async (context) => {
    const { mem, edge, s3 } = await scene(context, {}, true);
    await s3.set({ faults: [{ method: 'PUT', status: 403, code: 'AccessDenied' }] });
    await assert.rejects(mem.put('a', 1, { ifAbsent: true }), { code: 'access_denied' });
    mem.get('a');
    assert.equal(await edge.count(), 1);
  });
});

suite('an update', () => {
  test('gives the function its own copy, and stores what it returns or promises', async (context) => {
    const { mem } = await scene(context, {}, true);
    await mem.put('a', { list: [1] });
    const first = await mem.update('a', (value) => {
      value.list.push(2);
      return value;
    });
    first.list.push('spoilt');
    assert.deepEqual(await mem.update('a', async (value) => ({ ...value, more: true })), { list: [1, 2], more: true });
    assert.deepEqual(mem.get('a'), { list: [1, 2], more: true });
  });

  test('of what is not there or has expired gives it the default', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const seen = [];
    const change = (value) => {
      seen.push(structuredClone(value));
      return [...(value ?? []), 1];
    };
    const fallback = [];
    assert.deepEqual(await mem.update('a', change, { default: fallback }), [1]);
    await s3.set(stored('9', { expires_at: START - 1 }));
    assert.deepEqual(await mem.update('a', change), [1]);
    assert.deepEqual([seen, fallback], [[[], undefined], []]);
    assert.deepEqual(await conditions(s3), ['*', '"v1"']);
  });

  test('starts over with the newer value, after waits that double', async (context) => {
    const { mem, make, world } = await scene(context, {}, true);
    const other = make();
    await mem.put('a', 0);
    let calls = 0;
    const result = await mem.update('a', async (value) => {
      if (++calls < 9) await other.increment('a', 10);
      return value + 1;
    });
    assert.deepEqual([result, calls], [81, 9]);
    assert.deepEqual(world.waits, [10, 20, 40, 80, 160, 320, 500, 500]); // half of 20 ms, doubling to 1 s
  });

  test('gives up after the attempts it was given', async (context) => {
    const { mem, make } = await scene(context, {}, true);
    const other = make();
    await mem.put('a', 0);
    const change = async (value) => (await other.increment('a')) && value + 100;
    await assert.rejects(mem.update('a', change, { attempts: 3 }), { code: 'conflict', message: /3 times/ });
    assert.equal(mem.get('a', { consistent: true }), 3);
  });

  test('keeps the end of the value, unless it has a ttl', async (context) => {
    const { mem, s3, pass } = await scene(context, {}, true);
    await mem.put('a', 1, { ttlSeconds: 60 });
    await pass(57.5);
    await mem.update('a', (value) => value + 1);
    await mem.increment('a');
    await mem.increment('a', 1, { ttlSeconds: 100, edgeTtlSeconds: 9, storageClass: 'STANDARD_IA' });
    const ends = (await bodies(s3)).map((document) => document.expires_at - START);
    assert.deepEqual(ends, [60_000, 60_000, 60_000, 157_500]);
    const headers = (await s3.log()).filter(({ method }) => method === 'PUT').map((entry) => entry.headers);
    assert.deepEqual(headers.map((one) => one['cache-control'].split(',')[0]), ['max-age=5', 'max-age=2', 'max-age=2', 'max-age=9']);
    assert.deepEqual(headers.map((one) => one['x-amz-tagging']), Array(4).fill('ttl-days=1'));
    assert.equal(headers[3]['x-amz-storage-class'], 'STANDARD_IA');
  });

  test('names what it replaces, without what was replaced a minute before', async (context) => {
    const { mem, s3, pass } = await scene(context, {}, true);
    await s3.set(stored('1', { previous: ids(150) }));
    await pass(60);
    await mem.update('a', (value) => value);
    await s3.set(stored('1', { previous: ids(3) }));
    await pass(1);
    await mem.update('a', (value) => value);
    for (const previous of ['x', [1], ['xyz'], { 0: id(1) }]) {
      await s3.set(stored('1', { modified: 61, previous }));
      assert.equal(await mem.increment('a'), 2);
    }
    const lineages = (await bodies(s3)).map((document) => document.previous);
    assert.deepEqual(lineages.slice(0, 2), [[id(0), ...ids(99)], [id(0)]]);
    assert.deepEqual(lineages.slice(2), Array(4).fill([id(0)]));
  });

  test("lets the function's error through, and stores nothing", async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const error = new Error('mine');
    await assert.rejects(mem.update('a', () => { throw error; }), (thrown) => thrown === error);
    await assert.rejects(mem.update('a', () => undefined), { code: 'unsupported_type' });
    await assert.rejects(mem.update('a', 5), { code: 'configuration', message: /function/ });
    for (const attempts of [0, 1.5, '3']) await assert.rejects(mem.update('a', () => 1, { attempts }), { code: 'configuration' });
    await assert.rejects(mem.update('a', () => 1, { default: new Date() }), { code: 'unsupported_type' });
    await assert.rejects(mem.update('a', () => 1, { ifAbsent: true }), { code: 'configuration', message: /ifAbsent is unknown/ });
    assert.equal(await s3.count('PUT'), 0);
  });
});

suite('an increment', () => {
  test('counts from 0, by what is said, exactly', async (context) => {
    const { mem } = await scene(context, {}, true);
    assert.equal(await mem.increment('a'), 1);
    assert.equal(await mem.increment('a', -3), -2);
    assert.equal(await mem.increment('a', 2n ** 53n), 2 ** 53 - 2);
    assert.equal(await mem.increment('a', 2), 2n ** 53n);
    assert.equal(await mem.increment('a', 1), 2n ** 53n + 1n);
    assert.equal(await mem.increment('a', -2n), 2 ** 53 - 1);
    assert.equal(mem.get('a'), 2 ** 53 - 1);
  });

  test('is of an int by an int', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    for (const [json, type] of [['5', 'float'], ['"5"', 'str'], ['true', 'bool'], ['null', 'null'], ['[5]', 'list']]) {
      await s3.set(stored(json, { type }));
      await assert.rejects(mem.increment('a'), { code: 'unsupported_type', message: new RegExp(`type ${type}`) });
    }
    for (const by of [0.5, NaN, '1', null, 2 ** 53, true]) await assert.rejects(mem.increment('a', by), { code: 'unsupported_type' });
    await assert.rejects(mem.increment('a', 1, { default: 5 }), { code: 'configuration' });
    assert.equal(await s3.count('PUT'), 0);
  });

  test('of many at the same time, every tenth answer lost, counts each once', async (context) => {
    const { mem, make, s3 } = await scene(context, {}, true);
    const writers = [mem, make(), make(), make()];
    const faults = Array.from({ length: 40 }, (_, index) => ({ method: 'PUT', lost: index % 10 === 9, times: 1 }));
    await s3.set({ faults });
    const counts = await Promise.all(
      writers.map(async (writer) => {
        const results = [];
        for (let count = 0; count < 10; count++) results.push(await writer.increment('a'));
        return results;
      }),
    );
    assert.equal(mem.get('a', { consistent: true }), 40);
    assert.equal(new Set(counts.flat()).size, 40); // each was told another
  });
});
