'use strict';

const TO_LIST = 'Array.from(it)';
const TO_BYTES = 'Array.from(it) for its numbers, or its bytes: new Uint8Array(it.buffer, it.byteOffset, it.byteLength)';

/** What to store instead, by what Object.prototype.toString says of a value. @type {Map<string, string>} */
const BY_TAG = new Map([
  ['Date', 'its toISOString(), or its getTime()'],
  ['Map', 'Object.fromEntries(it) if its keys are texts, else [...it]'],
  ['Set', '[...it]'],
  ['RegExp', 'its source'],
  ['URL', 'its href'],
  ['URLSearchParams', 'its toString()'],
  ['Error', 'its message'],
  ['Promise', 'what it gives: await it'],
  ['Number', 'its valueOf()'],
  ['String', 'its valueOf()'],
  ['Boolean', 'its valueOf()'],
  ['BigInt', 'its valueOf()'],
  ['ArrayBuffer', 'new Uint8Array(it)'],
  ['SharedArrayBuffer', 'new Uint8Array(it)'],
  ['DataView', 'new Uint8Array(it.buffer, it.byteOffset, it.byteLength)'],
  ['Generator', TO_LIST],
  ['Map Iterator', TO_LIST],
  ['Set Iterator', TO_LIST],
  ['Array Iterator', TO_LIST],
  ['Arguments', TO_LIST],
  ['Blob', 'new Uint8Array(await it.arrayBuffer())'],
]);

const BY_TYPE = new Map([
  ['function', 'what it returns: call it'],
  ['symbol', 'its description'],
  ['undefined', 'null, or nothing: leave the key out'],
]);

/**
 * @param {unknown} value That cannot be stored.
 * @returns {string} what to store instead, `it` being the value
 */
function advice(value) {
  const ofType = BY_TYPE.get(typeof value);
  if (ofType) return ofType;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value) && tag !== 'DataView') return TO_BYTES;
  const known = BY_TAG.get(tag);
  if (known) return known;
  const object = /** @type {Record<string, unknown>} */ (value);
  if (Array.isArray(object)) return TO_LIST;
  return typeof object['toJSON'] === 'function' ? 'its toJSON()' : 'a plain object of what is to be kept, such as { ...it }';
}

module.exports = { advice };
