'use strict';

// Documents to values and back: the SDK's way, and JSON's.

const assert = require('node:assert/strict');

require('../../../nodejs-sdk/lib/platform.js');
const { decode, encode } = require('../../../nodejs-sdk/lib/core/envelope.js');
const { document, grown, repeated, value } = require('./case.js');

const SIZES = ['1kb', '10kb', '100kb', '1mb'];
const DEPTHS = [1, 10, 50, 100];
const WRITE_ID = '9f86d081884c7d65';
const MAX_BYTES = 16 * 1024 * 1024;

/** @param {string} name */
function decoding(name) {
  const bytes = document(name);
  assert.deepEqual(decode(bytes, Date.now())?.value, value(name));
  return repeated(() => decode(bytes, Date.now())?.value);
}

/** @param {string} name */
function parsing(name) {
  const bytes = document(name);
  return repeated(() => JSON.parse(bytes.toString()));
}

/** @param {string} name */
function encoding(name) {
  const given = value(name);
  assert.deepEqual(JSON.parse(Buffer.from(encode(given, WRITE_ID, MAX_BYTES)).toString()).value, given);
  return repeated(() => encode(given, WRITE_ID, MAX_BYTES));
}

/** @param {string} name */
function stringifying(name) {
  const given = value(name);
  return repeated(() => JSON.stringify(given));
}

/** @param {(name: string) => import('./case.js').Made} make */
const deep = (make) => (/** @type {number} */ levels) => make(`depth-${levels}`);

/** @type {import('./case.js').Cases} */
const CASES = {
  ...grown('depth-decode', DEPTHS, deep(decoding), deep(parsing)),
  ...grown('depth-encode', DEPTHS, deep(encoding), deep(stringifying)),
};
for (const size of SIZES) {
  CASES[`decode/${size}`] = () => decoding(size);
  CASES[`decode/${size}-json`] = () => parsing(size);
  CASES[`encode/${size}`] = () => encoding(size);
  CASES[`encode/${size}-json`] = () => stringifying(size);
}

module.exports = { CASES };
