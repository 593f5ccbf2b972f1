'use strict';

const threads = require('node:worker_threads');

/** Changes whenever copies of this SDK cannot share what they keep here. */
const GENERATION = 1;

/**
 * What all copies of this SDK in one process share. A test runner loads a copy per test file, each with globals of its own;
 * the built-in modules are the same for all.
 *
 * @template T
 * @param {string} name
 * @param {() => T} make
 * @returns {T}
 */
function processWide(name, make) {
  const key = Symbol.for(`sdk-memory-service/${GENERATION}/${name}`);
  const holder = /** @type {Record<symbol, any>} */ (/** @type {unknown} */ (threads));
  return (holder[key] ??= make());
}

module.exports = { processWide };
