'use strict';

const { CorruptValueError } = require('./errors.js');
const { platform } = require('./platform.js');

const MAX_LEVELS = 100;
const INT_TEXT = /^(0|-?[1-9][0-9]{0,4299})$/;
const FLOAT_TEXT = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const SPECIAL_FLOATS = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * Replace the tagged nodes of a parsed value by what they mean (section 3.3). Works in place: the tree is ours.
 *
 * @param {unknown} node
 * @param {number} [level] of the containers around the node; tags are none (TAG-7)
 * @returns {unknown}
 * @throws {CorruptValueError} TAG-1, TAG-3 to TAG-7
 */
function readTagged(node, level = 0) {
  if (typeof node !== 'object' || node === null) return node;
  const tag = tagOf(node);
  if (tag === undefined) return readMembers(node, level);
  const content = /** @type {Record<string, unknown>} */ (node)[tag];
  if (tag === '$dict') {
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      throw new CorruptValueError('a $dict holds no object');
    }
    return readMembers(content, level);
  }
  if (typeof content !== 'string') throw new CorruptValueError('a tag holds no text');
  switch (tag) {
    case '$int':
      return readInt(content);
    case '$float':
      return readFloat(content);
    case '$bytes':
      return readBytes(content);
    default:
      throw new CorruptValueError('it has a tag this version does not know');
  }
}

/**
 * @param {object} node
 * @returns {string | undefined} the tag of a tagged node
 */
function tagOf(node) {
  if (Array.isArray(node)) return undefined;
  const keys = Object.keys(node);
  return keys.length === 1 && keys[0].startsWith('$') ? keys[0] : undefined;
}

/**
 * @param {object} container
 * @param {number} level
 * @returns {object} the same container
 */
function readMembers(container, level) {
  if (level === MAX_LEVELS) throw new CorruptValueError(`more than ${MAX_LEVELS} levels are nested`);
  const members = /** @type {Record<string, unknown>} */ (container);
  for (const key of Object.keys(container)) {
    const member = members[key];
    const value = readTagged(member, level + 1);
    // `__proto__` from JSON.parse is an own property, so this assigns to it and calls no setter.
    if (value !== member) members[key] = value;
  }
  return container;
}

/** @param {string} text */
function readInt(text) {
  if (!INT_TEXT.test(text)) throw new CorruptValueError('an $int is no integer of up to 4,300 digits');
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** @param {string} text */
function readFloat(text) {
  if (SPECIAL_FLOATS.has(text)) return Number(text);
  const number = FLOAT_TEXT.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number)) throw new CorruptValueError('a $float is no number within the range of binary64');
  return number;
}

/** @param {string} text */
function readBytes(text) {
  const bytes = platform.fromBase64(text);
  if (bytes === undefined) throw new CorruptValueError('a $bytes is no padded base64');
  return bytes;
}

module.exports = { readTagged, tagOf };
