'use strict';

const { ValueTooLargeError } = require('./errors.js');
const { platform } = require('./platform.js');
const { readTagged } = require('./value-reader.js');

/** What stands at the end of a JSON value that is no text, list or dict. */
const END_OF_WORD = /[\s,}]/g;

/** A value that stays as whoever stored it has written it; the rest of its document is new (TOUCH-1). */
class Touched {
  /** @type {Map<string, string>} */
  #members;

  /** @param {import('./envelope.js').Envelope} envelope that has been read */
  constructor({ text, type, tagged, value }) {
    this.#members = spelt(text);
    this.type = type;
    this.tagged = tagged;
    this.value = type === 'list' || type === 'dict' ? undefined : value;
  }

  /** @returns {any} the value, the caller's own */
  take() {
    if (this.type === 'bytes') return new Uint8Array(/** @type {Uint8Array} */ (this.value));
    if (this.type !== 'list' && this.type !== 'dict') return this.value;
    const value = JSON.parse(/** @type {string} */ (this.#members.get('value')));
    return this.tagged ? readTagged(value) : value;
  }

  /**
   * @param {string} writeId
   * @param {number} maxBytes
   * @param {import('./envelope.js').Members} [members] of which what a computation took stays
   * @returns {{document: Uint8Array, text: string}}
   * @throws {ValueTooLargeError} OBJ-4
   */
  prepare(writeId, maxBytes, { expiresAt, previous = [] } = {}) {
    const members = new Map(this.#members);
    for (const name of ['write', 'expires_at', 'previous']) members.delete(name);
    members.set('write', `"${writeId}"`);
    if (expiresAt !== undefined) members.set('expires_at', String(expiresAt));
    if (previous.length > 0) members.set('previous', JSON.stringify(previous));
    const text = `{${[...members].map(([name, member]) => `${JSON.stringify(name)}:${member}`).join(',')}}`;
    const document = platform.toUtf8('', text, '');
    if (document.length <= maxBytes) return { document, text };
    throw new ValueTooLargeError(`The value takes ${document.length} bytes as JSON; MAX_VALUE_BYTES allows ${maxBytes}.`);
  }
}

/**
 * @param {string} text A JSON object that has been parsed.
 * @returns {Map<string, string>} its members as the text has them: parsing makes an int of the float 1.0
 */
function spelt(text) {
  const members = new Map();
  let at = text.indexOf('{') + 1;
  for (;;) {
    while (/[\s,]/.test(text[at])) at++;
    if (text[at] === '}') return members;
    const colon = endOf(text, at);
    const name = JSON.parse(text.slice(at, colon));
    at = text.indexOf(':', colon) + 1;
    while (/\s/.test(text[at])) at++;
    const end = endOf(text, at);
    members.set(name, text.slice(at, end));
    at = end;
  }
}

/**
 * @param {string} text
 * @param {number} start of a JSON value
 * @returns {number} where it ends
 */
function endOf(text, start) {
  let depth = 0;
  for (let at = start; ; at++) {
    const letter = text[at];
    if (letter === '"') at = endOfText(text, at);
    else if (letter === '[' || letter === '{') depth++;
    else if (letter === ']' || letter === '}') depth--;
    else if (depth === 0) {
      END_OF_WORD.lastIndex = at;
      return END_OF_WORD.exec(text)?.index ?? text.length;
    }
    if (depth === 0) return at + 1;
  }
}

/**
 * @param {string} text
 * @param {number} quote where a JSON text begins
 * @returns {number} its last quote
 */
function endOfText(text, quote) {
  let at = quote + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

module.exports = { Touched, spelt };
