'use strict';

const { versionOf } = require('./aws.js');

/**
 * What was read, wherever it came from. Times are Unix time in milliseconds, NaN if the answer does not say.
 *
 * @typedef {object} Answer
 * @property {Uint8Array | undefined} document undefined if there is none
 * @property {'edge' | 's3'} source
 * @property {import('./transport.js').Response['headers']} headers
 * @property {number} start When the request began, by the clock of this machine.
 * @property {number} age Whole seconds since the edge fetched its copy.
 * @property {number | undefined} maxAge Whole seconds it may be served without asking S3; undefined if the answer does not say.
 * @property {string | null} version The ETag without its quotes; null if there is no value.
 * @property {number} storedAt When the object was written: `Last-Modified`.
 * @property {number} date `Date`
 */

/**
 * @param {'edge' | 's3'} source
 * @param {number} start
 * @param {import('./transport.js').Response} response
 * @param {Uint8Array | undefined} document
 * @returns {Answer}
 */
function answer(source, start, response, document) {
  const { headers } = response;
  const { age = '', 'last-modified': modified, 'cache-control': control = '' } = headers;
  const [, maxAge] = /(?:^|[\s,])max-age=([0-9]+)/i.exec(control) ?? [];
  return {
    document,
    source,
    headers,
    start,
    age: Number(/^[0-9]+(?=$|,)/.exec(age)?.[0] ?? 0), // of a list the first counts (RFC 9111, section 5.1)
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    version: document === undefined ? null : versionOf(response),
    storedAt: document === undefined ? NaN : Date.parse(String(modified)),
    date: dateOf(response),
  };
}

/**
 * @param {{headers?: import('./transport.js').Response['headers']}} answer
 * @returns {string} what a cache had to do with it, for example "hit, age 3 s"; for log lines
 */
function cacheOf({ headers }) {
  if (!headers) return '';
  const { age = '', 'x-cache': xCache = '' } = headers;
  const cache = xCache.toLowerCase().split(' ')[0] || 'no cache'; // the first word of "Hit from cloudfront"
  return age === '' ? cache : `${cache}, age ${age} s`;
}

/**
 * @param {import('./transport.js').Response} response
 * @returns {number} when it was made, in Unix milliseconds; NaN if it does not say
 */
function dateOf({ headers }) {
  return Date.parse(String(headers.date));
}

module.exports = { answer, cacheOf, dateOf };
