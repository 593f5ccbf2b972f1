'use strict';

// What a write grant lets its holder do, and what it says (section 16). The signatures are botocore's.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');
const { inspect } = require('node:util');
const { gunzipSync } = require('node:zlib');

const MemoryService = require('..');
const { ChangeRecord, bucketOf, placeMark } = require('../lib/core/changes.js');
const { readConfig } = require('../lib/core/config.js');
const { learnClock } = require('../lib/core/aws-clock.js');
const { checkTerms, signWriteGrant } = require('../lib/write-grant.js');
const { Clock, cloudFor } = require('../testing');

const NOW = 1_800_000_000;
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const RECORD = 'public/shop.changes/.changes.json';

const policyOf = (form) => JSON.parse(Buffer.from(form.policy, 'base64'));

function made({ what = 'a', credentials = KEYS, options = {}, url = 'https://values.s3.eu-west-1.amazonaws.com' } = {}) {
  const config = readConfig({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', REGION: 'eu-west-1' }, {});
  const stored = { ttl: undefined, edgeTtl: 5, storageClass: 'STANDARD', invalidates: false, ...options };
  const terms = checkTerms(config, 'shop', what, 60, 1000, stored);
  const endpoint = { url, region: 'eu-west-1', route: undefined };
  return signWriteGrant(config, { place: 'shop', endpoint, terms, generations: undefined, credentials, now: NOW });
}

function scene(context, params = {}) {
  const clock = new Clock();
  clock.set(NOW * 1000);
  context.mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });
  learnClock(NOW * 1000); // what other tests have made this process learn is forgotten
  const cloud = cloudFor(context, { clock });
  const mem = new MemoryService(cloud.conf({ LOG_LEVEL: 'silent', ...params }), 'shop');
  const pass = (seconds) => {
    clock.advance(seconds);
    context.mock.timers.setTime(clock.now());
  };
  const record = () => {
    const { body, headers, modified } = cloud.objects.get(RECORD);
    const wire = (headers['content-encoding'] ? gunzipSync(body) : Buffer.from(body)).toString();
    return ChangeRecord.believed({ wire, lastModified: modified / 1000 }, placeMark('testing', RECORD));
  };
  return { cloud, mem, record, pass, now: () => clock.now() / 1000 };
}

test('the signature is the one that botocore makes of the same policy', () => {
  const { forms } = made();
  const conditions = [
    { bucket: 'values' },
    { key: 'public/shop/a.json' },
    { 'Content-Type': 'application/json' },
    { 'Cache-Control': 'max-age=5, stale-if-error=300' },
    { success_action_status: '201' },
    ['content-length-range', 1, 1000],
    { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
    { 'x-amz-credential': 'AKIDEXAMPLE/20270115/eu-west-1/s3/aws4_request' },
    { 'x-amz-date': '20270115T080000Z' },
  ];
  assert.deepEqual(policyOf(forms.plain), { expiration: '2027-01-15T08:01:00.000Z', conditions });
  assert.equal(forms.plain['x-amz-signature'], '8e6456fdbcdd4e489eedb9635f2f85fc608053863012a0f68c1479b2ef84ce0a');
  assert.equal(forms.gzip['x-amz-signature'], 'cdd32d4648d1f0cc999f3a1559d8b5cfbc7d10e126e3ab2c8cec667e41f30f2e');
});

test('all fields of a form are pinned, and nothing else', () => {
  for (const options of [{}, { ttl: 86_401, storageClass: 'STANDARD_IA' }]) {
    const { forms } = made({ options, credentials: { ...KEYS, sessionToken: 'to/ken+==' } });
    for (const form of Object.values(forms)) {
      const pinned = policyOf(form).conditions.flatMap((one) => (Array.isArray(one) ? [] : Object.entries(one)));
      const { policy, 'x-amz-signature': signature, ...fields } = form;
      assert.deepEqual(Object.fromEntries(pinned.filter(([name]) => name !== 'bucket')), fields);
      assert.match(`${policy} ${signature}`, /^[A-Za-z0-9+/=]+ [0-9a-f]{64}$/);
    }
    assert.equal(forms.plain['Content-Encoding'], undefined);
    assert.equal(forms.gzip['Content-Encoding'], 'gzip');
  }
  const { tagging } = made({ options: { ttl: 86_401 } }).forms.plain;
  assert.equal(tagging, '<Tagging><TagSet><Tag><Key>ttl-days</Key><Value>7</Value></Tag></TagSet></Tagging>');
});

test('a prefix is what keys begin with, and no field', () => {
  for (const [what, key] of Object.entries({ 'tenant/1/': 'public/shop/tenant/1/', 'ö.x/': 'public/shop/.C3.B6.2Ex/' })) {
    const { forms, prefix, name } = made({ what });
    assert.deepEqual([prefix, name, forms.plain.key], [what, undefined, undefined]);
    for (const form of Object.values(forms)) assert.deepEqual(policyOf(form).conditions[1], ['starts-with', '$key', key]);
  }
});

test('it ends with the credentials that sign it', () => {
  for (const [left, seconds] of [[30.9, 30], [60, 60], [3600, 60]]) {
    const { expiresAt, forms } = made({ credentials: { ...KEYS, expiration: new Date((NOW + left) * 1000) } });
    assert.equal(expiresAt.getTime(), (NOW + seconds) * 1000);
    assert.equal(policyOf(forms.gzip).expiration, expiresAt.toISOString());
  }
  const ended = { ...KEYS, expiration: new Date(NOW * 1000 + 500) };
  assert.throws(() => made({ credentials: ended }), { code: 'unavailable', message: /end now/ });
});

test('forms are posted to the bucket, wherever that is', () => {
  assert.equal(made().url, 'https://values.s3.eu-west-1.amazonaws.com/');
  assert.equal(made({ url: 'http://127.0.0.1:4566/values' }).url, 'http://127.0.0.1:4566/values');
});

test('it tells another program what it needs, and shows no form when it is printed', async (context) => {
  const { mem, cloud } = scene(context);
  const options = { valueTtlSeconds: 3, edgeTtlSeconds: 10, storageClass: 'STANDARD_IA' };
  const grant = await mem.grantPut('cart/', 60, 4096, options);
  const { forms, url, distribution, ...told } = JSON.parse(JSON.stringify(grant));
  assert.deepEqual(told, { visibility: 'public', service: 'shop', prefix: 'cart/', expires_at: (NOW + 60) * 1000, max_bytes: 4096, ttl: 3 });
  assert.equal(distribution, grant.distribution);
  assert.equal(url, grant.url);
  assert.deepEqual(forms, grant.forms);
  assert.equal(forms.plain['Cache-Control'], 'max-age=3, stale-if-error=300');
  for (const text of [`${grant}`, inspect(grant)]) assert.ok(!text.includes(forms.plain.policy) && !text.includes(forms.plain['x-amz-signature']));
  assert.equal(cloud.requests.length, 0);
});

suite('what cannot be granted is refused before any I/O:', () => {
  const refusals = {
    'a ttl of 0': ['a', 0, 1],
    'a ttl with a fraction': ['a', 1.5, 1],
    'a ttl in words': ['a', '60', 1],
    'a ttl beyond MAX_GRANT': ['a', 3601, 1],
    'no bytes': ['a', 60, 0],
    'bytes in words': ['a', 60, '1'],
    'more bytes than a value may take': ['a', 60, 2_097_153],
    'all of a service': ['', 60, 1],
    'an unknown option': ['a', 60, 1, { ttlSeconds: 1 }],
    'a ttl of values that is none': ['a', 60, 1, { valueTtlSeconds: 0 }],
    'a storage class that does not answer at once': ['a', 60, 1, { storageClass: 'DEEP_ARCHIVE' }],
    'tags that are none': ['a', 60, 1, { tags: 'a' }],
  };
  for (const [title, args] of Object.entries(refusals)) {
    test(title, async (context) => {
      const { mem, cloud } = scene(context);
      await assert.rejects(mem.grantPut(...args), { code: 'configuration' });
      assert.equal(cloud.requests.length, 0);
    });
  }

  for (const what of ['/', 'a//', '//a', null, 5, 'cached/', 'cached/f/', 'cached/f']) {
    test(`${what} as a name`, async (context) => {
      const { mem } = scene(context);
      await assert.rejects(mem.grantPut(what, 60, 1), { code: 'invalid_name' });
    });
  }
});

test('the name of a call can be granted', async (context) => {
  const { mem } = scene(context);
  assert.ok(await mem.grantPut(`cached/f/${'0'.repeat(32)}`, 60, 1));
});

test('it has the generations that its tags had before', async (context) => {
  const { mem } = scene(context);
  const generations = async () => JSON.parse(JSON.stringify(await mem.grantPut('a', 60, 1, { tags: ['t'] }))).tags;
  const before = await generations();
  assert.deepEqual(await generations(), before);
  await mem.invalidateTags(['t']);
  const after = await generations();
  assert.deepEqual([Object.keys(after), after.t !== before.t], [['t'], true]);
});

suite('with a change record', () => {
  test('its end is announced for everything', async (context) => {
    const { mem, record } = scene(context, { CHANGES: true });
    const grant = await mem.grantPut('a', 60, 1);
    assert.deepEqual([record().newest, record().all, grant.expiresAt.getTime() / 1000], [NOW, NOW + 60, NOW + 60]);
  });

  test('what is within one that was announced announces nothing', async (context) => {
    const { mem, record } = scene(context, { CHANGES: true });
    for (const ttl of [60, 60, 30]) await mem.grantPut('a', ttl, 1);
    assert.equal(mem.stats().announcements, 1);
    await mem.grantPut('a', 61, 1);
    assert.deepEqual([mem.stats().announcements, record().all], [2, NOW + 61]);
  });

  test('a put is announced all the same', async (context) => {
    const { mem, record, pass, now } = scene(context, { CHANGES: true });
    await mem.put('seed', 1);
    pass(2000);
    await Promise.all([mem.grantPut('a', 900, 1), mem.put('b', 1)]);
    assert.deepEqual([record().timeOf(bucketOf('b')), record().all], [now(), now() + 900]);
  });

  test('it lasts 900 seconds at most', async (context) => {
    const { mem } = scene(context, { CHANGES: true });
    await assert.rejects(mem.grantPut('a', 901, 1), { code: 'configuration', message: /from 1 to 900/ });
  });

  test('who cannot announce hands out none', async (context) => {
    const { mem, cloud } = scene(context, { CHANGES: true });
    cloud.fail('s3', 'status', { status: 403, method: 'PUT' });
    await assert.rejects(mem.grantPut('a', 60, 1), { code: 'access_denied' });
  });
});
