'use strict';

// The change record (section 14). The vectors hold what it says; here is what an object does with it.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { learnClock } = require('../lib/core/aws-clock.js');
const { ChangeRecord, bucketOf, placeMark } = require('../lib/core/changes.js');
const { double } = require('../lib/double.js');
const { Clock, cloudFor } = require('../testing');

const START = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const KEY = 'public/shop.changes/.changes.json';
const RECORD = `/testing/${KEY}`;
const MARK = placeMark('testing', KEY);
const A = 'public/shop.changes/a.json';

const WAYS = {
  getEntry: async (mem, name) => mem.getEntry(name),
  getEntryAsync: (mem, name) => mem.getEntryAsync(name),
};

/** A cloud whose time a test has in its hands, and two objects of one service with a change record. */
function scene(context, params = {}, options = {}) {
  const clock = new Clock();
  clock.set(START);
  context.mock.timers.reset();
  context.mock.timers.enable({ apis: ['Date'], now: START });
  learnClock(START); // what other tests have made this process learn is forgotten
  const cloud = cloudFor(context, { clock, ...options });
  const make = (more) => new MemoryService(cloud.conf({ CHANGES: true, LOG_LEVEL: 'silent', ...params, ...more }), 'shop');
  const pass = (seconds) => {
    clock.advance(seconds);
    context.mock.timers.setTime(clock.now());
  };
  const asked = () => {
    const { requests } = cloud;
    cloud.requests = [];
    return requests.map(({ where, method, path }) => `${where} ${method} ${path.replace(/^\/testing\/public/, '').replace('/shop.changes/', '')}`);
  };
  const now = () => clock.now() / SECOND;
  /** Store a record as another writer does. */
  const announce = ({ names = [], e = now(), since = e - 200, all = 0, mark = MARK } = {}) => {
    const record = new ChangeRecord(e, since, all).raised(e, names.map(bucketOf), all);
    cloud.put(KEY, record.document(mark), { 'cache-control': 'max-age=5' });
  };
  const store = (value, { name = 'a', maxAge = 5 } = {}) =>
    cloud.put(`public/shop.changes/${name}.json`, `{"v":1,"type":"int","value":${value}}`, { 'cache-control': `max-age=${maxAge}` });
  const record = () => ChangeRecord.believed({ wire: unzipped(cloud.objects.get(KEY)), lastModified: cloud.objects.get(KEY).modified / SECOND }, MARK);
  return { cloud, mem: make(), make, pass, asked, announce, store, record, now };
}

function unzipped({ body, headers }) {
  return (headers['content-encoding'] ? require('node:zlib').gunzipSync(body) : Buffer.from(body)).toString();
}

/** An S3 that has had the record and two values for long. */
function rested(context, ...rest) {
  const all = scene(context, ...rest);
  for (const name of ['a', 'b']) all.store(1, { name });
  all.pass(100);
  all.announce({ names: ['far'] });
  all.pass(900);
  return all;
}

suite('announcing', () => {
  test('a put announces, then writes, both signed in their queries with the time of the announcement', async (context) => {
    const { cloud, mem, record, now } = scene(context);
    await mem.put('a', 1);
    const [look, ...puts] = cloud.requests;
    assert.deepEqual([look.method, look.path, look.signedAt], ['GET', RECORD, undefined]);
    assert.deepEqual(puts.map(({ method, path, signedAt }) => [method, path, signedAt]), [['PUT', RECORD, START], ['PUT', `/testing/${A}`, START]]);
    const { headers } = cloud.objects.get(KEY);
    assert.deepEqual(headers, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'cache-control': 'max-age=5' });
    assert.deepEqual([record().newest, record().since], [now(), now() + 1000]);
    assert.deepEqual([mem.stats().announcements, mem.stats().conflicts], [1, 0]);
  });

  test('so do a remove, a removal of many, a put on a condition, an update and a touch', async (context) => {
    const { cloud, mem, store, pass, asked } = scene(context);
    const calls = {
      DELETE: () => mem.remove('a'),
      POST: () => mem.removeMany(['a', 'b']),
      'PUT if absent': () => mem.put('new', 1, { ifAbsent: true }),
      'PUT update': () => mem.update('a', (old) => old + 1),
      'PUT increment': () => mem.increment('a'),
      'PUT touch': () => mem.touch('a', 60),
    };
    for (const [title, call] of Object.entries(calls)) {
      store(1);
      pass(20);
      await call();
      const writes = cloud.requests.filter(({ method }) => method !== 'GET');
      assert.deepEqual(writes.map(({ method, signedAt }) => [method, signedAt]), [['PUT', cloud.clock.now()], [title.split(' ')[0], cloud.clock.now()]], title);
      asked();
    }
  });

  for (const [title, fault, code] of [['cannot be put', { method: 'PUT', times: 1, status: 403 }, 'access_denied'], ['cannot be read', { method: 'GET', status: 500 }, 'unavailable'], ['cannot be put, for long', { method: 'PUT', status: 503 }, 'unavailable']]) {
    test(`nothing is written if the record ${title}`, async (context) => {
      const { cloud, mem } = scene(context);
      cloud.fail('s3', 'status', { path: RECORD, ...fault });
      await assert.rejects(mem.put('a', 1), (error) => error.code === code && !error.outcomeUnknown);
      assert.ok(!cloud.requests.some(({ path }) => path !== RECORD));
    });
  }

  test('what gathers while one put is under way is announced by the next', async (context) => {
    const { mem, cloud, record, now } = scene(context);
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
    await mem.put('far', 0);
    await Promise.all(names.map((name) => mem.put(name, 1)));
    assert.equal(mem.stats().announcements, 2);
    assert.equal(cloud.objects.size, 42);
    assert.equal(record().newest, now());
  });

  test('a batch is announced at once, and anew for what is written later than 15 s after', async (context) => {
    const { mem, cloud, pass } = scene(context);
    const entries = Array.from({ length: 40 }, (_, index) => [`n${index}`, index]);
    cloud.meanwhile(() => pass(1), { method: 'PUT', key: 'public/shop.changes/n', times: 40 });
    await mem.putMany(entries);
    const signed = cloud.requests.filter(({ method, path }) => method === 'PUT' && path !== RECORD).map(({ signedAt }) => (signedAt - START) / SECOND);
    assert.ok(mem.stats().announcements >= 3 && mem.stats().announcements <= 6, `${mem.stats().announcements}`);
    assert.deepEqual(signed, [...signed].sort((one, other) => one - other));
    assert.equal(cloud.objects.size, 41);
  });

  test('a clear announces everything', async (context) => {
    const { mem, record, store, now } = scene(context);
    store(1, { name: 'x/a' });
    assert.equal(await mem.clear('x/'), 1);
    assert.deepEqual([record().all, mem.stats().announcements], [now(), 1]);
  });

  test('somebody else is announced as well, for ten seconds', async (context) => {
    const { mem, announce, pass, asked } = scene(context);
    announce({ names: ['a'] });
    pass(10);
    await mem.put('a', 1);
    assert.deepEqual(asked(), ['s3 GET .changes.json', 's3 PUT a.json']);
    pass(0.001);
    await mem.put('a', 2);
    assert.deepEqual(asked(), ['s3 PUT .changes.json', 's3 PUT a.json']);
  });

  test('so it is beside the end of what others may write', async (context) => {
    const { mem, announce, asked, now } = scene(context);
    announce({ names: ['a'], all: now() + 900 });
    await mem.put('a', 1);
    assert.deepEqual(asked(), ['s3 GET .changes.json', 's3 PUT a.json']);
  });

  test('who loses twice announces everything', async (context) => {
    const { cloud, mem, announce, record, now } = scene(context);
    announce({ e: now() - 20 });
    let count = 20;
    cloud.meanwhile(() => announce({ e: now() - --count }), { method: 'PUT', key: KEY, times: 2 });
    await mem.put('a', 1);
    assert.deepEqual([mem.stats().conflicts, mem.stats().announcements, record().all], [2, 1, now()]);
  });

  test('a lost answer is looked up and not doubled', async (context) => {
    const { cloud, mem, asked } = scene(context);
    cloud.fail('s3', 'lost', { path: RECORD, method: 'PUT', times: 1 });
    await mem.put('a', 1);
    assert.deepEqual(asked(), ['s3 GET .changes.json', 's3 PUT .changes.json', 's3 GET .changes.json', 's3 PUT a.json']);
    assert.equal(mem.stats().announcements, 1);
  });

  test('a record that nobody believes is replaced by a first one', async (context) => {
    for (const [title, spoil] of Object.entries({
      'of another place': ({ announce }) => announce({ mark: '0'.repeat(16) }),
      restored: ({ announce, now }) => announce({ e: now() - 31 }),
      'no gzip': ({ cloud }) => cloud.put(KEY, 'x', { 'content-encoding': 'gzip' }),
      'no record': ({ cloud }) => cloud.put(KEY, '{}'),
      'too large': ({ cloud }) => cloud.put(KEY, ' '.repeat(70_000)),
    })) {
      const all = scene(context);
      spoil(all);
      await all.mem.put('a', 1);
      assert.equal(all.record().since, all.now() + 1000, title);
    }
  });

  test('a writer believes no record that is older than one it has seen', async (context) => {
    const { mem, announce, pass, record, now } = scene(context);
    announce();
    await mem.put('a', 1);
    const { newest } = record();
    pass(20);
    announce({ e: newest - 1 });
    await mem.put('a', 2); // it loses to that, and looks
    assert.equal(record().since, now() + 1000);
  });
});

suite('the time of writing', () => {
  test('an expired signature is no refusal: it is announced anew', async (context) => {
    const { cloud, mem, pass, asked } = scene(context);
    cloud.meanwhile(() => pass(21), { method: 'PUT', key: A });
    await mem.put('a', 1);
    assert.deepEqual(asked(), ['s3 GET .changes.json', 's3 PUT .changes.json', 's3 PUT a.json', 's3 PUT .changes.json', 's3 PUT a.json']);
    assert.equal(cloud.objects.get(A).modified, START + 21 * SECOND);
    assert.deepEqual([mem.stats().announcements, mem.get('a')], [2, 1]);
  });

  test('so it is for a put on a condition, a remove, and one of many', async (context) => {
    const { cloud, mem, store, pass } = scene(context);
    for (const [method, call] of [['PUT', () => mem.put('b', 1, { ifAbsent: true })], ['DELETE', () => mem.remove('a')], ['POST', () => mem.removeMany(['a'])]]) {
      store(1);
      cloud.meanwhile(() => pass(21), { method, key: method === 'POST' ? '' : 'public/shop.changes/' });
      if (method === 'PUT') cloud.meanwhile(() => {}, { method, key: KEY });
      await call();
    }
    assert.deepEqual([...cloud.objects.keys()].sort(), [KEY, 'public/shop.changes/b.json']);
  });

  test('it is sent again with the same time until 15 s after, then announced anew', async (context) => {
    const { cloud, mem, pass } = scene(context);
    cloud.fail('s3', 'status', { path: `/testing/${A}`, method: 'PUT', times: 2 });
    let sent = 0;
    cloud.meanwhile(() => pass([15, 0.001][sent++]), { method: 'PUT', key: A, times: 2 });
    await mem.put('a', 1);
    const times = cloud.requests.filter(({ method }) => method === 'PUT').map(({ path, signedAt }) => [path === RECORD, (signedAt - START) / SECOND]);
    assert.deepEqual(times, [[true, 0], [false, 0], [false, 0], [true, 15], [false, 15]]);
  });

  test('an answer that is dated too late is announced again, with its time', async (context) => {
    const { cloud, mem, record, pass, now } = scene(context);
    await mem.put('far', 1);
    pass(2000);
    await mem.put('a', 1);
    cloud.fail('s3', 'headers', { path: `/testing/${A}`, method: 'PUT', times: 1, headers: `date: ${new Date(cloud.clock.now() + 100 * SECOND).toUTCString()}` });
    await mem.put('a', 2);
    assert.equal(mem.stats().announcements, 2);
    cloud.fail('s3', 'headers', { path: `/testing/${A}`, method: 'PUT', times: 1, headers: `date: ${new Date(cloud.clock.now() + 101 * SECOND).toUTCString()}` });
    await mem.put('a', 3);
    assert.equal(mem.stats().announcements, 3);
    assert.equal(record().newest, now() + 101);
  });

  test('the time is that of S3, whatever the clock of the machine', async (context) => {
    for (const wrong of [11, -11, 3600, -3600]) {
      const { cloud, mem, record, now } = scene(context);
      learnClock(START + wrong * SECOND);
      await mem.put('a', 1);
      const [last] = cloud.requests.slice(-1);
      assert.ok(Math.abs(last.signedAt - START) <= 1000, `${wrong}`);
      assert.ok(Math.abs(record().newest - now()) <= 1, `${wrong}`);
    }
  });
});

for (const [way, read] of Object.entries(WAYS)) {
  suite(`reading by ${way}`, () => {
    test('a copy is confirmed by a record that is fresh, for all names with one request', async (context) => {
      const { mem, store, pass, asked, announce } = rested(context);
      const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
      for (const name of names) store(7, { name });
      pass(100);
      announce({ names: ['far'] });
      pass(900);
      for (const name of names) await read(mem, name);
      pass(5);
      asked();
      for (const name of names) assert.deepEqual(((entry) => [entry.value, entry.source, entry.age])(await read(mem, name)), [7, 'memory', 0]);
      assert.deepEqual(asked(), ['edge GET .changes.json']);
      pass(4.999);
      for (const name of names) assert.equal((await read(mem, name)).age, 4);
      assert.deepEqual(asked(), []);
      const { memoryHits, confirmed, recordsRead, edgeReads } = mem.stats();
      assert.deepEqual([memoryHits, confirmed, recordsRead, edgeReads], [40, 40, 1, 20]);
    });

    test('a fresh process reads no record, and a fresh copy wants none', async (context) => {
      const { mem, asked } = rested(context);
      await read(mem, 'a');
      await read(mem, 'a');
      await read(mem, 'none');
      assert.deepEqual(asked(), ['edge GET a.json', 'edge GET none.json']);
      assert.equal(mem.stats().confirmed, 0);
    });

    test('it is confirmed 120 s after its announcement and not before', async (context) => {
      // The edge's answer: a second for the Date, and five for its max-age.
      for (const [after, expected] of [[125, 'edge'], [126, 'memory']]) {
        const { mem, store, announce, pass } = scene(context);
        store(1);
        pass(100_000);
        announce({ names: ['a'] });
        pass(after);
        await read(mem, 'a');
        pass(5);
        assert.equal((await read(mem, 'a')).source, expected, String(after));
      }
    });

    test('a record that rules the copy out is not asked for again', async (context) => {
      const { mem, announce, pass, asked } = rested(context);
      announce({ names: ['a'] });
      await read(mem, 'a');
      for (let count = 0; count < 3; count++) {
        pass(5);
        await read(mem, 'a');
      }
      assert.deepEqual(asked().filter((one) => one.includes('.changes')), ['edge GET .changes.json']);
    });

    test('what was put by the object itself is not confirmed', async (context) => {
      const { mem, pass, asked, announce } = rested(context);
      await mem.put('own', 1, { edgeTtlSeconds: 400 });
      pass(399);
      announce();
      assert.equal((await read(mem, 'own')).source, 'memory');
      pass(1);
      asked();
      assert.equal((await read(mem, 'own')).source, 'edge');
      assert.deepEqual(asked(), ['edge GET own.json']);
    });

    test('an answer without Date confirms nothing', async (context) => {
      const { mem, cloud, pass } = rested(context);
      cloud.fail('edge', 'headers', { path: '/shop.changes/a.json', times: 1, headers: 'date: never' });
      await read(mem, 'a');
      pass(5);
      assert.equal((await read(mem, 'a')).source, 'edge');
      pass(5);
      assert.equal((await read(mem, 'a')).source, 'memory');
    });

    test('the copy has its own max-age from the record on', async (context) => {
      const { mem, store, pass, asked, announce } = rested(context);
      store(2, { name: 'long', maxAge: 60 });
      pass(100);
      announce();
      pass(900);
      await read(mem, 'long');
      await read(mem, 'a');
      pass(60);
      assert.deepEqual([(await read(mem, 'long')).source, (await read(mem, 'a')).source], ['memory', 'memory']);
      asked();
      pass(59);
      assert.deepEqual([(await read(mem, 'long')).age, asked()], [59, []]);
    });

    test('a change is seen in time: the record rules the old copy out', async (context) => {
      const { mem, make, pass } = rested(context);
      await read(mem, 'a');
      pass(6);
      assert.equal((await read(mem, 'a')).source, 'memory');
      await make().put('a', 2);
      pass(5);
      assert.equal((await read(mem, 'a')).value, 2);
    });

    test('a value that ends is not kept by a record', async (context) => {
      const { mem, cloud, pass, asked } = rested(context);
      cloud.put(A, `{"v":1,"type":"int","value":1,"expires_at":${cloud.clock.now() + 8 * SECOND}}`, { 'cache-control': 'max-age=5' });
      pass(0.5);
      await read(mem, 'a');
      pass(7.5);
      asked();
      assert.equal(await read(mem, 'a'), undefined);
      assert.ok(!asked().some((one) => one.includes('.changes')));
    });

    test('it is asked for with its version, and 304 counts as the record', async (context) => {
      const { mem, pass } = rested(context);
      const heard = [];
      const { current } = double;
      const perform = (effect, left) => {
        const outcome = current.perform(effect, left);
        if (effect.url.endsWith('/.changes.json')) heard.push([effect.headers['if-none-match'] !== undefined, outcome.status]);
        return outcome;
      };
      double.current = { ...current, perform };
      await read(mem, 'a');
      for (let count = 0; count < 3; count++) {
        pass(5);
        assert.equal((await read(mem, 'a')).source, 'memory');
      }
      assert.deepEqual(heard, [[false, 200], [true, 304], [true, 304]]);
    });

    for (const [title, spoil] of Object.entries({
      'is not there': ({ cloud }) => cloud.objects.delete(KEY),
      'cannot be read': ({ cloud }) => ['edge', 's3'].forEach((where) => cloud.fail(where, 'status', { path: where === 's3' ? RECORD : '/shop.changes/.changes' })),
      'is refused': ({ cloud }) => cloud.fail('edge', 'status', { path: '/shop.changes/.changes', status: 403 }),
      'is corrupt': ({ cloud }) => cloud.put(KEY, '{"v":1', { 'cache-control': 'max-age=5' }),
      'is of another place': ({ announce }) => announce({ mark: 'f'.repeat(16) }),
      'is restored': ({ announce, now }) => announce({ e: now() - 31 }),
      hangs: ({ cloud }) => ['edge', 's3'].forEach((where) => cloud.fail(where, 'hang', { path: where === 's3' ? RECORD : '/shop.changes/.changes' })),
    })) {
      test(`nothing is confirmed if the record ${title}, which is not asked again for EDGE_TTL`, async (context) => {
        const all = rested(context, { EDGE_TTL: 7 });
        const { mem, pass, asked } = all;
        spoil(all);
        await read(mem, 'a');
        await read(mem, 'b');
        pass(5);
        asked();
        assert.deepEqual([(await read(mem, 'a')).source !== 'memory', (await read(mem, 'b')).value], [true, 1]);
        const [first, ...others] = asked();
        assert.equal(first, 'edge GET .changes.json');
        assert.ok(!others.slice(1).some((one) => one.includes('edge GET .changes')));
        pass(5);
        await read(mem, 'a');
        assert.ok(!asked().some((one) => one.includes('.changes')));
        pass(5);
        await read(mem, 'a');
        assert.ok(asked().some((one) => one.includes('.changes')));
        assert.equal(mem.stats().confirmed, 0);
      });
    }

    test('S3 is asked for it if the edge fails', async (context) => {
      const { mem, cloud, pass, asked } = rested(context);
      await read(mem, 'a');
      pass(5);
      cloud.fail('edge', 'status');
      asked();
      assert.equal((await read(mem, 'a')).source, 'memory');
      assert.deepEqual(asked(), ['edge GET .changes.json', 's3 GET .changes.json']);
    });

    test('of two edges the record that is newer counts', async (context) => {
      const { mem, cloud, pass, make } = rested(context, {}, { pointsOfPresence: 2 });
      const other = make();
      await read(other, 'a');
      pass(5);
      await read(other, 'a'); // edge 0 has the record now
      await read(mem, 'a');
      pass(4);
      cloud.roam(1);
      await make().put('a', 2); // and edge 1 will have a newer one
      pass(1);
      const { value } = await read(mem, 'a');
      assert.equal(value, 2);
      cloud.roam(0);
      for (let count = 0; count < 12; count++) {
        pass(1);
        assert.equal((await read(mem, 'a')).value, 2);
      }
    });

    test('a value that was written past the record ends all confirming for a day, with one warning', async (context) => {
      const { mem, store, pass } = rested(context, { LOG_LEVEL: 'warn' });
      const warn = context.mock.method(console, 'warn', () => {});
      const isKept = async (name) => (await read(mem, name)).source === 'memory';
      for (const name of ['a', 'b']) await read(mem, name);
      pass(5);
      for (const name of ['a', 'b']) assert.ok(await isKept(name));
      store(2, { name: 'c' });
      pass(6); // the edge may have had the record for five seconds: it says nothing of that value
      assert.ok(await isKept('a'));
      await read(mem, 'c');
      assert.equal(warn.mock.callCount(), 0);
      pass(5);
      assert.ok(await isKept('a'));
      assert.equal(await isKept('c'), false);
      assert.equal(await isKept('a'), false); // also what has been confirmed
      pass(6);
      assert.equal(await isKept('a'), false);
      assert.deepEqual(warn.mock.calls.map(({ arguments: [line] }) => line.split(' public')[0]), ['memory: "c" was written past the change record']);
      pass(86_380);
      await read(mem, 'a');
      pass(5);
      assert.equal(await isKept('a'), false);
      pass(10);
      assert.ok(await isKept('a'));
    });

    test('or until everything is announced', async (context) => {
      const { mem, store, pass, announce, now } = rested(context);
      await read(mem, 'a');
      store(2, { name: 'c' });
      pass(20);
      await read(mem, 'a');
      await read(mem, 'c');
      pass(5);
      assert.equal((await read(mem, 'a')).source, 'edge');
      announce({ all: now() });
      pass(200);
      await read(mem, 'a');
      pass(5);
      assert.equal((await read(mem, 'a')).source, 'memory');
    });

    test('so does a record that was put back', async (context) => {
      const { mem, announce, pass, now } = rested(context, { LOG_LEVEL: 'warn' });
      const warn = context.mock.method(console, 'warn', () => {});
      await read(mem, 'a');
      pass(5);
      announce();
      assert.equal((await read(mem, 'a')).source, 'memory');
      pass(10);
      announce({ e: now() - 11 });
      await read(mem, 'b');
      pass(10);
      assert.equal((await read(mem, 'b')).source, 'edge');
      assert.match(warn.mock.calls.map(({ arguments: [line] }) => line).join(), /is older than it was/);
    });
  });
}

test('gets of many names at once make one request for the record, and share it', async (context) => {
  const { mem, store, pass, asked, announce } = rested(context);
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  for (const name of names) store(1, { name });
  pass(100);
  announce();
  pass(900);
  await mem.getMany(names);
  pass(5);
  asked();
  assert.equal((await Promise.all([...names, ...names].map((name) => mem.getAsync(name)))).length, 60);
  assert.deepEqual(asked(), ['edge GET .changes.json']);
  assert.deepEqual([mem.stats().confirmed, mem.stats().sharedReads], [60, 0]);
});

test('a synchronous get reads the record itself while an asynchronous one waits for it', async (context) => {
  const { mem, pass, asked } = rested(context);
  await mem.getMany(['a', 'b']);
  pass(5);
  asked();
  const waiting = mem.getAsync('a');
  assert.equal(mem.getEntry('b').source, 'memory');
  assert.equal(await waiting, 1);
  assert.ok(asked().every((one) => one === 'edge GET .changes.json'));
});

test('a put during the look at the record is not hidden by it', async (context) => {
  const { mem, pass } = rested(context);
  await mem.getAsync('a');
  pass(5);
  const reading = mem.getAsync('a');
  const putting = mem.put('a', 2);
  await reading;
  await putting;
  assert.equal(await mem.getAsync('a'), 2);
  pass(6);
  assert.equal(mem.get('a'), 2);
});

test('listing and clearing pass over the record', async (context) => {
  const { mem, cloud } = scene(context);
  await mem.put('a', 1);
  const names = [];
  for await (const name of mem.keys()) names.push(name);
  assert.deepEqual(names, ['a']);
  assert.equal(await mem.clear(''), 1);
  assert.deepEqual([...cloud.objects.keys()], [KEY]);
});

test('a service without CHANGES asks for no record, and lies elsewhere', async (context) => {
  const { cloud, make, asked } = scene(context);
  const plain = make({ CHANGES: false });
  await plain.put('a', 1);
  await plain.getAsync('b');
  assert.deepEqual(asked(), ['s3 PUT /shop/a.json', 'edge GET /shop/b.json']);
  assert.equal(cloud.requests.length, 0);
});

test('sixteen writers at once announce all that they write, and nobody starves', async (context) => {
  const { make, cloud, record, now } = scene(context);
  const writers = Array.from({ length: 16 }, () => make());
  await Promise.all(writers.map((writer, index) => writer.putMany(Array.from({ length: 20 }, (_, at) => [`w${index}/${at}`, at]))));
  assert.equal(cloud.objects.size, 16 * 20 + 1);
  for (let index = 0; index < 16; index++) assert.ok(record().base(bucketOf(`w${index}/7`)) >= now());
});
