'use strict';

// Documents to values and back: the SDK's way, and JSON's.

const assert = require('node:assert/strict');

const { decode, encode } = require('../../../nodejs-sdk/lib/envelope.js');
const { document, repeated, value } = require('./case.js');
const { sink } = require('./hits.js');

const SIZES = ['1kb', '10kb', '100kb', '1mb'];
const DEPTHS = [1, 10, 50, 100];
const WRITE_ID = '9f86d081884c7d65';
const MAX_BYTES = 16 * 1024 * 1024;

/** @param {string} name */
function decoding(name) {
  const bytes = document(name);
  assert.deepEqual(decode(bytes, Date.now())?.value, value(name));
  return repeated(() => {
    sink.result = decode(bytes, Date.now())?.value;
  });
}

/** @param {string} name */
function parsing(name) {
  const bytes = document(name);
  return repeated(() => {
    sink.result = JSON.parse(bytes.toString());
  });
}

/** @param {string} name */
function encoding(name) {
  const given = value(name);
  assert.deepEqual(JSON.parse(Buffer.from(encode(given, WRITE_ID, MAX_BYTES)).toString()).value, given);
  return repeated(() => {
    sink.result = encode(given, WRITE_ID, MAX_BYTES);
  });
}

/** @param {string} name */
function stringifying(name) {
  const given = value(name);
  return repeated(() => {
    sink.result = JSON.stringify(given);
  });
}

/** @type {Record<string, import('./case.js').Make>} */
const CASES = {};
for (const size of SIZES) {
  CASES[`decode/${size}`] = () => decoding(size);
  CASES[`decode/${size}-json`] = () => parsing(size);
  CASES[`encode/${size}`] = () => encoding(size);
  CASES[`encode/${size}-json`] = () => stringifying(size);
}
for (const levels of DEPTHS) {
  CASES[`grow/depth-decode/${levels}`] = () => decoding(`depth-${levels}`);
  CASES[`grow/depth-decode/${levels}-peer`] = () => parsing(`depth-${levels}`);
  CASES[`grow/depth-encode/${levels}`] = () => encoding(`depth-${levels}`);
  CASES[`grow/depth-encode/${levels}-peer`] = () => stringifying(`depth-${levels}`);
}

module.exports = { CASES };
