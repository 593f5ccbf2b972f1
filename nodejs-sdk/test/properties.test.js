'use strict';

// What holds for any value, name and document. SEED=… runs again what a log shows.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');
const fc = require('fast-check');

require('../lib/platform.js');
const { encode, decode } = require('../lib/core/envelope.js');
const { locate } = require('../lib/core/names.js');

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const WRITE_ID = '9f86d081884c7d65';
const MAX_BYTES = 16 * 1024 * 1024;

console.log(`SEED=${SEED}`);

const check = (property, numRuns) => fc.assert(property, { seed: SEED, numRuns });
const write = (value) => Buffer.from(encode(value, WRITE_ID, MAX_BYTES));
const text = (maxLength) => fc.string({ unit: 'binary', maxLength });
const anyKey = fc.oneof(
  text(8),
  fc.constantFrom('', '$', '$int', '$float', '$bytes', '$dict', '$ref', '__proto__', 'constructor', 'toJSON', '10'),
);

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false, NaN, Infinity, -Infinity, -0, 2 ** 53, 2 ** 53 - 1, 1e20, 1e21, 5e-324),
    fc.double(),
    fc.integer(),
    fc.bigInt().filter((integer) => !Number.isSafeInteger(Number(integer))),
    text(20),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(anyKey, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
  ),
}));

const anyJson = fc.oneof(fc.jsonValue(), fc.dictionary(anyKey, fc.jsonValue(), { maxKeys: 2 }));

suite('a value', () => {
  test('comes back as it was', () => {
    check(
      fc.property(anyValue, (value) => {
        assert.deepStrictEqual(decode(write(value), 0).value, value);
      }),
      2000,
    );
  });

  test('is written again as the same document', () => {
    check(
      fc.property(anyValue, (value) => {
        assert.deepEqual(write(decode(write(value), 0).value), write(value));
      }),
      1000,
    );
  });
});

suite('a document is a value or corrupt', () => {
  const isAValueOrCorrupt = (document) => {
    let value;
    try {
      ({ value } = decode(document, 0) ?? {});
    } catch (error) {
      assert.equal(error.code, 'corrupt_value', error.stack);
      return;
    }
    write(value ?? null); // what was read can be stored
  };

  test('if it is made of random bytes', () => {
    check(fc.property(fc.uint8Array({ maxLength: 64 }), isAValueOrCorrupt), 1000);
  });

  test('if it was damaged', () => {
    const patch = fc.record({
      at: fc.nat(),
      cut: fc.nat(6),
      part: fc.oneof(
        fc.constantFrom('[', ']', '{', '}', '"', ',', ':', '-', '0', '9', 'e', '.5', '\\', 'null', 'NaN', '1e999'),
        fc.constantFrom('{"$int":"1"}', '"$dict":', '\\ud800', '"tagged":true', '"type":"dict"', '"value":'),
        fc.uint8Array({ maxLength: 3 }),
      ),
    });
    const damaged = fc.tuple(anyValue, fc.array(patch, { minLength: 1, maxLength: 4 })).map(([value, patches]) =>
      patches.reduce((document, { at, cut, part }) => {
        const start = at % document.length;
        return Buffer.concat([document.subarray(0, start), Buffer.from(part), document.subarray(start + cut)]);
      }, write(value)),
    );
    check(fc.property(damaged, isAValueOrCorrupt), 3000);
  });

  test('if it has odd members', () => {
    const tagged = anyJson.chain((value) => fc.constantFrom({ $int: value }, { $float: value }, { $bytes: value }, { $dict: value }));
    const envelope = fc.record(
      {
        v: fc.constantFrom(1, 1, 1, 1, 2, true, '1', null),
        type: fc.constantFrom('null', 'bool', 'int', 'float', 'str', 'bytes', 'list', 'dict', 'x', 5),
        value: fc.oneof(anyJson, tagged),
        tagged: fc.constantFrom(true, true, false, null),
      },
      { requiredKeys: [] },
    );
    check(fc.property(envelope, (members) => isAValueOrCorrupt(Buffer.from(JSON.stringify(members)))), 3000);
  });
});

suite('a name', () => {
  const escape = (name) => locate('public', 'shop', name).path.slice('/shop/'.length, -'.json'.length);
  const isName = (name) => name.isWellFormed() && name.split('/').every((segment) => segment !== '');

  test('has a small alphabet, and no other name the same key', () => {
    const anyName = fc.array(fc.oneof(fc.constantFrom('/', '.', '%', '~', '\ud800'), text(3)), { maxLength: 12 }).map((parts) => parts.join(''));
    check(
      fc.property(anyName, (name) => {
        if (!isName(name)) return assert.throws(() => escape(name), { code: 'invalid_name' });
        assert.match(escape(name), /^([A-Za-z0-9_/-]|\.[0-9A-F]{2})+$/);
        return assert.equal(decodeURIComponent(escape(name).replaceAll('.', '%')), name);
      }),
      2000,
    );
  });

  test('keeps the prefix of its first segments', () => {
    check(
      fc.property(text(10), text(10), (segment, rest) => {
        fc.pre(isName(`${segment}/${rest}`));
        assert.ok(escape(`${segment}/${rest}`).startsWith(`${escape(segment)}/`));
      }),
      1000,
    );
  });

  test('is refused exactly if its key has more than 1,024 bytes', () => {
    const anyLong = fc.string({ unit: fc.constantFrom('a', 'ö', '.'), minLength: 150, maxLength: 1100 });
    check(
      fc.property(anyLong, (name) => {
        const length = 'public/shop/.json'.length + encodeURIComponent(name).replaceAll('.', '%2E').length;
        if (length > 1024) return assert.throws(() => escape(name), { code: 'invalid_name' });
        return assert.equal(locate('public', 'shop', name).key.length, length);
      }),
      500,
    );
  });
});
