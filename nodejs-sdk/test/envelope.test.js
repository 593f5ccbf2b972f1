'use strict';

// What the vectors of the specification cannot say, because it is JavaScript's own.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');
const { runInNewContext } = require('node:vm');

require('../lib/platform.js');
const { Draft, encode, decode, unwrap } = require('../lib/core/envelope.js');

const WRITE_ID = '9f86d081884c7d65';
const MIB = 1024 * 1024;

const write = (value, maxBytes = 16 * MIB) => encode(value, WRITE_ID, maxBytes);
const read = (document) => decode(Buffer.from(document), 0);
const roundTrip = (value) => decode(write(value), 0).value;
const refuses = (value, start) =>
  assert.throws(() => write(value), (error) => error.code === 'unsupported_type' && error.message.startsWith(start));
const corrupt = (document) => assert.throws(() => read(document), { code: 'corrupt_value' });

suite('a plain object', () => {
  test('may come from another realm or have no prototype', () => {
    assert.deepEqual(roundTrip(runInNewContext('({ a: [1, { b: new Uint8Array([1]) }] })')), {
      a: [1, { b: Uint8Array.of(1) }],
    });
    assert.deepEqual(roundTrip(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
  });

  test('keeps __proto__ as a key and pollutes nothing', () => {
    const text = '{"__proto__":{"admin":true,"big":{"$dict":{"$int":"1"}}}}';
    for (const tagged of ['', ',"tagged":true']) {
      const { value } = read(`{"v":1,"type":"dict","value":${text}${tagged}}`);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.ok(Object.hasOwn(value, '__proto__'));
      assert.equal(value.admin, undefined);
      assert.deepEqual(Object.keys(roundTrip(value)), ['__proto__']);
    }
    assert.equal({}.admin, undefined);
  });

  test('is read once, so that a getter cannot slip in what was not checked', () => {
    let reads = 0;
    const object = { get a() { return ++reads === 1 ? 1 : new Date(); } };
    assert.deepEqual(roundTrip(object), { a: 1 });
  });

  test('with toJSON as a value is data, as a function refused', () => {
    assert.deepEqual(roundTrip({ toJSON: 'x' }), { toJSON: 'x' });
    refuses({ toJSON: () => 1 }, '$.toJSON: ');
  });

  test('is written as it is, whatever toJSON all objects and arrays were given', (context) => {
    const value = { list: [1, [NaN]], own: { toJSON: 'x' }, bytes: new Uint8Array([97]), $x: {}, one: { $y: 1 } };
    const expected = write(value);
    for (const prototype of [Object.prototype, Array.prototype]) {
      Object.defineProperty(prototype, 'toJSON', { value: () => 'spoilt', configurable: true });
      context.after(() => delete prototype.toJSON);
      assert.deepEqual(write(value), expected);
    }
  });

  test('is written as it is, whatever key all objects were given', (context) => {
    const value = { a: 1, inner: { b: 'x' }, 1: null };
    const expected = write(value);
    Object.defineProperty(Object.prototype, 'polluted', { value: Symbol('no value'), configurable: true, enumerable: true });
    context.after(() => delete Object.prototype.polluted);
    assert.deepEqual(write(value), expected);
  });

  test('may have a backslash before what looks like half a surrogate pair', () => {
    const value = { '\\ud800': ['\\ud800', '\u{1f600}'] };
    assert.deepEqual(roundTrip(value), value);
    refuses({ ...value, half: ['\ud83d'] }, '$.half[0]: ');
  });

  test('with a hidden property or a foreign prototype is refused', () => {
    refuses(Object.defineProperty({}, 'hidden', { value: 1 }), '$: ');
    refuses(Object.create({ inherited: 1 }), '$: ');
    refuses(Math, '$: ');
    refuses(Promise.resolve(1), '$: an instance of Promise');
    refuses(new Error('x'), '$: an instance of Error');
    refuses({ order: [new (class Order {})()] }, '$.order[0]: an instance of Order');
  });
});

suite('an array', () => {
  test('is read once, so that a getter cannot slip in what was not checked', () => {
    let reads = 0;
    const list = Object.defineProperty([0, 5], 0, { get: () => ++reads, enumerable: true });
    const [written] = roundTrip(list);
    assert.deepEqual([written, reads], [2, 2]); // once to count, once to write
    const worse = Object.defineProperty([0, 5], 0, { get: () => (++reads % 2 ? 1 : new Date()), enumerable: true });
    refuses(worse, '$[0]: an instance of Date');
  });

  test('with a hole is refused, also if something else makes up for it', () => {
    refuses([1, , 3], '$[1]: the array has a hole'); // eslint-disable-line no-sparse-arrays -- it is the point
    refuses(Object.assign([1, , 3], { x: 9 }), '$[1]: '); // eslint-disable-line no-sparse-arrays -- it is the point
  });

  test('with more than elements is refused', () => {
    refuses('abc'.match(/b/), '$: the array has properties besides its elements');
    refuses({ a: [Object.assign([1], { [Symbol('s')]: 1 })] }, '$.a[0]: the array has properties');
  });
});

suite('the walk', () => {
  test('takes the same object in two places, which is no cycle', () => {
    const shared = [1];
    assert.deepEqual(roundTrip([shared, { shared }]), [[1], { shared: [1] }]);
  });

  test('refuses depth and cycles without exhausting the stack', () => {
    let deep = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    refuses(deep, '$[0][0]');
  });

  test('refuses a huge sparse array at its first hole', () => {
    refuses(new Array(4_000_000_000), '$[0]: the array has a hole');
  });

  test('refuses integers by their digits', () => {
    assert.equal(roundTrip(10n ** 4300n - 1n), 10n ** 4300n - 1n);
    refuses(10n ** 4300n, '$: ');
    refuses(-(10n ** 4300n), '$: ');
    refuses(BigInt(Number.MAX_SAFE_INTEGER), '$: ');
    assert.equal(roundTrip(BigInt(Number.MAX_SAFE_INTEGER) + 1n), 2n ** 53n);
  });
});

test('any number comes back bit by bit', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  console.log(`SEED=${seed}`);
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const bits = new DataView(new ArrayBuffer(8));
  for (let count = 0; count < 20_000; count++) {
    bits.setUint32(0, next());
    bits.setUint32(4, next());
    const number = count % 2 ? bits.getFloat64(0) : bits.getInt32(0) * 2 ** (next() % 60);
    assert.ok(Object.is(roundTrip(number), number), `${number}`);
    assert.ok(Object.is(roundTrip([{ number }])[0].number, number), `${number}`);
  }
});

suite('a document', () => {
  test('is measured in bytes', () => {
    const document = write('ü');
    assert.equal(write('ü', document.length).length, document.length);
    assert.throws(() => write('ü', document.length - 1), { code: 'value_too_large', message: /MAX_VALUE_BYTES/ });
  });

  test('is written the same at any length', () => {
    for (const text of ['', 'ü'.repeat(4000), 'x'.repeat(8191), 'x'.repeat(8192), 'ü€😀'.repeat(10_000), 'x'.repeat(MIB)]) {
      assert.equal(Buffer.from(write(text)).toString(), `{"v":1,"type":"str","value":"${text}","write":"${WRITE_ID}"}`);
      assert.equal(roundTrip(text), text);
    }
  });

  test('of any depth does not crash the reader', () => {
    const nest = (depth) => '['.repeat(depth) + ']'.repeat(depth);
    assert.ok(read(`{"v":1,"type":"list","value":${nest(255)}}`));
    corrupt(`{"v":1,"type":"list","value":${nest(256)}}`);
    corrupt(`{"v":1,"type":"list","value":${nest(1_000_000)},"tagged":true}`);
    corrupt(`{"v":1,"type":"dict","value":${'{"$dict":'.repeat(100_000)}{}${'}'.repeat(100_000)},"tagged":true}`);
    corrupt(`{"v":1,"type":"list","value":[${nest(1_000_000)},"\\ud800"]}`);
    corrupt('['.repeat(1_000_000));
  });

  test('has no members from Object.prototype', (context) => {
    for (const [name, value] of Object.entries({ value: 1, tagged: true, write: 5 })) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false });
      context.after(() => delete Object.prototype[name]);
    }
    corrupt('{"v":1,"type":"int"}');
    assert.deepEqual(read('{"v":1,"type":"dict","value":{"$int":"5"}}').value, { $int: '5' });
  });

  test('whose __proto__ has the members is corrupt', () => {
    corrupt('{"__proto__":{"v":1,"type":"int","value":1}}');
  });

  test('is not quoted in the error', () => {
    assert.throws(() => read('{"v":1,"type":"str","value":"hush-hush"'), (error) => !/hush/.test(error.stack));
  });

  test('with an int root of -0 is 0', () => assert.ok(Object.is(read('{"v":1,"type":"int","value":-0}').value, 0)));
});

suite('a draft', () => {
  test('gives its value as a get would, the caller\'s own', () => {
    const bytes = Uint8Array.of(1, 2);
    for (const value of [1, 'a', true, null, bytes, [1, [2n ** 64n]], { a: [1, 'b'] }, { $a: Uint8Array.of(3) }]) {
      const draft = new Draft(value);
      const [taken, again] = [draft.take(), draft.take()];
      assert.deepEqual(taken, value);
      assert.deepEqual(taken, decode(draft.prepare(WRITE_ID, MIB).document, 0).value);
      if (Object(value) === value) assert.ok(taken !== value && taken !== again);
    }
  });

  test('is as the value was when it was made', () => {
    const [bytes, list] = [Uint8Array.of(1), [1]];
    const drafts = [new Draft(bytes), new Draft(list)];
    bytes[0] = 2;
    list.push(2);
    assert.deepEqual(drafts.map((draft) => draft.take()), [Uint8Array.of(1), [1]]);
    drafts[0].take()[0] = 3;
    assert.deepEqual(drafts[0].take(), Uint8Array.of(1));
  });

  test('keeps no list or dict beside its text', () => {
    for (const value of [[1], { a: 1 }]) assert.equal(new Draft(value).value, undefined);
  });

  test('says what it was made from, and what that took', () => {
    const { document, text } = new Draft([1]).prepare(WRITE_ID, MIB, { previous: ['0123456789abcdef'], took: 7 });
    assert.equal(text, '{"v":1,"type":"list","value":[1],"write":"9f86d081884c7d65","previous":["0123456789abcdef"],"took":7}');
    assert.equal(Buffer.from(document).toString(), text);
    assert.equal(new Draft(1).prepare(WRITE_ID, MIB).text, '{"v":1,"type":"int","value":1,"write":"9f86d081884c7d65"}');
  });
});

suite('what is no reason to refuse a document', () => {
  const members = (text) => unwrap(Buffer.from(`{"v":1,"type":"int","value":1,"write":"${WRITE_ID}"${text}}`), 0);

  test('a lineage that is none is none', () => {
    assert.deepEqual(members(',"previous":["0123456789abcdef"]').previous, ['0123456789abcdef']);
    for (const text of ['', ',"previous":7', ',"previous":["x"]']) assert.deepEqual(members(text).previous, []);
  });

  test('a time that is none is 0', () => {
    assert.equal(members(',"took":12').took, 12);
    for (const text of ['', ',"took":-1', ',"took":1.5', ',"took":"7"', ',"took":0']) assert.equal(members(text).took, 0);
  });
});
