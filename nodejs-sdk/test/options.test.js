'use strict';

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { formOf, readGetOptions, readPutOptions } = require('../lib/core/options.js');
const { isSigned } = require('./sigv4.js');
const { start, CREDENTIALS } = require('./server.js');

const NOW = Date.UTC(2026, 10, 23);
const DAY = 86_400;
const CONFIG = { edgeTtl: 5, storageClass: 'STANDARD_IA' };

const read = (options, now = NOW) => formOf(readPutOptions(options, CONFIG), now);

test('without options there is no end and no tag, and the rest is configured', () => {
  const configured = { expiresAt: undefined, maxAge: 5, ttlDays: undefined, storageClass: 'STANDARD_IA' };
  assert.deepEqual(read(undefined), configured);
  assert.deepEqual(read({ ttlSeconds: undefined, edgeTtlSeconds: undefined, storageClass: undefined }), configured);
});

test('a value ends at the first whole millisecond after its ttl', () => {
  assert.equal(read({ ttlSeconds: 60 }).expiresAt, NOW + 60_000);
  assert.equal(read({ ttlSeconds: 1.0001 }).expiresAt, NOW + 1001);
  assert.equal(read({ ttlSeconds: 1 }, NOW + 0.5).expiresAt, NOW + 1001);
});

test('no edge keeps a value for longer than its ttl in whole seconds', () => {
  const maxAge = (ttlSeconds, edgeTtlSeconds) => read({ ttlSeconds, edgeTtlSeconds }).maxAge;
  assert.deepEqual([maxAge(60), maxAge(2.9), maxAge(1)], [5, 2, 1]);
  assert.deepEqual([maxAge(60, 30), maxAge(60, 90), maxAge(undefined, 90), maxAge(DAY, DAY)], [30, 60, 90, DAY]);
});

test('the tag is the smallest of 1, 7, 30 and 365 days that is not less than the ttl', () => {
  const days = (ttlSeconds) => read({ ttlSeconds }).ttlDays;
  assert.deepEqual([1, DAY, DAY + 0.5, 7 * DAY, 7 * DAY + 1].map(days), [1, 1, 7, 7, 30]);
  assert.deepEqual([30 * DAY, 31 * DAY, 365 * DAY, 365 * DAY + 1].map(days), [30, 365, 365, undefined]);
});

suite('refused', () => {
  const cases = [
    ['a ttl of less than a second', { ttlSeconds: 0.999 }, /ttlSeconds must be a number from 1 .* not 0.999/],
    ['a ttl that is a text', { ttlSeconds: '60' }, /ttlSeconds .* not string/],
    ['a ttl that is null', { ttlSeconds: null }, /ttlSeconds/],
    ['a ttl that is a bigint', { ttlSeconds: 60n }, /ttlSeconds/],
    ['a ttl of NaN', { ttlSeconds: NaN }, /ttlSeconds .* not NaN/],
    ['an endless ttl', { ttlSeconds: Infinity }, /ttlSeconds .* not Infinity/],
    ['a moment for a ttl', { ttlSeconds: NOW + 60_000 }, /ttlSeconds .* to 3153600000/],
    ['an edge ttl of 0', { edgeTtlSeconds: 0 }, /edgeTtlSeconds must be an integer from 1 to 86400, not 0/],
    ['an edge ttl with a fraction', { edgeTtlSeconds: 1.5 }, /edgeTtlSeconds/],
    ['an edge ttl of more than a day', { edgeTtlSeconds: DAY + 1 }, /edgeTtlSeconds/],
    ['an archive', { storageClass: 'GLACIER' }, /storageClass .* GLACIER_IR, not "GLACIER"/],
    ['a storage class in lower case', { storageClass: 'standard' }, /storageClass/],
    ['an unknown option', { ttl: 60 }, /option ttl is unknown. Did you mean ttlSeconds\?/],
    ['a misspelt option', { edgeTTLSeconds: 60 }, /Did you mean edgeTtlSeconds\?/],
    ['an option of undefined that is unknown', { storage: undefined }, /Did you mean storageClass\?/],
    ['a number for the options', 60, /\{ ttlSeconds: 60 \}/],
    ['null for the options', null, /\{ ttlSeconds: 60 \}/],
  ];
  for (const [title, options, message] of cases) {
    test(title, () => assert.throws(() => read(options), { code: 'configuration', message }));
  }

  test('before any I/O, by put and by putMany', async (context) => {
    const { mem, server } = await start(context);
    await assert.rejects(mem.put('a', 1, { ttlSeconds: 0 }), { code: 'configuration' });
    await assert.rejects(mem.putMany({ a: 1 }, { ttlSeconds: 0 }), { code: 'configuration' });
    assert.deepEqual(await server.log(), []);
  });
});

test('a get is consistent only if it says so', () => {
  const isConsistent = (options) => readGetOptions(options).isConsistent;
  const asked = [undefined, {}, { consistent: undefined }, { consistent: false }, { consistent: true }];
  assert.deepEqual(asked.map(isConsistent), [false, false, false, false, true]);
});

suite('refused of a get', () => {
  const cases = [
    ['an unknown option', { consistant: true }, /option consistant is unknown. Did you mean consistent\?/],
    ['a text', { consistent: 'true' }, /consistent must be true or false, not string/],
    ['null', { consistent: null }, /consistent must be/],
    ['a flag for the options', true, /The options of a get .* \{ consistent: true \}/],
    ['null for the options', null, /\{ consistent: true \}/],
  ];
  for (const [title, options, message] of cases) {
    test(title, async (context) => {
      const expected = { code: 'configuration', message };
      const { mem, server } = await start(context);
      assert.throws(() => mem.get('a', options), expected);
      assert.throws(() => mem.getEntry('a', options), expected);
      await assert.rejects(mem.getAsync('a', options), expected);
      await assert.rejects(mem.getEntryAsync('a', options), expected);
      await assert.rejects(mem.getMany(['a'], options), expected);
      assert.deepEqual(await server.log(), []);
    });
  }
});

suite('the stored object', () => {
  test('has the options in its document and its signed headers', async (context) => {
    const { mem, server } = await start(context, {}, { clock: () => NOW });
    await mem.put('a', 1, { ttlSeconds: 6 * DAY, edgeTtlSeconds: 60, storageClass: 'ONEZONE_IA' });
    const [entry] = await server.log();
    assert.match(Buffer.from(entry.body, 'base64').toString(), new RegExp(`"expires_at":${NOW + 6 * DAY * 1000}}$`));
    assert.equal(entry.headers['cache-control'], 'max-age=60, stale-if-error=300');
    assert.equal(entry.headers['x-amz-tagging'], 'ttl-days=7');
    assert.equal(entry.headers['x-amz-storage-class'], 'ONEZONE_IA');
    assert.ok(isSigned(entry, CREDENTIALS.AWS_SECRET_ACCESS_KEY));
  });

  test('has neither tag nor class without options', async (context) => {
    const { mem, server } = await start(context);
    await mem.put('a', 1);
    const [{ headers, body }] = await server.log();
    assert.deepEqual([headers['x-amz-tagging'], headers['x-amz-storage-class']], [undefined, undefined]);
    assert.doesNotMatch(Buffer.from(body, 'base64').toString(), /expires_at/);
  });

  test("has the service's storage class, unless the put has one", async (context) => {
    const { mem, server } = await start(context, { STORAGE_CLASS: 'GLACIER_IR' });
    await mem.put('a', 1);
    await mem.put('a', 1, { storageClass: 'STANDARD' });
    assert.deepEqual((await server.log()).map((entry) => entry.headers['x-amz-storage-class']), ['GLACIER_IR', undefined]);
  });
});
