'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { isTooDeep } = require('../lib/core/nesting.js');

const nested = (levels, inner = '') => '['.repeat(levels) + inner + ']'.repeat(levels);
const isDeep = (text) => isTooDeep(Buffer.from(text), text);

test('256 levels are not too deep, 257 are, and so are levels in the middle of a document', () => {
  assert.equal(isDeep(nested(256)), false);
  assert.equal(isDeep(nested(257)), true);
  assert.equal(isDeep(`{"a":${'{"b":['.repeat(128)}${']}'.repeat(128)}}`), true);
  assert.equal(isDeep(`[${'[],'.repeat(10_000)}${nested(256)}]`), true);
});

test('what is closed counts no more, and brackets in strings never do', () => {
  assert.equal(isDeep(`[${'[{}],'.repeat(10_000)}1]`), false);
  assert.equal(isDeep(nested(255, `"${'['.repeat(1000)}\\\\\\"${'{'.repeat(1000)}"`)), false);
  assert.equal(isDeep(nested(255, `"]]]]",${'['.repeat(2)}`)), true);
});

test('a flat document of 16 MiB takes less time than its parser', () => {
  const text = `[${'{"a":1},'.repeat(2 * 1024 * 1024)}1]`;
  const document = Buffer.from(text);
  const began = performance.now();
  assert.equal(isTooDeep(document, text), false);
  const looked = performance.now();
  JSON.parse(text);
  assert.ok(looked - began < performance.now() - looked, `${looked - began} ms`);
});
