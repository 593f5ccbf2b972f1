'use strict';

// The notation in which vectors say values (spec/VECTORS.md), both ways.

class LacksType extends Error {}

const NATIVE = {
  instance: () => new (class Order {})(),
  function: () => () => 1,
  generator: () => (function* () {})(),
  undefined: () => undefined,
  symbol: () => Symbol('s'),
  'js-date': () => new Date(0),
  'js-map': () => new Map([['a', 1]]),
  'js-set': () => new Set([1]),
  regexp: () => /a/,
  hole: () => [1, , 3], // eslint-disable-line no-sparse-arrays -- the hole is the point
  'extra-property': () => Object.assign([1], { total: 1 }),
  'symbol-property': () => Object.assign([1, 2], { [Symbol('extra')]: 3 }),
  'array-subclass': () => new (class Orders extends Array {})(),
  'boxed-number': () => Object(1),
  'boxed-string': () => Object('a'),
  'undefined-member': () => ({ a: undefined }),
  'symbol-key': () => ({ [Symbol('s')]: 1 }),
  'hidden-property': () => Object.defineProperty({ a: 1 }, 'b', { value: 2 }),
  'small-bigint': () => 5n,
  'float32-array': () => new Float32Array(1),
  'array-buffer': () => new ArrayBuffer(1),
  'cycle-list': () => {
    const list = [];
    list.push(list);
    return list;
  },
  'cycle-dict': () => {
    const dict = { a: {} };
    dict.a.b = dict;
    return dict;
  },
};

const LACKED = new Set(
  'tuple set frozenset bytearray complex decimal date int-enum str-enum int-subclass str-subclass list-subclass ordered-dict named-tuple int16 int32 unbounded-int64 float32'.split(
    ' ',
  ),
);

/** The value that a notation means. */
function build([type, ...rest]) {
  const [first, second, third] = rest;
  switch (type) {
    case 'null':
      return null;
    case 'bool':
    case 'str':
      return first;
    case 'int': {
      const integer = BigInt(first);
      return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
    }
    case 'float':
      return Buffer.from(first, 'hex').readDoubleBE();
    case 'bytes':
      return Buffer.from(first, 'hex');
    case 'str16':
      return String.fromCharCode(...(first.match(/.{4}/g) ?? []).map((unit) => parseInt(unit, 16)));
    case 'list':
      return first.map(build);
    case 'dict':
      return Object.fromEntries(first.map(([key, value]) => [buildKey(key), build(value)]));
    case 'nest': {
      let value = build(third);
      for (let level = 0; level < second; level++) value = first === 'list' ? [value] : { k: value };
      return value;
    }
    case 'repeat':
      return first.repeat(second);
    case 'repeat-int':
      return BigInt(first.repeat(second));
    case 'native':
      if (LACKED.has(first)) throw new LacksType(`JavaScript has no ${first}`);
      return NATIVE[first]();
    default:
      throw new Error(`unknown notation ${type}`);
  }
}

function buildKey(key) {
  if (typeof key === 'string') return key;
  if (key[0] !== 'str' && key[0] !== 'str16') throw new LacksType('JavaScript has no other keys than strings');
  return build(key);
}

/** The notation of a value; dicts sorted by key, since their order means nothing. */
function describe(value) {
  switch (typeof value) {
    case 'boolean':
      return ['bool', value];
    case 'string':
      return ['str', value];
    case 'bigint':
      return ['int', String(value)];
    case 'number': {
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return ['int', String(value)];
      const bits = Buffer.alloc(8);
      bits.writeDoubleBE(value);
      return ['float', bits.toString('hex')];
    }
  }
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['list', value.map(describe)];
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('hex')];
  const entries = Object.entries(value).map(([key, member]) => [key, describe(member)]);
  return ['dict', entries.sort(([a], [b]) => (a < b ? -1 : 1))];
}

module.exports = { build, describe, LacksType };
