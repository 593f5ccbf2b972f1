'use strict';

const { UnsupportedTypeError } = require('./errors.js');
const { toBase64 } = require('./platform.js');

const MAX_LEVELS = 100;
const MAX_DIGITS = 4300;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Write a value as JSON (sections 2 and 3.3).
 *
 * One walk checks and writes: what is checked is what is stored, even if a getter or proxy answers differently
 * the next time.
 *
 * @param {unknown} value
 * @returns {{type: string, json: string, tagged: boolean}}
 * @throws {UnsupportedTypeError} VAL-2 to VAL-8
 */
function writeValue(value) {
  const writer = new ValueWriter();
  const json = writer.write(value);
  return { type: typeOf(value), json, tagged: writer.tagged };
}

/**
 * @param {unknown} value A value that can be stored.
 * @returns {string} its type name (section 2, VAL-8)
 */
function typeOf(value) {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return isInt(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'string':
      return 'str';
    default:
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'list';
      return isBytes(value) ? 'bytes' : 'dict';
  }
}

class ValueWriter {
  tagged = false;

  /** The keys that lead to the value at hand, and the containers around it. @type {(string | number)[]} */
  #path = [];
  /** @type {object[]} */
  #ancestors = [];
  /** Keys as JSON: the same few come again in each record of a list. @type {Map<string, string>} */
  #keys = new Map();

  /**
   * @param {unknown} value
   * @returns {string} JSON
   */
  write(value) {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        if (value === null) return 'null';
        if (isBytes(value)) return this.#tag('$bytes', `"${toBase64(/** @type {Uint8Array} */ (value))}"`);
        return this.#container(/** @type {object} */ (value));
      default:
        return this.#refuse(`a value of type ${typeof value} cannot be stored`);
    }
  }

  /** @param {string} text */
  #string(text) {
    if (!text.isWellFormed()) this.#refuse('the string has half a surrogate pair');
    return JSON.stringify(text);
  }

  /** @param {string} key */
  #key(key) {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    if (!key.isWellFormed()) this.#refuse('a key has half a surrogate pair');
    const json = `${JSON.stringify(key)}:`;
    this.#keys.set(key, json);
    return json;
  }

  /** @param {number} number */
  #number(number) {
    if (isInt(number)) return String(number);
    if (!Number.isFinite(number)) return this.#tag('$float', `"${number}"`);
    if (Object.is(number, -0)) return this.#tag('$float', '"-0.0"');
    const text = String(number);
    // 1e20 prints as an integer, which another language would read as one (TAG-3).
    return /[.e]/.test(text) ? text : this.#tag('$float', `"${number.toExponential()}"`);
  }

  /** @param {bigint} integer */
  #bigint(integer) {
    if (integer >= -MAX_SAFE && integer <= MAX_SAFE) {
      this.#refuse('a bigint this small would come back as a number: store Number(value)');
    }
    const text = String(integer);
    if (text.replace('-', '').length > MAX_DIGITS) {
      this.#refuse(`an integer of more than ${MAX_DIGITS} digits cannot be stored`);
    }
    return this.#tag('$int', `"${text}"`);
  }

  /** @param {object} container */
  #container(container) {
    if (this.#ancestors.includes(container)) this.#refuse('the value contains itself');
    if (this.#ancestors.length === MAX_LEVELS) this.#refuse(`more than ${MAX_LEVELS} levels are nested`);
    this.#ancestors.push(container);
    const json = Array.isArray(container) ? this.#list(container) : this.#dict(container);
    this.#ancestors.pop();
    return json;
  }

  /** @param {unknown[]} list */
  #list(list) {
    // Only the prototype of arrays is itself an array, in every realm.
    if (!Array.isArray(Object.getPrototypeOf(list))) this.#refuse('a subclass of Array would come back as an Array');
    const { length } = list;
    let json = '';
    for (let index = 0; index < length; index++) {
      this.#path.push(index);
      const element = list[index];
      if (element === undefined && !Object.hasOwn(list, index)) this.#refuse('the array has a hole');
      if (index > 0) json += ',';
      json += this.write(element);
      this.#path.pop();
    }
    if (Object.keys(list).length !== length || Object.getOwnPropertySymbols(list).length > 0) {
      this.#refuse('the array has properties besides its elements');
    }
    return `[${json}]`;
  }

  /** @param {object} dict */
  #dict(dict) {
    const prototype = Object.getPrototypeOf(dict);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      this.#refuse(`an instance of ${prototype.constructor?.name || 'a class'} cannot be stored: make it a plain object`);
    }
    const entries = /** @type {Record<string, unknown>} */ (dict);
    const keys = Object.keys(dict);
    if (Object.getOwnPropertyNames(dict).length !== keys.length || Object.getOwnPropertySymbols(dict).length > 0) {
      this.#refuse('the object has a symbol or a hidden property as key');
    }
    let json = '';
    for (const key of keys) {
      if (json !== '') json += ',';
      json += this.#key(key);
      this.#path.push(key);
      json += this.write(entries[key]);
      this.#path.pop();
    }
    return keys.length === 1 && keys[0].startsWith('$') ? this.#tag('$dict', `{${json}}`) : `{${json}}`;
  }

  /**
   * @param {string} tag
   * @param {string} json
   */
  #tag(tag, json) {
    this.tagged = true;
    return `{"${tag}":${json}}`;
  }

  /**
   * @param {string} why
   * @returns {never}
   */
  #refuse(why) {
    const parts = this.#path.map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    });
    const path = `$${parts.join('')}`;
    throw new UnsupportedTypeError(`${path}: ${why}.`, { path });
  }
}

/**
 * @param {number} number
 * @returns {boolean} whether it is an `int` (VAL-8)
 */
function isInt(number) {
  return Number.isSafeInteger(number) && !Object.is(number, -0);
}

/**
 * @param {unknown} value
 * @returns {boolean} whether it is a Uint8Array from whatever realm, including Node's Buffer
 */
function isBytes(value) {
  return ArrayBuffer.isView(value) && /** @type {any} */ (value)[Symbol.toStringTag] === 'Uint8Array';
}

module.exports = { writeValue };
