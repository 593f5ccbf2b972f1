'use strict';

const { dateIn, readSince } = require('./dates.js');

/**
 * What was read, wherever it came from. Times are Unix time in milliseconds, NaN if the answer does not say.
 *
 * @typedef {object} Answer
 * @property {Uint8Array | undefined} document undefined if there is none
 * @property {'edge' | 's3'} source
 * @property {import('./effects.js').Response['headers']} headers
 * @property {number} start When the request began, by the clock of this machine.
 * @property {number} age Whole seconds since the edge fetched its copy; NaN if what it says is no number.
 * @property {boolean} tellsAge Whether it says when the edge fetched its copy (EXP-1).
 * @property {number | undefined} maxAge Whole seconds it may be served without asking S3; undefined if the answer does not say.
 * @property {boolean} isUnchanged Whether there is no other version than was known, and so no document.
 * @property {string | null} version The ETag without its quotes; null if there is no value.
 * @property {number} storedAt When the object was written: `Last-Modified`.
 * @property {number} date `Date`
 * @property {number} readSince Since when it has surely been read, in seconds of S3's time; NaN if nobody knows, or asks (CHG-14).
 */

/** What stands for a number of seconds that is too large to be one (WIRE-4; RFC 9111, section 1.2.2). */
const FOR_EVER = 2_147_483_648;
const MAX_DIGITS = 9;

const SECOND = 1000;

/**
 * @param {'edge' | 's3'} source
 * @param {number} start
 * @param {import('./effects.js').Response} response
 * @param {Uint8Array | undefined} document
 * @param {number} [end] When it was there, by the same clock, if anybody asks for `readSince`.
 * @returns {Answer}
 */
function answer(source, start, response, document, end = NaN) {
  const { headers } = response;
  const { age, 'last-modified': modified, 'cache-control': control = '', 'x-cache': cache = '' } = headers;
  const [, maxAge] = /(?:^|[\s,])max-age=([0-9]+)/i.exec(control) ?? [];
  const date = dateOf(response);
  const ageInSeconds = age === undefined || source === 's3' ? 0 : seconds(/^[0-9]+(?=\s*(?:$|,))/.exec(age)?.[0]);
  const maxAgeInSeconds = maxAge === undefined ? undefined : seconds(maxAge);
  return {
    document,
    source,
    headers,
    start,
    age: ageInSeconds,
    tellsAge: age !== undefined || /^(miss|refreshhit)\b/i.test(cache),
    maxAge: maxAgeInSeconds,
    isUnchanged: response.status === 304,
    version: document === undefined ? null : versionOf(response),
    storedAt: document === undefined && response.status !== 304 ? NaN : dateIn(modified),
    date,
    readSince: readSince(date / SECOND, (end - start) / SECOND, ageInSeconds, source === 'edge' ? (maxAgeInSeconds ?? NaN) : 0),
  };
}

/** @param {string | undefined} digits */
function seconds(digits) {
  if (digits === undefined) return NaN;
  return digits.replace(/^0+/, '').length > MAX_DIGITS ? FOR_EVER : Number(digits);
}

/**
 * @param {Pick<Answer, 'start' | 'age' | 'tellsAge'>} answer of an edge
 * @returns {number} when the edge fetched its copy, at the earliest, in Unix milliseconds; -Infinity if nothing says so (EXP-1)
 */
function fetchedAt({ start, age, tellsAge }) {
  // Age counts whole seconds: the copy may be almost one second older.
  return tellsAge ? start - (age + 1) * SECOND : -Infinity;
}

/**
 * @param {{headers?: import('./effects.js').Response['headers']}} answer
 * @returns {string} what a cache had to do with it, for example "hit, age 3 s"; for log lines, so nothing else of the headers
 */
function cacheOf({ headers }) {
  if (!headers) return '';
  const { age = '', 'x-cache': xCache = '' } = headers;
  const [cache] = /^(hit|miss|refreshhit|error|limitexceeded|capacityexceeded|lambdageneratedresponse|originshieldhit)\b/.exec(xCache.toLowerCase()) ?? [
    'no cache',
  ];
  return /^[0-9]{1,9}$/.test(age) ? `${cache}, age ${age} s` : cache;
}

/**
 * @param {{headers?: import('./effects.js').Response['headers']}} answer
 * @returns {number | undefined} seconds that it may be served longer while S3 cannot be read; undefined if it does not say
 */
function staleIfErrorOf({ headers }) {
  const [, digits] = /(?:^|[\s,])stale-if-error=([0-9]+)/i.exec(headers?.['cache-control'] ?? '') ?? [];
  return digits === undefined ? undefined : seconds(digits);
}

/**
 * @param {Pick<import('./effects.js').Response, 'headers'>} response
 * @returns {number} when it was made, in Unix milliseconds; NaN if it does not say
 */
function dateOf({ headers }) {
  return dateIn(headers.date);
}

/**
 * @param {Pick<import('./effects.js').Response, 'headers'>} response
 * @returns {string} the version (PUT-1): the ETag without its quotes, and without the mark of whoever re-encoded the body
 */
function versionOf({ headers }) {
  return (headers.etag ?? '').replace(/^(W\/)?"|"$/g, '');
}

module.exports = { answer, cacheOf, dateOf, fetchedAt, staleIfErrorOf, versionOf };
