'use strict';

const { ConfigurationError } = require('./errors.js');

/** Which function has which name in one object: none has another's (CALL-1). */
class FunctionNames {
  /** @type {Map<string, Function>} */
  #functions = new Map();

  /**
   * @param {string} name
   * @param {Function} fn
   * @throws {ConfigurationError} if another function has it
   */
  take(name, fn) {
    const owner = this.#functions.get(name) ?? fn;
    if (owner !== fn) {
      throw new ConfigurationError(
        `The name ${JSON.stringify(name)} is taken by ${describe(owner)}, so ${describe(fn)} would be given its results: ` +
          'give each function a name of its own, and wrap it once, where the program starts.',
      );
    }
    this.#functions.set(name, fn);
  }
}

/**
 * @param {Function} fn
 * @param {unknown} given The option `name`.
 * @returns {string} the name of a function, which it cannot have by itself: bundlers rename functions (CALL-1)
 * @throws {ConfigurationError}
 */
function checkFunctionName(fn, given) {
  if (typeof given === 'string' && given !== '') return given;
  const found = given === undefined ? 'there is none' : `it is ${given === '' ? 'empty' : typeof given}`;
  throw new ConfigurationError(
    `cached wants a name for ${describe(fn)}, and ${found}: give one that no other function of the service has, ` +
      `such as { name: ${JSON.stringify(fn.name || 'price')} }. Its own is no such name, as bundlers change it.`,
  );
}

/**
 * @param {Function} fn
 * @throws {ConfigurationError} for what gives a generator, which is no result
 */
function refuseGenerator(fn) {
  if (/GeneratorFunction$/.test(Object.prototype.toString.call(fn).slice(8, -1))) {
    throw new ConfigurationError(`${describe(fn)} is a generator: only what a function returns can be kept.`);
  }
}

/** @param {Function} fn */
function describe(fn) {
  return fn.name ? `the function ${fn.name}` : 'a function without a name';
}

module.exports = { FunctionNames, checkFunctionName, refuseGenerator };
