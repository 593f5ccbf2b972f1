'use strict';

// Read your writes and monotonic reads, whatever edges hold (SES-1 to SES-5), and what is served when all else fails
// (STALE-1, STALE-2).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { Session, NOTHING_DONE, UNKNOWN } = require('../lib/core/session.js');
const { scene, holding, WAYS, START, MISS, BROKEN, DENIED } = require('./scene.js');

const NO_MEMORY = { LOCAL_MAX_ITEMS: 0 };
const facts = (entry) => entry && [entry.value, entry.source];

for (const [way, read] of Object.entries(WAYS)) {
  suite(`a session and ${way}`, () => {
    test('reads its own put, whatever an edge holds', async (context) => {
      const { mem, edge, pass } = await scene(context, NO_MEMORY, true);
      await pass(10);
      await mem.put('a', 2);
      for (const old of [holding(1), holding(1, { age: 30 }), holding(1, { modified: 10 }), MISS]) {
        await edge.answer(old);
        assert.deepEqual(facts(await read(mem, 'a')), [2, 's3']);
      }
      await edge.answer(holding(3, { modified: 11 })); // what somebody else put a second later
      assert.deepEqual(facts(await read(mem, 'a')), [3, 'edge']);
    });

    test('takes its own put from the edge by its version', async (context) => {
      const { mem, edge } = await scene(context, NO_MEMORY, true);
      await edge.answer(holding(2, { version: await mem.put('a', 2) }));
      assert.deepEqual(facts(await read(mem, 'a')), [2, 'edge']);
      assert.equal(mem.stats().acceptedByVersion, 1);
    });

    test('reads its own remove, whatever an edge holds', async (context) => {
      const { mem, edge, s3, pass } = await scene(context, {}, true);
      await mem.put('a', 1);
      await pass(10);
      await mem.remove('a');
      await edge.answer(holding(1, { modified: 0, age: 9 }));
      assert.equal(await read(mem, 'a'), undefined);
      await edge.answer(MISS);
      const asked = await s3.count('GET');
      assert.equal(await read(mem, 'a'), undefined); // an edge's miss is one now
      assert.equal(await s3.count('GET'), asked);
      await edge.answer(holding(2, { version: 'v2', modified: 11 }));
      assert.deepEqual(facts(await read(mem, 'a')), [2, 'edge']);
    });

    test('never goes back behind what it has read', async (context) => {
      const { mem, edge, s3 } = await scene(context, NO_MEMORY);
      await s3.answer(holding(3, { version: 'v3', modified: 20 }));
      await edge.answer(holding(2, { version: 'v2', modified: 10 }));
      assert.deepEqual(facts(await read(mem, 'a')), [2, 'edge']);
      for (const older of [holding(1, { version: 'v1', modified: 9 }), holding(1, { version: 'v1', modified: 10 }), MISS]) {
        await edge.answer(older);
        assert.deepEqual(facts(await read(mem, 'a')), [3, 's3']);
      }
      await edge.answer(holding(2, { version: 'v2', modified: 10 })); // what it has read, but not last
      assert.deepEqual(facts(await read(mem, 'a')), [3, 's3']);
      await edge.answer(holding(4, { version: 'v4', modified: 21 }));
      assert.deepEqual(facts(await read(mem, 'a')), [4, 'edge']);
      const { acceptedByTime, sentToS3, s3Reads } = mem.stats();
      assert.deepEqual([acceptedByTime, sentToS3, s3Reads], [1, 4, 4]);
    });

    test('takes an answer without an ETag or a Last-Modified for no newer one', async (context) => {
      const { mem, edge, s3 } = await scene(context, NO_MEMORY);
      await s3.answer(holding(9, { version: 'v9' }));
      const { body } = holding(1);
      await edge.answer({ status: 200, headers: {}, body });
      assert.deepEqual(facts(await read(mem, 'a')), [1, 'edge']);
      assert.deepEqual(facts(await read(mem, 'a')), [9, 's3']);
      await edge.answer({ status: 200, headers: { etag: '"v10"' }, body });
      assert.deepEqual(facts(await read(mem, 'a')), [9, 's3']);
    });

    test('after a put of which nobody knows the outcome, S3 is read', async (context) => {
      const { mem, edge, s3 } = await scene(context, NO_MEMORY, true);
      await edge.answer(holding(1, { modified: 100 }));
      await s3.set({ faults: [{ method: 'PUT', lost: true, times: 4 }] }); // RETRY-1
      await assert.rejects(mem.put('a', 2), { code: 'unavailable' });
      assert.deepEqual(facts(await read(mem, 'a')), [2, 's3']);
      assert.deepEqual(facts(await read(mem, 'a')), [1, 'edge']); // its time is known again
    });

    test('a put that was refused leaves what was known', async (context) => {
      const { mem, edge, s3 } = await scene(context, NO_MEMORY);
      await edge.answer(holding(1));
      await read(mem, 'a');
      await s3.answer(DENIED);
      await assert.rejects(mem.put('a', 2), { code: 'access_denied' });
      await assert.rejects(mem.remove('a'), { code: 'access_denied' });
      assert.deepEqual(facts(await read(mem, 'a')), [1, 'edge']);
      assert.equal(mem.stats().acceptedByVersion, 1);
    });

    test('after puts that overlapped, S3 is read', async (context) => {
      const { mem, edge } = await scene(context, {}, true);
      await Promise.all([mem.put('a', 1), mem.put('a', 2)]);
      await edge.answer(holding(0, { modified: 100 }));
      assert.equal((await read(mem, 'a')).source, 's3');
    });

    test('after a batch was removed or a prefix cleared, no edge is believed that fetched before', async (context) => {
      const { mem, edge, s3, pass } = await scene(context);
      await edge.answer(holding(1));
      assert.deepEqual(facts(await read(mem, 't/a')), [1, 'edge']);
      await s3.answer({ status: 200, headers: {}, body: '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' });
      await mem.clear('t/');
      await s3.answer(MISS);
      assert.equal(await read(mem, 't/a'), undefined);
      await pass(5);
      await edge.answer(holding(1, { age: 5 }));
      assert.equal(await read(mem, 't/b'), undefined);
      await edge.answer(holding(1, { age: 4 }));
      assert.deepEqual(facts(await read(mem, 't/c')), [1, 'edge']); // a second younger than the clearing
      await s3.answer({ status: 200, headers: {}, body: '<DeleteResult/>' });
      await mem.removeMany(['t/c']);
      await s3.answer(MISS);
      assert.equal(await read(mem, 't/c'), undefined);
    });
  });

  suite(`when all else fails, ${way}`, () => {
    test('an edge whose copy is older than its max-age is not believed', async (context) => {
      const { mem, edge, s3 } = await scene(context, NO_MEMORY);
      await s3.answer(holding(2, { version: 'v2', modified: 9 }));
      await edge.answer(holding(1, { age: 60 }));
      assert.deepEqual(facts(await read(mem, 'a')), [1, 'edge']);
      await edge.answer(holding(1, { age: 61 }));
      assert.deepEqual(facts(await read(mem, 'a')), [2, 's3']);
      assert.equal(mem.stats().sentToS3, 1);
    });

    for (const [title, failure] of Object.entries({ broken: BROKEN, refusing: DENIED })) {
      test(`a ${title} S3 leaves the edge's stale copy`, async (context) => {
        const { mem, edge, s3, warned } = await scene(context, { ...NO_MEMORY, STALE_IF_ERROR: 10 });
        await s3.answer(failure);
        await edge.answer(holding(1, { age: 70 }));
        const { value, source, age } = await read(mem, 'a');
        assert.deepEqual([value, source, age], [1, 'stale', 70]);
        assert.match(warned().at(-1), /^memory: S3 failed, a stale copy is served for public\/shop\/a\.json: /);
        await edge.answer(holding(1, { age: 71 }));
        await assert.rejects(read(mem, 'a'), { code: title === 'broken' ? 'unavailable' : 'access_denied' });
        assert.equal(mem.stats().staleReads, 1);
      });
    }

    test('the copy in memory is served for STALE_IF_ERROR, with its age', async (context) => {
      const { mem, edge, s3, pass } = await scene(context, { STALE_IF_ERROR: 10 });
      await edge.answer(holding('[1]', { type: 'list', age: 20 }));
      await read(mem, 'a');
      for (const server of [edge, s3]) await server.answer(BROKEN);
      await pass(50);
      const { value, source, age } = await read(mem, 'a');
      assert.deepEqual([value, source, age], [[1], 'stale', 70]);
      await pass(0.001);
      await assert.rejects(read(mem, 'a'), { code: 'unavailable' });
    });

    test('a consistent get is given nothing stale', async (context) => {
      const { mem, edge, s3 } = await scene(context);
      await edge.answer(holding(1));
      await read(mem, 'a');
      await s3.answer(BROKEN);
      await assert.rejects(read(mem, 'a', { consistent: true }), { code: 'unavailable' });
      assert.equal((await read(mem, 'a')).source, 'memory');
    });

    test('nothing that has expired is served, nor what is older than is known', async (context) => {
      const { mem, edge, s3, pass } = await scene(context);
      await edge.answer(holding(1, { maxAge: 5, members: `,"expires_at":${START + 20_000}` }));
      await read(mem, 'a');
      for (const server of [edge, s3]) await server.answer(BROKEN);
      await pass(19.999);
      assert.deepEqual(facts(await read(mem, 'a')), [1, 'stale']);
      await pass(0.001);
      await assert.rejects(read(mem, 'a'), { code: 'unavailable' });
      await edge.answer(holding(1, { version: 'v2', modified: 10 }));
      await read(mem, 'b');
      await edge.answer(holding(1, { version: 'v1', modified: 0, age: 61 }));
      await pass(60);
      assert.deepEqual(facts(await read(mem, 'b')), [1, 'stale']); // memory's, not the older one of the edge
      assert.equal((await read(mem, 'b')).version, 'v2');
    });

    test('after a put of unknown outcome nothing is left', async (context) => {
      const { mem, edge, s3 } = await scene(context);
      await edge.answer(holding(1));
      await read(mem, 'a');
      await s3.answer(BROKEN);
      await assert.rejects(mem.put('a', 2), { code: 'unavailable' });
      await assert.rejects(read(mem, 'a'), { code: 'unavailable' });
    });

    test('a document that is corrupt in S3 has been read', async (context) => {
      const { mem, edge, s3 } = await scene(context, NO_MEMORY);
      await edge.answer(holding(1, { age: 61 }));
      await s3.answer({ status: 200, headers: {}, body: '<html>' });
      await assert.rejects(read(mem, 'a'), { code: 'corrupt_value' });
    });
  });
}

suite('the session itself', () => {
  const answer = (facts_) => ({ version: 'v', storedAt: START, date: START, start: START, age: 0, ...facts_ });
  let now = START;
  const make = (limit) => {
    now = START;
    return new Session(() => now, limit);
  };

  test('forgets the least recently used, and believes no copy from before that', () => {
    const session = make(3);
    for (const [index, name] of ['a', 'b', 'c', 'a'].entries()) {
      now = START + index * 1000;
      session.learn(name, answer({ start: now }), []);
    }
    now += 1000;
    session.learn('d', answer({ start: now }), []);
    assert.equal(session.size, 3);
    // b is forgotten, of which the state of START + 1 s was known.
    assert.equal(session.accepts('b', answer({ start: START + 1999 })), undefined);
    assert.equal(session.accepts('b', answer({ start: START + 2000 })), 'horizon');
    assert.equal(session.accepts('b', answer({ start: START + 2999, age: 1 })), undefined);
    assert.equal(session.accepts('b', answer({ start: START + 3000, age: 1 })), 'horizon');
    assert.equal(session.accepts('a', answer()), 'version');
  });

  test('remembers ten thousand of a hundred thousand names', () => {
    const session = make();
    for (let index = 0; index < 100_000; index++) session.learn(`n${index}`, answer(), []);
    assert.equal(session.size, 10_000);
  });

  test('does not forget a name that is being written', () => {
    const session = make(2);
    for (const name of ['a', 'b', 'c', 'd']) session.begin(name);
    assert.equal(session.size, 4);
    for (const name of ['a', 'b', 'c', 'd']) assert.equal(session.end(name, { version: 'x', floor: START, knownAt: now, ids: [] }), true);
    assert.equal(session.size, 2);
  });

  test('learns from S3 only what nothing has overtaken', () => {
    const session = make(2);
    const before = session.view('a');
    session.learn('a', answer({ version: 'newer' }), []);
    assert.equal(session.learnFromS3('a', before, answer(), []), false);
    const during = session.view('a');
    session.begin('a');
    assert.equal(session.learnFromS3('a', during, answer(), []), false);
    assert.equal(session.learnFromS3('a', session.view('a'), answer(), []), false);
    session.end('a', UNKNOWN);
    assert.equal(session.trustsEdges('a'), false);
    assert.equal(session.learnFromS3('a', session.view('a'), answer(), []), true);
    assert.equal(session.trustsEdges('a'), true);
    const cleared = session.view('x');
    session.forgetUnder('');
    assert.equal(session.learnFromS3('x', cleared, answer(), []), false);
    const dropped = session.view('x');
    now += 1;
    for (const name of ['x', 'y', 'z']) session.learn(name, answer(), []); // x came and went
    assert.equal(session.learnFromS3('x', dropped, answer(), []), false);
    now -= 5000; // a clock that was set back stops nobody for good
    assert.equal(session.learnFromS3('x', session.view('x'), answer({ start: now }), []), true);
  });

  test('a clearing makes a put that is under way unknown', () => {
    const session = make();
    session.begin('t/a');
    session.forgetUnder('t/');
    assert.equal(session.end('t/a', { version: 'x', floor: START, knownAt: now, ids: [] }), false);
    assert.equal(session.trustsEdges('t/a'), false);
  });

  test('nothing done, of a name that was not known, is not known', () => {
    const session = make();
    session.begin('a');
    assert.equal(session.end('a', NOTHING_DONE), false);
    assert.equal(session.size, 0);
    session.begin('a');
    session.begin('a');
    session.end('a', NOTHING_DONE);
    session.end('a', NOTHING_DONE);
    assert.equal(session.trustsEdges('a'), false);
  });
});
