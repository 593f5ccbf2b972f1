import { UnsupportedTypeError } from '../../../nodejs-sdk/lib/core/errors.js';
import { platform } from '../../../nodejs-sdk/lib/core/platform.js';
import { advice } from './advice.js';

const MAX_LEVELS = 100;
const MAX_DIGITS = 4300;

/**
 * Write a value as JSON (sections 2 and 3.3): what is checked is a copy, which is what is stored.
 *
 * @param {unknown} root
 * @returns {{type: string, json: string, tagged: boolean}}
 * @throws {UnsupportedTypeError} VAL-2 to VAL-8
 */
export function writeValue(root) {
  let tagged = false;
  /** @type {(string | number)[]} */
  const keys = [];
  /** @type {object[]} */
  const around = [];

  /**
   * @param {string} why
   * @returns {never}
   */
  function refuse(why) {
    const parts = keys.map((key) => (typeof key === 'number' ? `[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`));
    const path = `$${parts.join('')}`;
    throw new UnsupportedTypeError(`${path}: ${why}.`, { path });
  }

  /**
   * @param {unknown} value
   * @param {string} what
   */
  const instead = (value, what) => refuse(`${what} cannot be stored: store ${advice(value)} instead`);

  /** @param {string} text */
  const checked = (text) => (text.isWellFormed() ? text : refuse('there is half a surrogate pair'));

  /**
   * @template {object} T
   * @param {T} nodes
   * @returns {T} the same, to be written as it is, whatever somebody has taught all objects
   */
  const untaught = (nodes) => ('toJSON' in nodes && !Object.hasOwn(nodes, 'toJSON') ? Object.defineProperty(nodes, 'toJSON', { value: undefined }) : nodes);

  /**
   * @param {string} name
   * @param {unknown} content
   */
  function tag(name, content) {
    tagged = true;
    return untaught({ [name]: content });
  }

  /**
   * @param {any} value
   * @returns {unknown}
   */
  function nodeOf(value) {
    switch (typeof value) {
      case 'string':
        return checked(value);
      case 'boolean':
        return value;
      case 'number':
        if (isInt(value)) return value;
        if (!Number.isFinite(value) || !value) return tag('$float', value === 0 ? '-0.0' : String(value));
        // 1e20 prints as an integer, which another language would read as one (TAG-3).
        return Number.isInteger(value) && Math.abs(value) < 1e21 ? tag('$float', value.toExponential()) : value;
      case 'bigint':
        if (Number.isSafeInteger(Number(value))) refuse('a bigint this small would come back as a number: store Number(value)');
        if (String(value).replace('-', '').length > MAX_DIGITS) refuse(`an integer of more than ${MAX_DIGITS} digits cannot be stored`);
        return tag('$int', String(value));
      case 'object':
        if (value === null) return null;
        return isBytes(value) ? tag('$bytes', platform.toBase64(value)) : container(value);
      default:
        return instead(value, `a value of type ${typeof value}`);
    }
  }

  /** @param {any} value */
  function container(value) {
    if (around.includes(value)) refuse('the value contains itself');
    if (around.length === MAX_LEVELS) refuse(`more than ${MAX_LEVELS} levels are nested`);
    const isList = Array.isArray(value);
    const prototype = Object.getPrototypeOf(value);
    // Only the prototype of arrays is itself an array, and only that of plain objects has none, in every realm.
    if (isList ? !Array.isArray(prototype) : prototype && Object.getPrototypeOf(prototype)) instead(value, `an instance of ${prototype.constructor?.name || 'a class'}`);
    const own = Object.keys(value);
    if (isList) {
      const hole = Array.from(value, (_, at) => Object.hasOwn(value, at)).indexOf(false);
      if (hole >= 0) {
        keys.push(hole);
        refuse('the array has a hole: store null in its place');
      }
    }
    if (Reflect.ownKeys(value).length !== own.length + Number(isList) || (isList && own.length !== value.length)) {
      refuse('there is a symbol, a hidden property, or one beside the elements of an array: store a plain object whose keys are texts');
    }
    around.push(value);
    const nodes = isList ? [...value] : { ...value };
    for (const key of isList ? nodes.keys() : own) {
      if (!isList) checked(key);
      keys.push(key);
      const node = nodeOf(nodes[key]);
      // `__proto__` from a spread is an own property, so this assigns to it and calls no setter.
      if (node !== nodes[key]) nodes[key] = node;
      keys.pop();
    }
    around.pop();
    untaught(nodes);
    return !isList && own.length === 1 && own[0][0] === '$' ? tag('$dict', nodes) : nodes;
  }

  const node = nodeOf(root);
  return { type: typeOf(root), json: JSON.stringify(node), tagged };
}

/**
 * @param {unknown} value A value that can be stored.
 * @returns {string} its type name (section 2, VAL-8)
 */
function typeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  const type = typeof value;
  if (type === 'number') return isInt(/** @type {number} */ (value)) ? 'int' : 'float';
  return /** @type {any} */ ({ boolean: 'bool', bigint: 'int', string: 'str' })[type] ?? (isBytes(value) ? 'bytes' : 'dict');
}

/** @param {number} number */
function isInt(number) {
  return Number.isSafeInteger(number) && !Object.is(number, -0);
}

/** @param {unknown} value from whatever realm */
function isBytes(value) {
  return ArrayBuffer.isView(value) && /** @type {any} */ (value)[Symbol.toStringTag] === 'Uint8Array';
}
