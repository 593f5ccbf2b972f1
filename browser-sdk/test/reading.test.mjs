import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { CORS, Harness, dated, found, missing, skip } from './harness.mjs';

const GRANT = { service: 'shop', prefix: 'mine/', query: 'Policy=eyJ9&Signature=abc&Key-Pair-Id=K1' };

const FORM = {
  'Content-Type': 'application/json',
  'Cache-Control': 'max-age=5, stale-if-error=300',
  success_action_status: '201',
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': 'AKIDEXAMPLE/20270115/eu-west-1/s3/aws4_request',
  'x-amz-date': '20270115T080000Z',
  policy: 'e30=',
  'x-amz-signature': '00',
};

describe('the bundle in Chromium', { skip }, () => {
  /** @type {Harness} */
  let harness;
  before(async () => (harness = await Harness.start()));
  after(async () => {
    const { share, lines, missed } = await harness.end();
    console.log(`${(share * 100).toFixed(1)} % of ${lines} lines of the bundle have run; coverage/lines.txt has the ${missed.length} others`);
    assert.ok(share >= 0.95, `${missed.length} lines have not run:\n${missed.slice(0, 40).join('\n')}`);
  });
  beforeEach(() => {
    harness.asked = [];
    harness.edge = missing;
  });

  /** What a get of `a` fails with. */
  const failed = (conf = {}) => harness.run(async (conf) => failure(() => make(conf).get('a')), conf);
  /** What making an object fails with. */
  const refused = (params, service = 'shop') => harness.run((params, service) => failure(() => new sdk.MemoryService(params, service)), params, service);
  const grant = (more = {}) => ({ ...GRANT, distribution: new URL(harness.origin).host, expires_at: Date.now() + 60_000, ...more });
  const writeGrant = (more = {}, fields = {}) => ({
    distribution: new URL(harness.origin).host,
    ...{ visibility: 'public', service: 'shop', prefix: 'cart/', url: `${harness.origin}/values/`, max_bytes: 4000, expires_at: Date.now() + 60_000 },
    forms: { plain: { ...FORM, ...fields }, gzip: { ...FORM, 'Content-Encoding': 'gzip', ...fields } },
    ...more,
  });
  const stored = { status: 201, headers: { ...CORS, etag: '"w1"', date: dated() } };

  describe('reads', () => {
    it('a value of each type as it was put', async () => {
      const values = { a: [1, 'str', null], b: true, c: 2.5, d: { k: 'é' } };
      harness.edge = found(values, { type: 'dict' });
      assert.deepEqual(await harness.run(() => make().get('a')), values);
    });

    it('bytes, big ints and special floats from their tags', async () => {
      const value = [{ $bytes: 'AP8=' }, { $int: '9007199254740993' }, { $float: 'NaN' }, { $float: '-0.0' }, { $dict: { $a: 1 } }, { $int: '7' }];
      harness.edge = found(value, { type: 'list', members: { tagged: true } });
      const told = await harness.run(async () => {
        const [bytes, big, nan, zero, dict, small] = await make().get('a');
        return [[...bytes], typeof big, String(big), Number.isNaN(nan), Object.is(zero, -0), dict, small];
      });
      assert.deepEqual(told, [[0, 255], 'bigint', '9007199254740993', true, true, { $a: 1 }, 7]);
    });

    it('a miss as undefined', async () => {
      assert.equal(await harness.run(async () => String(await make().get('a'))), 'undefined');
    });

    it('an entry with what is known of it', async () => {
      harness.edge = found(1, { headers: { age: '2' }, members: { expires_at: Date.now() + 60_000 } });
      const entry = JSON.parse(await harness.run(async () => JSON.stringify(await make({ LOG_LEVEL: 'debug' }).getEntry('a'))));
      assert.deepEqual([entry.value, entry.type, entry.version, entry.source, entry.age, entry.tags], [1, 'int', 'v1', 'edge', 2, []]);
      assert.ok(new Date(entry.expiresAt) > new Date(entry.storedAt));
    });

    it('many, and tells which of them failed', async () => {
      harness.edge = ({ url }) => (url.includes('/b') ? { status: 500, headers: CORS } : url.includes('/c') ? missing : found(1));
      const told = await harness.run(async () => {
        const mem = make();
        const all = [...(await mem.getMany(new Set(['a', 'c'])))];
        const error = await mem.getMany(['a', 'b', 'c']).catch((one) => one);
        return { all, code: error.code, failed: [...error.errors.keys()], results: [...error.results] };
      });
      assert.deepEqual(told, { all: [['a', 1]], code: 'batch', failed: ['b'], results: [['a', 1]] });
      assert.equal((await harness.run(() => failure(() => make().getMany('a')))).code, 'invalid_name');
      assert.equal((await harness.run(() => failure(() => make().getMany([1])))).code, 'invalid_name');
    });

    it('from memory while it is fresh, each time a value of its own', async () => {
      harness.edge = found([1], { type: 'list' });
      const told = await harness.run(async () => {
        const mem = make();
        (await mem.get('a')).push(2);
        (await mem.get('a')).push(3);
        return [await mem.get('a'), (await mem.getEntry('a')).source, mem.stats()];
      });
      assert.deepEqual(told.slice(0, 2), [[1], 'memory']);
      assert.equal(harness.asked.length, 1);
      assert.deepEqual([told[2].memoryHits, told[2].edgeReads, told[2].items], [3, 1, 1]);
    });

    it('once for all who want it at the same time', async () => {
      harness.edge = async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return found(7);
      };
      const [values, stats] = await harness.run(async () => {
        const mem = make();
        return [await Promise.all([mem.get('a'), mem.get('a'), mem.get('a')]), mem.stats()];
      });
      assert.deepEqual([values, harness.asked.length, stats.sharedReads], [[7, 7, 7], 1, 2]);
    });

    it('with the failure of one request told to all who shared it, as errors of their own', async () => {
      harness.edge = { status: 503, headers: CORS };
      const told = await harness.run(async () => {
        const mem = make();
        const [one, two] = await Promise.allSettled([mem.get('a'), mem.get('a')]);
        return [one.reason.code, two.reason.code, one.reason === two.reason];
      });
      assert.deepEqual(told, ['unavailable', 'unavailable', false]);
    });

    it('past the cache of the browser, without cookies and without a question beforehand (WEB-4)', async () => {
      const told = [];
      harness.edge = ({ method, headers }) => {
        told.push([method, headers['cache-control'], headers.cookie, headers.referer]);
        return found(1, { headers: { 'cache-control': 'max-age=1000' } });
      };
      await harness.run(async () => {
        await make().get('a');
        await make().get('a');
      });
      assert.deepEqual(told, [['GET', 'no-cache', undefined, undefined], ['GET', 'no-cache', undefined, undefined]]);
    });

    it('keeps no more than it may, the least recently used going first', async () => {
      harness.edge = found(1, { headers: { 'cache-control': 'max-age=50' } });
      const stats = await harness.run(async () => {
        const mem = make({ LOCAL_MAX_ITEMS: 2 });
        for (const name of ['a', 'b', 'a', 'c', 'a']) await mem.get(name);
        const none = make({ LOCAL_MAX_BYTES: 0 });
        await none.get('a');
        return [mem.stats(), none.stats().items];
      });
      assert.deepEqual([stats[0].items, stats[0].evictions, stats[0].memoryHits, stats[1]], [2, 1, 2, 0]);
    });

    it('nothing older than what it has read (SES-3)', async () => {
      const told = await harness.run(async (first) => {
        let now = Date.now();
        const mem = make({}, { clock: () => now });
        const value = await mem.get(first);
        now += 10_000;
        return [value, await mem.getEntry(first).catch((error) => error.code)];
      }, 'a');
      assert.deepEqual(told, [null, null]);
      harness.edge = () => (harness.asked.length === 1 ? found(2, { version: 'new', headers: { 'last-modified': dated(-10) } }) : found(1, { version: 'old' }));
      harness.asked = [];
      const [value, entry, after] = await harness.run(async () => {
        let now = Date.now();
        const mem = make({ STALE_IF_ERROR: 60 }, { clock: () => now });
        const value = await mem.get('a');
        now += 10_000;
        const entry = await mem.getEntry('a');
        now += 100_000;
        return [value, entry, await failure(() => mem.get('a'))];
      });
      assert.deepEqual([value, entry.value, entry.source, entry.age], [2, 2, 'stale', 10]);
      assert.equal(after.code, 'unavailable');
      assert.match(after.message, /older than what this object knows/);
    });

    it('what is newer by its Last-Modified, and counts why', async () => {
      harness.edge = () => found(harness.asked.length, { version: `v${Math.min(2, harness.asked.length)}`, headers: { 'last-modified': dated(-100 + harness.asked.length * 10) } });
      const stats = await harness.run(async () => {
        let now = Date.now();
        const mem = make({}, { clock: () => now });
        for (let round = 0; round < 3; round++) {
          await mem.get('a');
          now += 6000;
        }
        return mem.stats();
      });
      assert.deepEqual([stats.acceptedByTime, stats.acceptedByVersion, stats.edgeReads], [1, 1, 3]);
    });

    it('as stale what an edge has held for too long (STALE-1)', async () => {
      harness.edge = found(1, { headers: { age: '20' } });
      const told = await harness.run(async () => [(await make().getEntry('a')).source, (await failure(() => make({ STALE_IF_ERROR: 3 }).get('a'))).code]);
      assert.deepEqual(told, ['stale', 'unavailable']);
    });

    it('a miss where the value has expired, even if it was fetched before (WEB-8)', async () => {
      harness.edge = found(1, { members: { expires_at: Date.now() - 1000 }, headers: { age: '4' } });
      assert.equal(await harness.run(async () => String(await make().get('a'))), 'undefined');
    });

    it('a document of numbers as tags, in its order', async () => {
      const tags = '{"b":"0123456789abcdef","7":"0123456789abcdef"}';
      harness.edge = ({ url }) => {
        if (url.includes('.tags')) return found(Date.now() - 5000, { headers: { 'last-modified': dated(-10) } });
        const answer = found(1, { v: 2, members: { tags: 0 } });
        return { ...answer, body: answer.body.replace('"tags":0', `"tags":${tags}`) };
      };
      assert.deepEqual((await harness.run(() => make().getEntry('a'))).tags, ['b', '7']);
    });
  });

  describe('judges tags', () => {
    const tagged = { v: 2, members: { tags: { t: '0123456789abcdef' } } };
    const record = (version = 'r1', write = '0123456789abcdef', headers = {}) => found(Date.now() - 5000, { version, members: { write }, headers: { 'last-modified': dated(-10), ...headers } });

    it('by records that the edge has, and looks at them alone when they are no longer fresh', async () => {
      harness.edge = ({ url }) => (url.includes('.tags') ? record() : found(1, { ...tagged, headers: { 'cache-control': 'max-age=60' } }));
      const [values, stats] = await harness.run(async () => {
        let now = Date.now();
        const mem = make({}, { clock: () => now });
        const values = [await mem.get('a'), await mem.get('a')];
        now += 10_000;
        values.push(await mem.get('a'));
        return [values, mem.stats()];
      });
      assert.deepEqual(values, [1, 1, 1]);
      assert.deepEqual([stats.tagReads, stats.edgeReads, stats.memoryHits], [2, 1, 2]);
      assert.deepEqual(harness.asked, ['GET /shop/a.json', 'GET /shop/.tags/t.json', 'GET /shop/.tags/t.json']);
    });

    it('as a miss where a record has another generation', async () => {
      harness.edge = ({ url }) => (url.includes('.tags') ? record('r2', 'fedcba9876543210') : found(1, tagged));
      assert.equal(await harness.run(async () => String(await make().get('a'))), 'undefined');
    });

    it('of a copy in memory, and asks the edge when it is not valid any more', async () => {
      let isOld = true;
      harness.edge = ({ url }) => {
        if (url.includes('.tags')) return isOld ? record() : record('r2', 'fedcba9876543210', { 'last-modified': dated(-1) });
        return isOld ? found(1, { ...tagged, headers: { 'cache-control': 'max-age=60' } }) : found(2, { version: 'v2', headers: { 'last-modified': dated(-1) } });
      };
      await harness.run(async () => {
        globalThis.now = Date.now();
        globalThis.mem = make({}, { clock: () => globalThis.now });
        return mem.get('a');
      });
      isOld = false;
      assert.equal(await harness.run(() => ((globalThis.now += 10_000), mem.get('a'))), 2);
    });

    it('as stale where a record is, and from memory too', async () => {
      harness.edge = ({ url }) => (url.includes('.tags') ? record('r1', '0123456789abcdef', { age: '30' }) : found(1, { ...tagged, headers: { 'cache-control': 'max-age=60' } }));
      const told = await harness.run(async () => {
        const mem = make();
        return [(await mem.getEntry('a')).source, (await mem.getEntry('a')).source, mem.stats().staleReads];
      });
      assert.deepEqual(told, ['stale', 'stale', 2]);
    });

    it('with an error where a record cannot be read, or is not opened by a grant (CTAG-9)', async () => {
      harness.edge = ({ url }) => (url.includes('.tags') ? { status: 500, headers: CORS } : found(1, tagged));
      assert.equal((await failed()).code, 'unavailable');
      const error = await harness.run((grant, edge) => failure(() => new sdk.MemoryService({ grant, EDGE_ENDPOINT: edge }).get('mine/a')), grant(), harness.origin);
      assert.equal(error.code, 'access_denied');
    });

    it('as none what is in the place of a record and is not believed (CTAG-3)', async () => {
      harness.edge = ({ url }) => (url.includes('.tags') ? { ...record(), body: 'no document' } : found(1, tagged));
      assert.equal(await harness.run(async () => String(await make().get('a'))), 'undefined');
    });
  });

  describe('tells what is wrong', () => {
    const refusals = [
      [{}, /DISTRIBUTION is missing/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', DISTRIBUTIONS: 1 }, /unknown here. Did you mean DISTRIBUTION/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', PK_PATH: 'x' }, /PK_PATH is unknown here/],
      [{ DISTRIBUTION: 7 }, /DISTRIBUTION must be a string, not 7/],
      [{ DISTRIBUTION: 'http://d1.cloudfront.net' }, /http only for this machine/],
      [{ DISTRIBUTION: 'a/b' }, /must be a host name/],
      [{ DISTRIBUTION: '1.2' }, /must be a host name/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', EDGE_ENDPOINT: 'é' }, /EDGE_ENDPOINT must be a host name/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', DEADLINE: 61 }, /DEADLINE must be an integer from 1 to 60, not 61/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', DEADLINE: [5] }, /not object/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', CHANGES: 'maybe' }, /CHANGES must be false or true/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', LOG_LEVEL: 'loud' }, /LOG_LEVEL must be debug or/],
      [{ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'A' }, /BUCKET_NAME must be the name/],
      [{ grant: {} }, /no grant of reading/],
      [null, /must be an object of parameters/],
    ];
    for (const [params, message] of refusals) {
      it(`of the parameters ${JSON.stringify(params)}`, async () => {
        const error = await refused(params);
        assert.deepEqual([error.name, error.code], ['ConfigurationError', 'configuration']);
        assert.match(error.message, message);
      });
    }

    it('of what goes with a grant', async () => {
      assert.match((await refused({ grant: grant(), DISTRIBUTION: 'd1.cloudfront.net' })).message, /not both/);
      assert.match((await refused({ grant: grant() }, 'other')).message, /one of the service shop/);
      assert.equal((await refused({ DISTRIBUTION: 'd1.cloudfront.net' }, 'a b')).code, 'invalid_name');
      assert.equal(await refused({ DISTRIBUTION: 'd1.cloudfront.net', CHANGES: true, DEADLINE: '5', EDGE_ENDPOINT: ' ', BUCKET_NAME: '' }), null);
    });

    it('of a name, whatever it is', async () => {
      for (const name of ['', '/a', 'a//b', '\ud800', 7, null, 'x'.repeat(2000)]) {
        const error = await harness.run((name) => failure(() => make().get(name)), name);
        assert.equal(error.code, 'invalid_name', JSON.stringify(name));
      }
      assert.deepEqual(harness.asked, []);
    });

    it('of an option, and of what takes credentials (WEB-2)', async () => {
      assert.match((await harness.run(() => failure(() => make().get('a', { consistent: true })))).message, /no option consistent here/);
      assert.match((await harness.run(() => failure(() => make().get('a', 7)))).message, /an object like/);
      assert.match((await harness.run(() => failure(() => make().get('a', { signal: 1 })))).message, /AbortSignal/);
    });

    for (const header of ['etag', 'date']) {
      it(`of a distribution that does not expose ${header} (WEB-5)`, async () => {
        harness.edge = found(1, { headers: { 'access-control-expose-headers': EXPOSED_BUT(header) } });
        const error = await failed();
        assert.equal(error.code, 'configuration');
        assert.match(error.message, new RegExp(`cannot see ${header} in`));
      });
    }

    it('of a distribution that exposes neither Age nor X-Cache (WEB-5)', async () => {
      harness.edge = found(1, { headers: { 'access-control-expose-headers': 'ETag, Date' } });
      const error = await failed();
      assert.equal(error.code, 'configuration');
      assert.match(error.message, /cannot see age in what the distribution .* Access-Control-Expose-Headers/);
    });

    it('of a distribution that allows no other origin, or does not answer (WEB-6)', async () => {
      harness.edge = found(1, { headers: { 'access-control-allow-origin': 'https://else.example' } });
      const error = await failed();
      assert.equal(error.code, 'unavailable');
      assert.match(error.message, /does not allow the origin http:\/\/127\.0\.0\.1:[0-9]+ \(CORS\)/);
      harness.edge = 'drop';
      assert.equal((await failed()).code, 'unavailable');
    });

    it('of a private distribution, of one that may not list, and of S3 that refused the edge', async () => {
      const body = (code, more = '') => ({ status: 403, headers: CORS, body: `<Error><Code>${code}</Code>${more}</Error>` });
      harness.edge = body('MissingKey');
      assert.match((await failed()).message, /it is private\. Give a grant/);
      harness.edge = body('AccessDenied');
      assert.equal((await failed()).code, 'access_denied');
      harness.edge = body('AccessDenied', '<RequestId>1</RequestId>');
      assert.equal((await failed()).code, 'access_denied');
    });

    it('of an edge that fails, and has a stale copy in memory', async () => {
      harness.edge = () => (harness.asked.length === 1 ? found(1) : { status: 500, headers: CORS });
      const told = await harness.run(async () => {
        let now = Date.now();
        const mem = make({ LOG_LEVEL: 'warn' }, { clock: () => now });
        await mem.get('a');
        now += 20_000;
        return [(await mem.getEntry('a')).source, mem.stats().staleReads];
      });
      assert.deepEqual(told, ['stale', 1]);
    });

    it('of an Age that is no number, of a redirect, and of a status', async () => {
      harness.edge = found(1, { headers: { age: 'old' } });
      assert.match((await failed()).message, /its Age is no number/);
      harness.edge = { status: 302, headers: { ...CORS, location: 'https://else.example/' } };
      assert.match((await failed()).message, /status 0/);
      harness.edge = { status: 500, headers: CORS };
      assert.match((await failed()).message, /status 500/);
    });

    it('of silence, and of a body that stops', async () => {
      harness.edge = 'silence';
      const error = await failed({ DEADLINE: 1 });
      assert.match(error.message, /took too long \(timeout\)/);
      harness.edge = { ...found(1), trickles: true };
      assert.equal((await failed({ DEADLINE: 1 })).code, 'unavailable');
    });

    const documents = [
      ['no JSON', 'no JSON'],
      ['[]', 'no object'],
      ['{"v":3,"type":"int","value":1}', '"v" is neither'],
      ['{"v":1,"value":1}', 'no "type"'],
      ['{"v":1,"type":"int"}', 'no "value"'],
      ['{"v":1,"type":"int","value":1,"write":"x"}', '"write"'],
      ['{"v":1,"type":"int","value":1,"tagged":1}', '"tagged"'],
      ['{"v":1,"type":"int","value":1,"expires_at":"x"}', '"expires_at"'],
      ['{"v":1,"type":"int","value":"x"}', 'does not fit'],
      ['{"v":1,"type":"str","value":"\\ud800"}', 'surrogate'],
      ['{"v":1,"type":"dict","value":{"a":["\\ud800",1]}}', 'surrogate'],
      ['{"v":2,"type":"int","value":1}', '"tags" are not 1 to 16'],
      ['{"v":2,"type":"int","value":1,"tags":{"a":"x"}}', 'one of its "tags"'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$int":"01"}]}', '$int'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$float":"x"}]}', '$float'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$bytes":"A"}]}', '$bytes'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$bytes":"AA"}]}', '$bytes'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$dict":1}]}', '$dict'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$date":"x"}]}', 'does not know'],
      ['{"v":1,"type":"list","tagged":true,"value":[{"$int":1}]}', 'holds no text'],
      [`{"v":1,"type":"list","tagged":true,"value":${'['.repeat(101)}${']'.repeat(101)}}`, 'more than 100 levels'],
      [`{"v":1,"type":"list","value":${'['.repeat(300)}"\\"["${']'.repeat(300)}}`, 'more than 256 levels'],
    ];
    for (const [body, why] of documents) {
      it(`of a document that is corrupt: ${why} in ${body.slice(0, 60)}`, async () => {
        harness.edge = { ...found(1), body };
        const error = await failed();
        assert.equal(error.code, 'corrupt_value');
        assert.ok(error.message.includes(why), error.message);
      });
    }

    it('of a document that is no UTF-8, or too large', async () => {
      harness.edge = { ...found(1), body: Buffer.from([0xff]) };
      assert.match((await failed()).message, /no UTF-8/);
      harness.edge = found('x'.repeat(200));
      assert.match((await failed({ MAX_VALUE_BYTES: 100 })).message, /larger than MAX_VALUE_BYTES/);
      harness.edge = { ...found('x'.repeat(20_000)), zipped: true };
      assert.match((await failed({ MAX_VALUE_BYTES: 10_000 })).message, /larger than MAX_VALUE_BYTES/);
      assert.equal(await failed(), null);
      const { gzipSync } = await import('node:zlib');
      harness.edge = { ...found(1, { headers: { 'content-encoding': 'aws-chunked,gzip' } }), body: gzipSync(found('a large one'.repeat(9000)).body) };
      assert.equal(await failed(), null);
    });
  });

  describe('with a grant of reading', () => {
    const read = (more, name) => harness.run((grant, edge, name) => failure(() => new sdk.MemoryService({ grant, EDGE_ENDPOINT: edge }).get(name)), grant(more), harness.origin, name);

    it('reads what it opens, with its query', async () => {
      harness.edge = found(1);
      assert.equal(await read({}, 'mine/a'), null);
      assert.deepEqual(harness.asked, [`GET /shop/mine/a.json?${GRANT.query}`]);
    });

    it('asks nothing for another name, or when it has ended, and says which (GRANT-4)', async () => {
      assert.match((await read({}, 'other/a')).message, /does not open "other\/a"/);
      assert.match((await read({ prefix: undefined, name: 'one' }, 'two')).message, /The grant for "one" does not open "two"/);
      assert.match((await read({ expires_at: 1 }, 'mine/a')).message, /The grant ended at 1970/);
      assert.deepEqual(harness.asked, []);
    });

    it('returns nothing from memory either when it has ended', async () => {
      harness.edge = found(1, { headers: { 'cache-control': 'max-age=600' } });
      const told = await harness.run(async (given, origin) => {
        let now = Date.now();
        const mem = new sdk.MemoryService({ grant: given, EDGE_ENDPOINT: origin }, 'shop', { clock: () => now });
        const value = await mem.get('mine/ä b');
        now += 61_000;
        return [value, (await failure(() => mem.get('mine/ä b'))).code];
      }, grant(), harness.origin);
      assert.deepEqual(told, [1, 'access_denied']);
      assert.deepEqual(harness.asked, [`GET /shop/mine/.C3.A4.20b.json?${GRANT.query}`]);
    });

    it('says what a refusal may mean that the page can see', async () => {
      harness.edge = { status: 403, headers: CORS };
      assert.match((await read({}, 'mine/a')).message, /its grant is over, or signed with a key/);
    });
  });

  describe('with an AbortSignal', () => {
    it('ends the wait of one caller, not that of another', async () => {
      harness.edge = async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return found(1);
      };
      const told = await harness.run(async () => {
        const mem = make();
        const control = new AbortController();
        const both = [mem.get('a', { signal: control.signal }).catch((error) => error.name), mem.get('a', { signal: AbortSignal.timeout(9000) })];
        control.abort();
        const late = await mem.getMany(['a'], { signal: control.signal }).catch((error) => error.name);
        return [...(await Promise.all(both)), late];
      });
      assert.deepEqual(told, ['AbortError', 1, 'AbortError']);
    });
  });

  describe('puts with a write grant', () => {
    const putting = (value, more, fields) => harness.run(async (value, grant) => {
      const mem = make();
      try {
        return { version: await mem.put('cart/a', value, { grant }), entry: await mem.getEntry('cart/a') };
      } catch ({ code, message, outcomeUnknown }) {
        return { code, message, outcomeUnknown, after: await failure(() => mem.get('cart/a')) };
      }
    }, value, writeGrant(more, fields));

    it('a document as the form says, and reads it from memory', async () => {
      let posted;
      harness.edge = (request) => ((posted = request), stored);
      const { version, entry } = await putting({ a: [1.5, 'é', null, true] }, { ttl: 60 });
      assert.deepEqual([version, entry.value, entry.source, entry.version], ['w1', { a: [1.5, 'é', null, true] }, 'memory', 'w1']);
      assert.match(posted.url, /^\/values\/$/);
      const names = [...posted.body.matchAll(/ name="([^"]+)"/g)].map(([, name]) => name);
      assert.deepEqual(names, ['key', ...Object.keys(FORM), 'file']);
      assert.match(posted.body, /public\/shop\/cart\/a\.json/);
      assert.match(posted.body, /"type":"dict".*"expires_at":[0-9]+/);
    });

    it('a large one zipped', async () => {
      let posted;
      harness.edge = (request) => ((posted = request), stored);
      const { entry } = await putting('x'.repeat(3000));
      assert.equal(entry.value.length, 3000);
      assert.match(posted.body, /Content-Encoding"\r\n\r\ngzip/);
    });

    it('a value with tags, which is judged before it is returned', async () => {
      harness.edge = ({ method }) => (method === 'POST' ? stored : found(Date.now() - 5000, { headers: { 'last-modified': dated(-10) } }));
      const { entry } = await putting(1, { tags: { t: '0123456789abcdef' } });
      assert.deepEqual([entry.value, entry.tags], [1, ['t']]);
    });

    it('many, with the error of each', async () => {
      harness.edge = ({ body }) => (body.includes('cart/b.json') ? { status: 403, headers: CORS, body: '<Code>AccessDenied</Code>' } : stored);
      const told = await harness.run(async (grant) => {
        const mem = make();
        const some = [...(await mem.putMany({ 'cart/a': 1 }, { grant }))];
        const error = await mem.putMany(new Map([['cart/a', 1], ['cart/b', 2]]), { grant }).catch((one) => one);
        return { some, code: error.code, failed: [...error.errors].map(([name, { code }]) => [name, code]) };
      }, writeGrant());
      assert.deepEqual(told, { some: [['cart/a', 'w1']], code: 'batch', failed: [['cart/b', 'access_denied']] });
      for (const entries of [7, 'ab', [['a']]]) {
        const error = await harness.run((entries, grant) => failure(() => make().putMany(entries, { grant })), entries, writeGrant());
        assert.equal(error.code, 'invalid_name');
      }
    });

    it('nothing that its grant does not open, and asks nobody (WGRANT-9)', async () => {
      const refusal = async (name, value, given) => (await harness.run((name, value, grant) => failure(() => make().put(name, value, { grant })), name, value, given)).message;
      assert.match(await refusal('other', 1, writeGrant()), /does not open/);
      assert.match(await refusal('cart/a', 1, writeGrant({ expires_at: 1 })), /ended at/);
      assert.match(await refusal('cart/a', 'x'.repeat(5000), writeGrant()), /the grant allows 4000/);
      assert.match(await refusal('cart/a', 1, writeGrant({ service: 'else' })), /is for public\/else/);
      assert.match(await refusal('cart/a', 1, writeGrant({ forms: {} })), /no grant of writing/);
      assert.match(await refusal('cart/a', 1), /no grant of writing/);
      assert.match(await refusal('cached/a', 1, writeGrant()), /is reserved/);
      assert.match((await harness.run((grant) => failure(() => make().put('cart/a', 1, { grant, ttlSeconds: 5 })), writeGrant())).message, /no option ttlSeconds here/);
      assert.match((await harness.run((grant) => failure(() => make({ MAX_VALUE_BYTES: 20 }).put('cart/a', 1, { grant })), writeGrant())).message, /MAX_VALUE_BYTES allows 20/);
      assert.deepEqual(harness.asked, []);
    });

    it('and knows nothing of the name when it cannot know what became of it (WEB-7)', async () => {
      harness.edge = ({ method }) => (method === 'POST' ? 'drop' : found(1));
      const { code, outcomeUnknown, message, after } = await putting(1);
      assert.deepEqual([code, outcomeUnknown, after.code], ['unavailable', true, 'unavailable']);
      assert.match(message, /the bucket does not allow the origin/);
      harness.edge = { status: 500, headers: CORS, body: '<Code>InternalError</Code>' };
      assert.equal((await putting(1)).outcomeUnknown, true);
    });

    it('and knows that nothing was written when it was refused', async () => {
      const answers = [[403, 'access_denied'], [404, 'configuration'], [400, 'unavailable'], [503, 'unavailable']];
      for (const [status, code] of answers) {
        harness.edge = ({ method }) => (method === 'POST' ? { status, headers: CORS, body: '<Code>No</Code>' } : missing);
        const told = await putting(1);
        assert.deepEqual([told.code, told.outcomeUnknown ?? false, told.after], [code, false, null], String(status));
      }
    });

    it('and says what a bucket does not expose (WEB-5)', async () => {
      harness.edge = { status: 201, headers: { 'access-control-allow-origin': '*' } };
      const { code, message } = await putting(1);
      assert.equal(code, 'configuration');
      assert.match(message, /cannot see etag, date in what the bucket answers: add that to ExposeHeaders/);
    });

    it('while a get of the same name waits, and is given what was put', async () => {
      harness.edge = async ({ method }) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return method === 'POST' ? stored : found(0);
      };
      const told = await harness.run(async (grant) => {
        const mem = make();
        const before = mem.get('cart/a');
        const putting = mem.put('cart/a', 5, { grant });
        return [await mem.get('cart/a'), await putting, await before];
      }, writeGrant());
      assert.deepEqual(told, [5, 'w1', 5]);
    });

    it('until its signal says otherwise', async () => {
      harness.edge = 'silence';
      const told = await harness.run(async (grant) => {
        const mem = make();
        const reason = await mem.put('cart/a', 1, { grant, signal: AbortSignal.timeout(100) }).catch((error) => error.name);
        const late = await mem.put('cart/a', 1, { grant, signal: AbortSignal.abort() }).catch((error) => error.name);
        return [reason, late];
      }, writeGrant());
      assert.deepEqual(told, ['TimeoutError', 'AbortError']);
    });

    it('two of one name at once, after which nobody knows which was the last', async () => {
      harness.edge = async ({ method }) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return method === 'POST' ? stored : found(3);
      };
      const told = await harness.run(async (grant) => {
        const mem = make();
        await Promise.all([mem.put('cart/a', 1, { grant }), mem.put('cart/a', 2, { grant })]);
        return (await failure(() => mem.get('cart/a')))?.code;
      }, writeGrant());
      assert.equal(told, 'unavailable');
    });

    const values = ['undefined', '() => 1', 'Symbol("s")', 'new Date(0)', '[1, , 3]', 'Object.assign([1], { total: 1 })', '5n', '"\\ud800"', '({ "\\ud800": 1 })', 'new Float32Array(1)', 'new (class Orders extends Array {})()', '({ [Symbol("s")]: 1 })', 'new (class Order {})()', '10n ** 4400n', '(() => { const a = []; a.push(a); return a; })()', '(() => { const a = []; let at = a; for (let i = 0; i < 101; i++) at.push(at = []); return a; })()', '({ a: { "b c": [undefined] } })', 'new Map()'];
    for (const value of values) {
      it(`not ${value}`, async () => {
        const error = await harness.page.evaluate(`failure(() => make().put('cart/a', ${value}, { grant: ${JSON.stringify(writeGrant())} }))`);
        assert.equal(error.code, 'unsupported_type');
        assert.match(error.path, /^\$/);
      });
    }

    it('what only tags can say', async () => {
      harness.edge = stored;
      const told = await harness.page.evaluate(`(async () => {
        const value = [new Uint8Array(20000).fill(7), 2n ** 70n, NaN, -0, 1e20, { $a: 1 }, { __proto__: null, k: 1 }, '\\\\ud800'];
        const mem = make();
        const grant = ${JSON.stringify(writeGrant({ max_bytes: 100_000 }))};
        await mem.put('cart/a', value, { grant });
        const [bytes, big, nan, zero, float, dict] = await mem.get('cart/a');
        await mem.put('cart/b', new Uint8Array([1]), { grant });
        return [bytes.length, String(big), Number.isNaN(nan), Object.is(zero, -0), float, dict, [...(await mem.get('cart/b'))]];
      })()`);
      assert.deepEqual(told, [20_000, String(2n ** 70n), true, true, 1e20, { $a: 1 }, [1]]);
    });
  });

  describe('watches', () => {
    const watching = (script) => harness.page.evaluate(`(async () => {
      const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      const news = [];
      const mem = make({}, { random: () => 0 });
      const stop = mem.watch('a', (entry, error) => news.push(error ? error.code : entry ? entry.value : 'none'));
      ${script}
    })()`);

    it('and tells each version once, until it is stopped (WEB-10)', async () => {
      const began = Date.now();
      harness.edge = () => (Date.now() - began < 1500 ? found(1, { headers: { 'cache-control': 'max-age=1' } }) : found(2, { version: 'v2', headers: { 'cache-control': 'max-age=1', 'last-modified': dated(-1) } }));
      const told = await watching(`
        await wait(500);
        const joined = [];
        const end = mem.watch('a', ({ value }) => joined.push(value));
        await wait(2500);
        stop(); stop(); end();
        const count = news.length;
        await wait(1300);
        return [news, joined, news.length - count];
      `);
      assert.deepEqual(told, [[1, 2], [1, 2], 0]);
      const asked = harness.asked.length;
      assert.ok(asked >= 3 && asked <= 5, String(asked));
    });

    it('and tells failures with the last entry, and asks more seldom then (WEB-12)', async () => {
      harness.edge = { status: 500, headers: CORS };
      const told = await watching('await wait(1700); stop(); return news;');
      assert.deepEqual(told, ['unavailable']);
      assert.equal(harness.asked.length, 1);
    });

    it('and a miss', async () => {
      assert.deepEqual(await watching('await wait(200); stop(); return news;'), ['none']);
    });

    it('and asks for nothing while the page is hidden, and at once when it is shown', async () => {
      harness.edge = () => found(harness.asked.length, { version: `v${harness.asked.length}`, headers: { 'cache-control': 'max-age=1', 'last-modified': dated(-100 + 10 * harness.asked.length) } });
      const told = await watching(`
        await wait(200);
        const show = (state) => {
          Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
          document.dispatchEvent(new Event('visibilitychange'));
        };
        show('hidden');
        await wait(2200);
        const hidden = [...news];
        show('visible');
        await wait(300);
        stop();
        delete document.visibilityState;
        return [hidden, news];
      `);
      assert.deepEqual(told, [[1], [1, 2]]);
    });

    it('and is told at once of what this object puts', async () => {
      harness.edge = ({ method }) => (method === 'POST' ? stored : missing);
      const told = await watching(`
        const puts = [];
        const end = mem.watch('cart/a', (entry) => puts.push(entry?.value));
        await wait(300);
        await mem.put('cart/a', 9, { grant: ${JSON.stringify(writeGrant())} });
        await wait(100);
        stop(); end();
        return puts;
      `);
      assert.deepEqual(told, [null, 9]);
    });

    it('until its signal ends it, and hears of no listener that fails', async () => {
      harness.edge = found(1, { headers: { 'cache-control': 'max-age=1' } });
      const told = await watching(`
        stop();
        let thrown = 0;
        window.addEventListener('error', (event) => (event.preventDefault(), thrown++), { once: true });
        const control = new AbortController();
        mem.watch('b', () => { throw new Error('a listener fails'); }, { signal: control.signal });
        mem.watch('b', (entry) => news.push(Object.isFrozen(entry)), { signal: control.signal });
        mem.watch('b', () => news.push('never'), { signal: AbortSignal.abort() });
        await wait(300);
        control.abort();
        return [news, thrown];
      `);
      assert.deepEqual(told, [[true], 1]);
    });
  });

  describe('with a change record', () => {
    const record = (since) => ({ ...found(1, { headers: { 'last-modified': dated(-990) } }), body: JSON.stringify({ v: 1, place: harness.mark, newest: since + 10, since, all: 0, buckets: 'A'.repeat(16384) }) });

    it('confirms what memory has, and asks for the record alone', async () => {
      const { createHash } = await import('node:crypto');
      harness.mark = createHash('sha256').update('values/public/shop.changes/.changes.json').digest('hex').slice(0, 16);
      const since = Math.floor(Date.now() / 1000) - 1000;
      harness.edge = ({ url }) => (url.includes('.changes.json') ? record(since) : found(1, { headers: { 'last-modified': dated(-2000) } }));
      const [told, stats] = await harness.run(async () => {
        let now = Date.now();
        const mem = make({ CHANGES: true, BUCKET_NAME: 'values' }, { clock: () => now });
        const told = [await mem.get('a')];
        now += 10_000;
        told.push(...(await Promise.all([mem.get('a'), mem.get('a')])), await mem.get('a'));
        return [told, mem.stats()];
      });
      assert.deepEqual([told, stats.edgeReads, stats.recordsRead], [[1, 1, 1, 1], 1, 1]);
      assert.deepEqual(harness.asked, ['GET /shop.changes/a.json', 'GET /shop.changes/.changes.json']);
    });

    it('goes on without when there is none, and does not ask again soon', async () => {
      harness.edge = ({ url }) => (url.includes('.changes.json') ? missing : found(1));
      const stats = await harness.run(async () => {
        let now = Date.now();
        const mem = make({ CHANGES: 'true', BUCKET_NAME: 'values' }, { clock: () => now });
        await mem.get('a');
        for (let round = 0; round < 2; round++) {
          now += 6000;
          await mem.get('a');
        }
        return mem.stats();
      });
      assert.deepEqual([stats.edgeReads, stats.confirmed], [3, 0]);
    });

    it('reads a place with a record without BUCKET_NAME too, and with a grant for a prefix', async () => {
      harness.edge = found(1);
      await harness.run(async (grant, edge) => {
        await make({ CHANGES: true }).get('a');
        await new sdk.MemoryService({ grant, BUCKET_NAME: 'values', EDGE_ENDPOINT: edge }, 'shop').get('mine/a');
      }, grant({ service: 'shop.changes' }), harness.origin);
      assert.deepEqual(harness.asked, ['GET /shop.changes/a.json', `GET /shop.changes/mine/a.json?${GRANT.query}`]);
    });
  });

  it('is the same for reading alone', async () => {
    harness.edge = found(1);
    const told = await harness.run(async () => {
      const mem = new read.MemoryService({ DISTRIBUTION: edge }, 'shop');
      return [await mem.get('a'), typeof mem.put, read.default === read.MemoryService];
    });
    assert.deepEqual(told, [1, 'undefined', true]);
  });
});

/** @param {string} header which is not exposed */
function EXPOSED_BUT(header) {
  return ['ETag', 'Age', 'Date', 'X-Cache'].filter((name) => name.toLowerCase() !== header).join(', ');
}
