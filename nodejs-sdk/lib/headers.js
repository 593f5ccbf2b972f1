'use strict';

/** The headers that somebody here reads. Node's own object of all headers costs as much as parsing a small document. */
const WANTED = new Set([
  'age',
  'cache-control',
  'content-encoding',
  'date',
  'etag',
  'last-modified',
  'x-amz-bucket-region',
  'x-amz-storage-class',
  'x-cache',
]);

/** Those of which several lines are one list (RFC 9110, section 5.3); of all others the first counts (WIRE-4). */
const LISTS = new Set(['cache-control', 'content-encoding']);

/** Digits of a `Content-Length`: more is no length of anything (WIRE-3). */
const MAX_LENGTH_DIGITS = 18;

/**
 * @param {readonly string[]} raw names and values by turns, as they came
 * @returns {Record<string, string | undefined> | undefined} the wanted ones by their names in lower case; undefined if this is no
 *   HTTP (WIRE-3)
 */
function readHeaders(raw) {
  /** @type {Record<string, string | undefined>} */
  const headers = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at].toLowerCase();
    const value = raw[at + 1];
    if (WANTED.has(name)) {
      if (!(name in headers)) headers[name] = value;
      else if (LISTS.has(name)) headers[name] += `, ${value}`;
    } else if (name === 'content-length') {
      if (value.length > MAX_LENGTH_DIGITS) return undefined;
    } else if (name === 'transfer-encoding' && value.trim().toLowerCase() !== 'chunked') return undefined;
  }
  return headers;
}

/**
 * @param {readonly string[]} raw
 * @returns {boolean} whether the headers say where the body ends
 */
function sayLength(raw) {
  for (let at = 0; at < raw.length; at += 2) if (/^(content-length|transfer-encoding)$/i.test(raw[at])) return true;
  return false;
}

module.exports = { readHeaders, sayLength };
