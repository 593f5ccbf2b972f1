'use strict';

const { versionOf } = require('./aws.js');

/**
 * What was read, wherever it came from.
 *
 * @typedef {object} Answer
 * @property {Uint8Array | undefined} document undefined if there is none
 * @property {'edge' | 's3'} source
 * @property {string} cache What a cache had to do with it, for example "hit, age 3 s"; for log lines.
 * @property {number} age Whole seconds since the edge fetched its copy.
 * @property {string} version The ETag without its quotes.
 * @property {Date | undefined} storedAt When the object was written; undefined if the answer does not say.
 */

/**
 * @param {'edge' | 's3'} source
 * @param {import('./transport.js').Response} response
 * @param {Uint8Array | undefined} document
 * @returns {Answer}
 */
function answer(source, response, document) {
  const { age = '', 'last-modified': modified = '', 'x-cache': xCache = '' } = response.headers;
  const cache = String(xCache).toLowerCase().split(' ')[0] || 'no cache'; // the first word of "Hit from cloudfront"
  const storedAt = new Date(String(modified));
  return {
    document,
    source,
    cache: age === '' ? cache : `${cache}, age ${age} s`,
    age: /^[0-9]+$/.test(String(age)) ? Number(age) : 0,
    version: versionOf(response),
    storedAt: Number.isNaN(storedAt.getTime()) ? undefined : storedAt,
  };
}

module.exports = { answer };
