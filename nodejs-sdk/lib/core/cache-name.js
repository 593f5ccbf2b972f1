'use strict';

const { canonical } = require('./canonical.js');
const { platform } = require('./platform.js');

/** Digits of the hash: half of SHA-256 is enough that no two calls share a name. */
const DIGITS = 32;

/**
 * @param {string} functionName
 * @param {unknown[]} args
 * @returns {string} the name that the result of a call is kept under, the same in every language (CALL-2)
 * @throws {import('./errors.js').UnsupportedTypeError} for an argument that could not be stored, such as `$[0].x` (CALL-4)
 */
function cacheName(functionName, args) {
  const hash = platform.sha256(canonical(args), 'hex');
  return `cached/${functionName}/${hash.slice(0, DIGITS)}`;
}

module.exports = { cacheName };
