'use strict';

const { createHash } = require('node:crypto');

const { ConfigurationError } = require('./errors.js');
const { writeValue } = require('./value-writer.js');

/** Digits of the hash: half of SHA-256 is enough that no two calls share a name. */
const DIGITS = 32;

/**
 * @param {unknown} fn
 * @param {unknown} given The option `name`.
 * @returns {string} what the cache names of its calls begin with
 * @throws {ConfigurationError}
 */
function prefixOf(fn, given) {
  if (typeof fn !== 'function') throw new ConfigurationError(`cached wants a function, not ${typeof fn}.`);
  if (given !== undefined && (typeof given !== 'string' || given === '')) {
    throw new ConfigurationError('The option name of cached must be a text.');
  }
  const name = given ?? fn.name;
  if (name) return `cached/${name}/`;
  throw new ConfigurationError('cached wants a name for a function that has none: give the option name.');
}

/**
 * @param {string} prefix
 * @param {unknown[]} args
 * @returns {string} the cache name of a call
 * @throws {import('./errors.js').UnsupportedTypeError} for an argument that could not be stored, such as `$[0].x`
 */
function cacheName(prefix, args) {
  const hash = createHash('sha256').update(canonical(JSON.parse(writeValue(args).json)));
  return prefix + hash.digest('hex').slice(0, DIGITS);
}

/**
 * @param {unknown} node
 * @returns {string} JSON in which the order of keys makes no difference
 */
function canonical(node) {
  if (typeof node !== 'object' || node === null) return JSON.stringify(node);
  if (Array.isArray(node)) return `[${node.map(canonical).join(',')}]`;
  const members = /** @type {Record<string, unknown>} */ (node);
  return `{${Object.keys(members).sort().map((key) => `${JSON.stringify(key)}:${canonical(members[key])}`).join(',')}}`;
}

module.exports = { prefixOf, cacheName };
