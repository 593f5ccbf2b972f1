'use strict';

// How documents are gzipped (OBJ-2).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');
const { gzipSync } = require('node:zlib');

require('../lib/platform.js');
const { compress } = require('../lib/core/compression.js');

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Records that each level packs in its own way, by a generator of random numbers with a seed. */
function documentOf(size) {
  let state = 7;
  const next = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
  const record = () => ({ id: next(1e6), name: `user ${next(1000)}`, price: next(99_999) / 100, tags: ['a', 'b', 'c', 'd'].slice(next(4)) });
  const records = Array.from({ length: Math.ceil(size / 30) }, () => JSON.stringify(record()));
  return Buffer.from(records.join(' ').slice(0, size));
}

suite('gzip tries as hard as the size is worth', () => {
  const cases = [
    [64 * 1024 - 1, 6],
    [64 * 1024, 3],
    [1024 * 1024, 3],
  ];
  for (const [size, expected] of cases) {
    test(`${size} bytes: level ${expected}`, () => {
      const document = documentOf(size);
      const zipped = LEVELS.map((level) => gzipSync(document, { level }));
      assert.ok(new Set(zipped.map(({ length }) => length)).size > 5, 'the document does not tell levels apart');
      const { body, isZipped } = compress(document);
      assert.ok(isZipped);
      assert.deepEqual(LEVELS.filter((_, at) => zipped[at].equals(body)), [expected]);
    });
  }
});
