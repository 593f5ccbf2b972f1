'use strict';

const { CorruptValueError } = require('./errors.js');
const { isName } = require('./names.js');
const { spelt } = require('./touched.js');

/** @typedef {Map<string, string>} Generations By tag, in the document's order: what a value is valid with (CTAG-4, CTAG-5). */

const MAX_TAGS = 16;
const GENERATION = /^[0-9a-f]{16}$/;
/** What an object takes for an index, and puts first. */
const INDEX = /^[0-9]+$/;

/**
 * @param {Generations} tags
 * @returns {string} the member that a document has of them, after others
 */
function memberOf(tags) {
  return `,"tags":{${[...tags].map(([tag, generation]) => `${JSON.stringify(tag)}:"${generation}"`).join(',')}}`;
}

/**
 * @param {string} text of a document
 * @param {Generations} tags which it has
 * @returns {string} the same with fewer members to parse, if they are where SDKs write them
 */
function withoutTags(text, tags) {
  const end = `${memberOf(tags)}}`;
  return text.endsWith(end) ? `${text.slice(0, -end.length)}}` : text;
}

/**
 * @param {unknown} tags
 * @param {string} text The document.
 * @returns {Generations}
 * @throws {CorruptValueError} CTAG-4
 */
function readTags(tags, text) {
  const entries = typeof tags === 'object' && tags !== null && !Array.isArray(tags) ? Object.entries(tags) : [];
  if (entries.length === 0 || entries.length > MAX_TAGS) throw new CorruptValueError(`its "tags" are not 1 to ${MAX_TAGS} of them`);
  for (const [tag, generation] of entries) {
    if (isName(tag) && typeof generation === 'string' && GENERATION.test(generation)) continue;
    throw new CorruptValueError('one of its "tags" is no name, or its generation is not 16 hexadecimal digits');
  }
  // Of an object, members like "7" come first: only the text has the order.
  if (!entries.some(([tag]) => INDEX.test(tag))) return new Map(entries);
  const inOrder = [...spelt(/** @type {string} */ (spelt(text).get('tags'))).keys()];
  return new Map(inOrder.map((tag) => [tag, /** @type {Record<string, string>} */ (tags)[tag]]));
}

module.exports = { memberOf, readTags, withoutTags, MAX_TAGS };
