'use strict';

const { toBase64 } = require('./platform.js');
const { writeValue } = require('./value-writer.js');

/**
 * A value as text, the same for the same value in every language (CALL-2).
 *
 * @param {unknown} value
 * @returns {string}
 * @throws {import('./errors.js').UnsupportedTypeError} for what could not be stored
 */
function canonical(value) {
  writeValue(value); // refuses that
  return textOf(value);
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function textOf(value) {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : `{"$float":"${bitsOf(value)}"}`;
    case 'bigint':
      return `{"$int":"${value}"}`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
      if (ArrayBuffer.isView(value)) return `{"$bytes":"${toBase64(/** @type {Uint8Array} */ (value))}"}`;
      return textOfDict(/** @type {Record<string, unknown>} */ (value));
    default:
      return JSON.stringify(value);
  }
}

/** @param {Record<string, unknown>} dict */
function textOfDict(dict) {
  const keys = Object.keys(dict).sort(byCodePoints);
  const text = `{${keys.map((key) => `${JSON.stringify(key)}:${textOf(dict[key])}`).join(',')}}`;
  return keys.length === 1 && keys[0].startsWith('$') ? `{"$dict":${text}}` : text;
}

/**
 * JavaScript compares code units, by which a surrogate comes before U+E000.
 *
 * @param {string} a
 * @param {string} b
 */
function byCodePoints(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** @param {number} number */
function bitsOf(number) {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(Number.isNaN(number) ? NaN : number);
  return bits.toString('hex');
}

module.exports = { canonical };
