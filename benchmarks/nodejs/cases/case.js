'use strict';

// What a case is, and what cases are made of.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');

/**
 * Something that can be done again and again.
 *
 * @typedef {object} Case
 * @property {(operations: number) => void | Promise<void>} run Does it that many times.
 * @property {Record<string, number>} [facts] What else to say in each answer.
 */

/** @typedef {() => Case | Promise<Case>} Make */

/** This case cannot run here; the message says why. */
class Skipped extends Error {}

/** What the harness says about its servers. */
const bench = JSON.parse(process.env.BENCH ?? '{}');

/**
 * @param {string} name
 * @returns {Buffer} a document that the harness wrote
 */
const document = (name) => readFileSync(bench.documents[name]);

/**
 * @param {string} name
 * @returns {any} the value in such a document, read without the SDK
 */
const value = (name) => JSON.parse(document(name).toString()).value;

/**
 * @param {string} distribution where it reads
 * @param {object} [options]
 * @param {boolean} [options.keeps] whether it keeps copies in memory
 * @param {Record<string, unknown>} [options.more] of its parameters
 */
function service(distribution, { keeps = false, more = {} } = {}) {
  const MemoryService = require('../../../nodejs-sdk');
  const { bucket, region } = bench.s3;
  const params = { DISTRIBUTION: distribution, BUCKET_NAME: bucket, REGION: region, ...(!keeps && { LOCAL_MAX_ITEMS: 0 }), ...more };
  return new MemoryService(params, bench.service);
}

/**
 * @param {() => unknown} operation which gives no promise, and takes so long that calling it does not count
 * @returns {Case}
 */
function repeated(operation) {
  return {
    run(operations) {
      for (let count = 0; count < operations; count++) operation();
    },
  };
}

/**
 * @param {() => Promise<unknown>} operation
 * @returns {Case}
 */
function awaited(operation) {
  return {
    async run(operations) {
      for (let count = 0; count < operations; count++) await operation();
    },
  };
}

/**
 * @param {() => unknown} operation
 * @param {unknown} expected what it gives
 * @returns {Case} after looking at that
 */
function checked(operation, expected) {
  assert.deepEqual(operation(), expected);
  return repeated(operation);
}

/**
 * @param {() => Promise<unknown>} operation
 * @param {unknown} expected what its promise gives
 * @returns {Promise<Case>} after looking at that
 */
async function checkedAwaited(operation, expected) {
  assert.deepEqual(await operation(), expected);
  return awaited(operation);
}

module.exports = { Skipped, bench, document, value, service, repeated, awaited, checked, checkedAwaited };
