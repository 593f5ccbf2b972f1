'use strict';

// What errors say: where something is wrong, and what to do.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

require('../lib/platform.js');
const { encode, decode } = require('../lib/core/envelope.js');
const { checkServiceName, locate } = require('../lib/core/names.js');

const WRITE_ID = '9f86d081884c7d65';
const TAGGED = ',"tagged":true';
const envelope = (type, value, more = '') => `{"v":1,"type":"${type}","value":${value}${more}}`;
const write = (value, maxBytes = 2 ** 24) => encode(value, WRITE_ID, maxBytes);

suite('a corrupt document', () => {
  const cases = [
    ['{', 'the document is no JSON'],
    ['5', 'the document is no object'],
    ['null', 'the document is no object'],
    ['[]', 'the document is no object'],
    ['{"v":3}', 'its version "v" is neither 1 nor 2; a newer SDK may read it'],
    ['{"v":2,"type":"int","value":1}', 'its "tags" are not 1 to 16 of them'],
    ['{"v":2,"type":"int","value":1,"tags":{"a":"b"}}', 'one of its "tags" is no name, or its generation is not 16 hexadecimal digits'],
    ['{"v":1}', 'it has no "type"'],
    ['{"v":1,"type":"int"}', 'it has no "value"'],
    [envelope('int', 1, ',"write":"x"'), 'its "write" is not 16 hexadecimal digits'],
    [envelope('int', 1, ',"write":5'), 'its "write" is not 16 hexadecimal digits'],
    [envelope('int', 1, ',"write":"9f86d081884c7d650"'), 'its "write" is not 16 hexadecimal digits'],
    [envelope('int', 1, ',"write":"09f86d081884c7d65"'), 'its "write" is not 16 hexadecimal digits'],
    [envelope('int', 1, ',"tagged":1'), 'its "tagged" is neither true nor false'],
    [envelope('int', 1, ',"expires_at":1.5'), 'its "expires_at" is no integer'],
    [envelope('str', '"\\ud800"'), 'a string has half a surrogate pair'],
    [envelope('int', '"1"'), 'its "value" does not fit its "type"'],
    [envelope('list', '['.repeat(101) + ']'.repeat(101), TAGGED), 'more than 100 levels are nested'],
    [envelope('dict', '{"$dict":[]}', TAGGED), 'a $dict holds no object'],
    [envelope('dict', '{"$dict":null}', TAGGED), 'a $dict holds no object'],
    [envelope('dict', '{"$dict":5}', TAGGED), 'a $dict holds no object'],
    [envelope('int', '{"$int":5}', TAGGED), 'a tag holds no text'],
    [envelope('list', '[{"$x":"y"}]', TAGGED), 'it has a tag this version does not know'],
    [envelope('int', '{"$int":"x"}', TAGGED), 'an $int is no integer of up to 4,300 digits'],
    [envelope('float', '{"$float":"x"}', TAGGED), 'a $float is no number within the range of binary64'],
    [envelope('bytes', '{"$bytes":"A"}', TAGGED), 'a $bytes is no padded base64'],
  ];
  for (const [document, message] of cases) {
    test(`${document.slice(0, 60)} is told from others`, () => {
      assert.throws(() => decode(Buffer.from(document), 0), { code: 'corrupt_value', message });
    });
  }

  test('keeps the cause if that quotes nothing', () => {
    assert.throws(
      () => decode(Buffer.from([0xff]), 0),
      ({ message, cause }) => message === 'the document is no UTF-8' && cause instanceof TypeError,
    );
  });
});

suite('a refused value', () => {
  const list = [];
  list.push(list);
  const ring = { next: { next: { list: [1] } } };
  ring.next.next.list.push(ring.next);
  const deep = Array.from({ length: 101 }).reduce((inner) => [inner], 1);
  const anonymous = new (class {})();
  const cases = [
    [undefined, '$: a value of type undefined cannot be stored: store null, or nothing: leave the key out instead.'],
    [['\ud800'], '$[0]: the string has half a surrogate pair.'],
    [{ a: { '\ud800': 1 } }, '$.a: a key has half a surrogate pair.'],
    [{ 'a b': 5n }, '$["a b"]: a bigint this small would come back as a number: store Number(value).'],
    [BigInt(-Number.MAX_SAFE_INTEGER), '$: a bigint this small would come back as a number: store Number(value).'],
    [10n ** 4300n, '$: an integer of more than 4300 digits cannot be stored.'],
    [-(10n ** 4300n), '$: an integer of more than 4300 digits cannot be stored.'],
    [list, '$[0]: the value contains itself.'],
    [{ ring }, '$.ring.next.next.list[1]: the value contains itself.'],
    [deep, `$${'[0]'.repeat(100)}: more than 100 levels are nested.`],
    [new (class Orders extends Array {})(), '$: a subclass of Array would come back as an Array: store Array.from(it) instead.'],
    [[1, undefined], '$[1]: a value of type undefined cannot be stored: store null, or nothing: leave the key out instead.'],
    [[1, , 3], '$[1]: the array has a hole: store null in its place.'], // eslint-disable-line no-sparse-arrays -- the hole is the point
    [Object.assign([1], { total: 1 }), '$: the array has properties besides its elements: store a plain object that has both.'],
    [Object.assign([1], { [Symbol('s')]: 1 }), '$: the array has properties besides its elements: store a plain object that has both.'],
    [new Map(), '$: an instance of Map cannot be stored: store Object.fromEntries(it) if its keys are texts, else [...it] instead.'],
    [anonymous, '$: an instance of a class cannot be stored: store a plain object of what is to be kept, such as { ...it } instead.'],
    [Object.create({ __proto__: { __proto__: null }, constructor: undefined }), '$: an instance of a class cannot be stored: store a plain object of what is to be kept, such as { ...it } instead.'],
    [{ [Symbol('s')]: 1 }, '$: the object has a symbol or a hidden property as key: store a plain object whose keys are texts.'],
    [Object.defineProperty({}, 'a', { value: 1 }), '$: the object has a symbol or a hidden property as key: store a plain object whose keys are texts.'],
  ];
  const advised = [
    [new Date(0), 'its toISOString(), or its getTime()'],
    [new Set(), '[...it]'],
    [/a/, 'its source'],
    [new URL('http://a'), 'its href'],
    [new RangeError('a'), 'its message'],
    [Promise.resolve(), 'what it gives: await it'],
    [Object(1), 'its valueOf()'],
    [Object('a'), 'its valueOf()'],
    [new Int8Array(1), 'Array.from(it) for its numbers, or its bytes: new Uint8Array(it.buffer, it.byteOffset, it.byteLength)'],
    [new BigInt64Array(1), 'Array.from(it) for its numbers, or its bytes: new Uint8Array(it.buffer, it.byteOffset, it.byteLength)'],
    [new Uint8ClampedArray(1), 'Array.from(it) for its numbers, or its bytes: new Uint8Array(it.buffer, it.byteOffset, it.byteLength)'],
    [new ArrayBuffer(1), 'new Uint8Array(it)'],
    [new DataView(new ArrayBuffer(1)), 'new Uint8Array(it.buffer, it.byteOffset, it.byteLength)'],
    [new Map().keys(), 'Array.from(it)'],
    [(function* () {})(), 'Array.from(it)'],
    [() => 1, 'what it returns: call it'],
    [class {}, 'what it returns: call it'],
    [Symbol('s'), 'its description'],
    [new (class Money { toJSON() {} })(), 'its toJSON()'],
    [new (class Point { x = 1; })(), 'a plain object of what is to be kept, such as { ...it }'],
  ];
  for (const [value, advice] of advised) {
    test(`${Object.prototype.toString.call(value)} is told to be stored as ${advice}`, () => {
      assert.throws(() => write({ a: value }), ({ message }) => message.startsWith('$.a: ') && message.endsWith(`: store ${advice} instead.`));
    });
  }

  for (const [value, message] of cases) {
    test(`is told as ${message.slice(-70)}`, () => {
      assert.throws(() => write(value), { code: 'unsupported_type', message, path: message.split(':')[0] });
    });
  }

  test('is told if it is too large, by the byte', () => {
    const { length } = write('é');
    assert.equal(write('é', length).length, length);
    assert.throws(() => write('é', length - 1), {
      code: 'value_too_large',
      message: `The value takes ${length} bytes as JSON; MAX_VALUE_BYTES allows ${length - 1}. Store it in parts.`,
    });
  });
});

test('a document is compact, and leaves letters as they are', () => {
  assert.equal(
    Buffer.from(write({ é: [1, 2.5, 1e21], b: 1e20 })).toString(),
    '{"v":1,"type":"dict","value":{"é":[1,2.5,1e+21],"b":{"$float":"1e+20"}},"write":"9f86d081884c7d65","tagged":true}',
  );
});

test('a document has the end it is given', () => {
  const document = encode(1, WRITE_ID, 1000, { expiresAt: 1_800_000_000_000 });
  assert.equal(decode(document, 0).expiresAt, 1_800_000_000_000);
  assert.equal(decode(encode(1, WRITE_ID, 1000), 0).expiresAt, undefined);
});

suite('a refused name', () => {
  const long = 'x'.repeat(1008);
  const cases = [
    [5, 'A name must be a string, not number.'],
    [null, 'A name must be a string, not null.'],
    ['a//b', 'The name "a//b" has an empty segment: write it like "a" or "a/b".'],
    ['\ud800', 'The name "\\ud800" has half a surrogate pair: it is no valid Unicode text.'],
    [long, `The name "${long.slice(0, 80)}…" makes an object key of 1025 bytes; S3 allows 1024. Shorten it.`],
    [`${'x'.repeat(79)}/`, `The name "${'x'.repeat(79)}/" has an empty segment: write it like "a" or "a/b".`],
  ];
  for (const [name, message] of cases) {
    test(`is told as ${message.slice(0, 70)}`, () => {
      assert.throws(() => locate('public', 'shop', name), { code: 'invalid_name', message });
    });
  }

  test('is told of a service, too', () => {
    assert.throws(() => checkServiceName('a b'), {
      message: 'The service name (second argument of the constructor) must be 1 to 64 of A-Z a-z 0-9 _ -, not "a b".',
    });
    assert.throws(() => checkServiceName(['a']), { code: 'invalid_name' });
  });
});
