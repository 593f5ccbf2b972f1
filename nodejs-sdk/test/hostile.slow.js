'use strict';

// Documents made to hurt: each is a value or corrupt, in bounded time and memory, and nothing crashes.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { suite, test } = require('node:test');
const { gzipSync } = require('node:zlib');

require('../lib/platform.js');
const { encode, decode } = require('../lib/core/envelope.js');
const { Edge } = require('../lib/core/edge.js');

const MIB = 1024 * 1024;
const MAX_VALUE_BYTES = 16 * MIB;
const HEAP_MIB = 512;
const MILLISECONDS = 10_000; // far beyond what any needs: what is quadratic takes minutes
const TAGGED = ',"tagged":true';

const envelope = (type, value, more = '') => Buffer.from(`{"v":1,"type":"${type}","value":${value}${more}}`);
const lists = (levels, inner = '') => '['.repeat(levels) + inner + ']'.repeat(levels);
const manyKeys = () => Array.from({ length: 1_000_000 }, (_, number) => `"${number}":1`).join();
const digits = (count) => '9'.repeat(count);

const CORRUPT = {
  'open lists': () => Buffer.from('['.repeat(100_000)),
  'open dicts': () => Buffer.from('{"a":'.repeat(100_000)),
  'tagged lists': () => envelope('list', lists(100_000), TAGGED),
  'tagged dicts': () => envelope('dict', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, TAGGED),
  wraps: () => envelope('dict', `${'{"$dict":'.repeat(100_000)}1${'}'.repeat(100_000)}`, TAGGED),
  'tags in tags': () => envelope('int', `${'{"$int":'.repeat(100_000)}"1"${'}'.repeat(100_000)}`, TAGGED),
  'a deep version': () => Buffer.from(`{"v":${lists(100_000)}}`),
  'a deep type': () => Buffer.from(`{"v":1,"type":${lists(100_000)}}`),
  'a deep text': () => envelope('str', lists(100_000)),
  'a deep surrogate': () => envelope('list', lists(100_000, '"\\ud800"')),
  'a wide version': () => Buffer.from(`{"v":[${'1,'.repeat(4 * MIB)}1]}`),
  digits: () => envelope('int', digits(1_000_000)),
  'digits as a float': () => envelope('float', digits(1_000_000)),
  'digits in a tag': () => envelope('int', `{"$int":"${digits(1_000_000)}"}`, TAGGED),
  'digits in a float tag': () => envelope('float', `{"$float":"${digits(15 * MIB)}"}`, TAGGED),
  'digits of an expiry': () => envelope('int', '1', `,"expires_at":${digits(1_000_000)}`),
  'a float tag without end': () => envelope('float', `{"$float":"${digits(1_000_000)}e"}`, TAGGED),
  'an exponent': () => envelope('float', '1e999999999'),
  'an exponent at an int': () => envelope('int', '1e999999999'),
  'an exponent in a tag': () => envelope('float', '{"$float":"1e999999999"}', TAGGED),
  'an exponent of an expiry': () => envelope('int', '1', ',"expires_at":1e999999999'),
  base64: () => envelope('bytes', `{"$bytes":"${'A'.repeat(15 * MIB + 1)}"}`, TAGGED),
  surrogates: () => envelope('str', `"${'\\ud800'.repeat(2 * MIB)}"`),
  'keys that are wrong': () => envelope('list', `{${manyKeys()}}`),
  zeros: () => Buffer.alloc(15 * MIB),
};

const VALUES = {
  'as many lists as may be': () => envelope('list', lists(255)),
  keys: () => envelope('dict', `{${manyKeys()}}`),
  'tagged keys': () => envelope('dict', `{${manyKeys()}}`, TAGGED),
  'one key a million times': () => envelope('dict', `{${'"k":1,'.repeat(1_000_000)}"k":2}`),
  'a tag a million times': () => envelope('list', `[${'{"$int":"1"},'.repeat(1_000_000)}1]`, TAGGED),
  'empty lists': () => envelope('list', `[${'[],'.repeat(MIB)}[]]`, TAGGED),
  members: () => envelope('int', '1', `,${manyKeys()}`),
  'a fraction': () => envelope('float', `0.${'1'.repeat(15 * MIB)}`),
  'a fraction in a tag': () => envelope('float', `{"$float":"0.${'1'.repeat(15 * MIB)}"}`, TAGGED),
  'a small exponent': () => envelope('float', '1e-999999999'),
  'an exponent of zero': () => envelope('int', '0e999999999'),
  pairs: () => envelope('str', `"${'\\ud83d\\ude00'.repeat(MIB)}"`),
  bytes: () => envelope('bytes', `{"$bytes":"${'A'.repeat(15 * MIB)}"}`, TAGGED),
};

const isCorrupt = (document) => assert.throws(() => decode(document, 0), { code: 'corrupt_value' });

/** What the edge's room makes of a stored object. */
function readFromEdge(body, headers) {
  const reading = new Edge({ visibility: 'public', edge: {}, distribution: {}, maxValueBytes: MAX_VALUE_BYTES }, Date.now).read('/shop/a.json');
  reading.next();
  return reading.next({ status: 200, headers, body }).value.document;
}

const bomb = (mib) => gzipSync(Buffer.alloc(mib * MIB), { level: 1 });
const isDisarmed = (body) =>
  assert.throws(() => readFromEdge(body, { 'content-encoding': 'gzip' }), { code: 'corrupt_value' });

if (process.argv[2] === 'all') {
  for (const make of Object.values(CORRUPT)) isCorrupt(make());
  for (const make of Object.values(VALUES)) decode(make(), 0);
  isDisarmed(bomb(128));
} else {
  suite('is corrupt', () => {
    for (const [name, make] of Object.entries(CORRUPT)) {
      test(name, { timeout: MILLISECONDS }, () => {
        assert.throws(() => decode(make(), 0), (error) => error.code === 'corrupt_value' && error.message.length < 300);
      });
    }
  });

  suite('is a value', () => {
    for (const [name, make] of Object.entries(VALUES)) {
      test(name, { timeout: MILLISECONDS }, () => assert.notEqual(decode(make(), 0).value, undefined));
    }
  });

  test('no document takes more than its share of memory', () => {
    const { status, stderr } = spawnSync(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, __filename, 'all'], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  test('a document of any depth is a value or corrupt', () => {
    for (let levels = 80; levels < 20_000; levels += 83) {
      for (const tag of ['$int', '$bytes', '$dict', '$x']) isCorrupt(envelope('int', `{"${tag}":${lists(levels)}}`, TAGGED));
      if (levels > 100) isCorrupt(envelope('list', lists(levels), TAGGED));
      // The envelope is a level as well (ENV-8).
      if (levels < 256) assert.notEqual(decode(envelope('list', lists(levels)), 0).value, undefined);
      else isCorrupt(envelope('list', lists(levels)));
    }
  });

  const BAD_UTF_8 = {
    'a continuation': '80',
    'two continuations': 'bfbf',
    'two bytes, overlong': 'c0af',
    'two bytes, overlong, the last': 'c1bf',
    'three bytes, overlong': 'e080af',
    'four bytes, overlong': 'f08080af',
    'a surrogate': 'eda080',
    'a pair of surrogates': 'eda0bdedb880',
    'a character beyond Unicode': 'f4908080',
    'five bytes': 'f888808080',
    'six bytes': 'fc8480808080',
    fe: 'fe',
    ff: 'ff',
    'two bytes, cut': 'c3',
    'three bytes, cut': 'e282',
    'four bytes, cut': 'f09f98',
  };

  suite('bad UTF-8 is corrupt wherever it is', () => {
    const places = [
      ['{"v":1,"type":"str","value":"', '"}'],
      ['{"v":1,"type":"dict","value":{"', '":1}}'],
      ['{"v":1,"type":"int","value":1,"future":"', '"}'],
      ['{"v":1,"type":"int","value":1}', ''],
      ['', '{"v":1,"type":"int","value":1}'],
    ];
    for (const [name, octets] of Object.entries(BAD_UTF_8)) {
      test(name, () => {
        for (const [before, after] of places) isCorrupt(Buffer.concat([Buffer.from(before), Buffer.from(octets, 'hex'), Buffer.from(after)]));
      });
    }
  });

  const whole = encode(
    { a: [1, -2.5e-7, true, null, 'é😀\\"'], $x: { $int: Buffer.from([0, 255]) }, big: 2n ** 64n, nan: NaN },
    '9f86d081884c7d65',
    MAX_VALUE_BYTES,
  );

  test('a document cut anywhere is corrupt', () => {
    for (let length = 0; length < whole.length; length++) isCorrupt(whole.subarray(0, length));
  });

  test('a gzip that inflates beyond the limit is corrupt and not inflated', () => {
    isDisarmed(bomb(128));
    isDisarmed(Buffer.concat(Array(32).fill(bomb(1)))); // many members, each small
  });

  test('a gzip cut anywhere is corrupt', () => {
    const zipped = gzipSync(whole);
    assert.deepEqual(Buffer.from(readFromEdge(zipped, { 'content-encoding': 'gzip' })), Buffer.from(whole));
    for (let length = 0; length < zipped.length; length++) isDisarmed(zipped.subarray(0, length));
  });
}
