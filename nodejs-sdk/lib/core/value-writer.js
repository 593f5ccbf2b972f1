'use strict';

const { UnsupportedTypeError } = require('./errors.js');
const { platform } = require('./platform.js');

const MAX_LEVELS = 100;
const MAX_DIGITS = 4300;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Write a value as JSON (sections 2 and 3.3).
 *
 * One walk checks a copy and puts tags into it, which the platform then writes: what is checked is what is stored, even
 * if a getter or proxy answers differently the next time.
 *
 * @param {unknown} value
 * @returns {{type: string, json: string, tagged: boolean}}
 * @throws {UnsupportedTypeError} VAL-2 to VAL-8
 */
function writeValue(value) {
  const quick = written(value, false);
  // Half a surrogate pair is written so, and a backslash before "ud": only a look at each string tells them apart.
  return quick.json.includes('\\ud') ? written(value, true) : quick;
}

/**
 * @param {unknown} value
 * @param {boolean} looksAtText
 */
function written(value, looksAtText) {
  const walk = new Walk(value, looksAtText);
  const node = walk.nodeOf(value);
  return { type: typeOf(value), json: JSON.stringify(node), tagged: walk.tagged };
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

/** Makes of a value the nodes of section 3, as JSON.stringify wants them. */
class Walk {
  tagged = false;

  #root;
  #looksAtText;
  /** The keys that lead to the value at hand, and how many containers are around it. @type {(string | number)[]} */
  #path = [];
  #levels = 0;
  /** Whether somebody has taught all objects, or all arrays, to be written as something else. */
  #isTaught = 'toJSON' in Object.prototype || 'toJSON' in Array.prototype;
  /** Whether a loop over the keys of any object comes across others. */
  #isPolluted = hasKeys(Object.prototype);

  /**
   * @param {unknown} root
   * @param {boolean} looksAtText Whether to refuse half a surrogate pair (VAL-5).
   */
  constructor(root, looksAtText) {
    this.#root = root;
    this.#looksAtText = looksAtText;
  }

  /**
   * @param {unknown} value
   * @returns {unknown} the value itself if it is written as it is and nobody can change it
   */
  nodeOf(value) {
    switch (typeof value) {
      case 'string':
        if (this.#looksAtText && !value.isWellFormed()) this.#refuse('the string has half a surrogate pair');
        return value;
      case 'number':
        return this.#number(value);
      case 'boolean':
        return value;
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        if (value === null) return null;
        if (isBytes(value)) return this.#tag('$bytes', platform.toBase64(/** @type {Uint8Array} */ (value)));
        return this.#container(/** @type {object} */ (value));
      default:
        return this.#refuse(`a value of type ${typeof value} cannot be stored: store ${instead(value)} instead`);
    }
  }

  /** @param {number} number */
  #number(number) {
    if (isInt(number)) return number;
    if (!Number.isFinite(number)) return this.#tag('$float', String(number));
    if (Object.is(number, -0)) return this.#tag('$float', '-0.0');
    // 1e20 prints as an integer, which another language would read as one (TAG-3).
    const printsAsInt = Number.isInteger(number) && Math.abs(number) < 1e21;
    return printsAsInt ? this.#tag('$float', number.toExponential()) : number;
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
    return this.#tag('$int', text);
  }

  /** @param {object} container */
  #container(container) {
    if (this.#levels === MAX_LEVELS) this.#refuseDepth();
    this.#levels++;
    const node = Array.isArray(container) ? this.#list(container) : this.#dict(container);
    this.#levels--;
    return node;
  }

  /** @param {unknown[]} list */
  #list(list) {
    // Only the prototype of arrays is itself an array, in every realm.
    if (!Array.isArray(Object.getPrototypeOf(list))) this.#refuse(`a subclass of Array would come back as an Array: store ${instead(list)} instead`);
    // These are without holes and with what is besides the elements; to name them all would take twice as long.
    if (Object.values(list).length !== list.length || Object.getOwnPropertySymbols(list).length > 0) this.#refuseList(list);
    const nodes = [...list];
    for (let index = 0; index < nodes.length; index++) {
      const element = nodes[index];
      if (isPlain(element, this.#looksAtText)) continue;
      this.#path.push(index);
      const node = this.nodeOf(element);
      this.#path.pop();
      if (node !== element) nodes[index] = node;
    }
    return this.#untaught(nodes);
  }

  /** @param {object} dict */
  #dict(dict) {
    const prototype = Object.getPrototypeOf(dict);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      this.#refuse(`an instance of ${prototype.constructor?.name || 'a class'} cannot be stored: store ${instead(dict)} instead`);
    }
    const keys = Object.keys(dict);
    if (Object.getOwnPropertyNames(dict).length !== keys.length || Object.getOwnPropertySymbols(dict).length > 0) {
      this.#refuse('the object has a symbol or a hidden property as key: store a plain object whose keys are texts');
    }
    const nodes = /** @type {Record<string, unknown>} */ ({ ...dict });
    // Without others, a loop over the object itself is quicker.
    if (this.#isPolluted) for (const key of keys) this.#member(nodes, key);
    else for (const key in nodes) this.#member(nodes, key);
    this.#untaught(nodes);
    return keys.length === 1 && keys[0].startsWith('$') ? this.#tag('$dict', nodes) : nodes;
  }

  /**
   * @param {Record<string, unknown>} nodes
   * @param {string} key
   */
  #member(nodes, key) {
    if (this.#looksAtText && !key.isWellFormed()) this.#refuse('a key has half a surrogate pair');
    const member = nodes[key];
    if (isPlain(member, this.#looksAtText)) return;
    this.#path.push(key);
    const node = this.nodeOf(member);
    this.#path.pop();
    // `__proto__` from a spread is an own property, so this assigns to it and calls no setter.
    if (node !== member) nodes[key] = node;
  }

  /**
   * @param {string} tag
   * @param {unknown} content
   */
  #tag(tag, content) {
    this.tagged = true;
    return this.#untaught({ [tag]: content });
  }

  /**
   * @template {object} T
   * @param {T} nodes
   * @returns {T} the same, to be written as it is
   */
  #untaught(nodes) {
    if (this.#isTaught && !Object.hasOwn(nodes, 'toJSON')) Object.defineProperty(nodes, 'toJSON', { value: undefined });
    return nodes;
  }

  /**
   * Refuse what is nested too deeply. What contains itself always is, so nobody has to look for that before.
   *
   * @returns {never}
   */
  #refuseDepth() {
    const ancestors = [];
    let at = /** @type {any} */ (this.#root);
    for (const [level, key] of this.#path.entries()) {
      ancestors.push(at);
      at = at?.[key];
      if (!ancestors.includes(at)) continue;
      this.#path.length = level + 1;
      this.#refuse('the value contains itself');
    }
    return this.#refuse(`more than ${MAX_LEVELS} levels are nested`);
  }

  /**
   * @param {unknown[]} list which has holes, or not only elements
   * @returns {never}
   */
  #refuseList(list) {
    const hole = list.findIndex((_, index) => !Object.hasOwn(list, index));
    if (hole < 0) this.#refuse('the array has properties besides its elements: store a plain object that has both');
    this.#path.push(hole);
    return this.#refuse('the array has a hole: store null in its place');
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
 * @param {unknown} value
 * @returns {string} what to store instead
 */
function instead(value) {
  const { advice } = require('./advice.js'); // here, because only who makes a mistake needs it
  return advice(value);
}

/**
 * @param {number} number
 * @returns {boolean} whether it is an `int` (VAL-8)
 */
function isInt(number) {
  return Number.isSafeInteger(number) && !Object.is(number, -0);
}

/**
 * @param {object} prototype
 * @returns {boolean} whether a loop over the keys of what inherits from it comes across its own
 */
function hasKeys(prototype) {
  for (const _ in prototype) return true;
  return false;
}

/**
 * @param {unknown} value
 * @param {boolean} looksAtText
 * @returns {boolean} whether it is one of those that are most and are their own node; the rest may be, too
 */
function isPlain(value, looksAtText) {
  switch (typeof value) {
    case 'string':
      return !looksAtText;
    case 'number':
      return Number.isInteger(value) ? isInt(value) : Number.isFinite(value);
    default:
      return typeof value === 'boolean';
  }
}

/**
 * @param {unknown} value
 * @returns {boolean} whether it is a Uint8Array from whatever realm, including Node's Buffer
 */
function isBytes(value) {
  return ArrayBuffer.isView(value) && /** @type {any} */ (value)[Symbol.toStringTag] === 'Uint8Array';
}

module.exports = { writeValue };
