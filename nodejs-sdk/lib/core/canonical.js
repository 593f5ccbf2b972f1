'use strict';

const { platform } = require('./platform.js');
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
      if (ArrayBuffer.isView(value)) return `{"$bytes":"${platform.toBase64(/** @type {Uint8Array} */ (value))}"}`;
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
  for (let at = 0; ; ) {
    const [one, other] = [a.codePointAt(at), b.codePointAt(at)];
    if (one === undefined || other === undefined) return a.length - b.length;
    if (one !== other) return one - other;
    at += one > 0xffff ? 2 : 1;
  }
}

/** @param {number} number */
function bitsOf(number) {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Number.isNaN(number) ? NaN : number);
  return bits.getBigUint64(0).toString(16).padStart(16, '0');
}

module.exports = { canonical };
