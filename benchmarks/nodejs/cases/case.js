'use strict';

// What a case is, and what cases are made of.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');

/**
 * Something that can be done again and again: `run` does it that many times, `facts` are said in each answer.
 *
 * @typedef {{ run: (operations: number) => void | Promise<void>, facts?: Record<string, number> }} Case
 */

/** @typedef {Case | Promise<Case>} Made */
/** @typedef {Record<string, () => Made>} Cases */

const SIZES = [2, 3, 4, 5, 6, 7].map((power) => 10 ** power); // bytes of documents

/** What the harness says about its servers. */
const bench = JSON.parse(process.env.BENCH ?? '{}');

/** Where results go, so that no compiler leaves out what made them. */
const sink = { result: /** @type {unknown} */ (undefined) };

/** @param {string} name @returns {Buffer} a document that the harness wrote */
const document = (name) => readFileSync(bench.documents[name]);

/** @param {string} name @returns {any} the value in such a document, read without the SDK */
const value = (name) => JSON.parse(document(name).toString()).value;

/**
 * @param {string} distribution where it reads, and nowhere else
 * @param {Record<string, unknown>} [more] of its parameters; unless they say so it keeps no copies
 */
function service(distribution, more) {
  const MemoryService = require('../../../nodejs-sdk');
  const { bucket, region } = bench.s3;
  const params = { DISTRIBUTION: distribution, BUCKET_NAME: bucket, REGION: region, FAILOVER: false, LOCAL_MAX_ITEMS: 0, MAX_VALUE_BYTES: 2 ** 24, ...more };
  return new MemoryService(params, bench.service);
}

/**
 * @param {() => unknown} operation which gives no promise
 * @returns {Case}
 */
function repeated(operation) {
  return {
    run(operations) {
      for (let count = 0; count < operations; count++) sink.result = operation();
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
 * @param {unknown} expected what it, or its promise, gives
 * @returns {Made} after looking at that
 */
function checked(operation, expected) {
  const given = operation();
  if (given instanceof Promise) {
    return given.then((found) => {
      assert.deepEqual(found, expected);
      return awaited(/** @type {() => Promise<unknown>} */ (operation));
    });
  }
  assert.deepEqual(given, expected);
  return repeated(operation);
}

/**
 * @param {string} what
 * @param {number[]} at
 * @param {(number: number) => Made} ours
 * @param {(number: number) => Made} peer
 * @returns {Cases} those of a curve and of its peer at each number
 */
function grown(what, at, ours, peer) {
  const both = at.flatMap((number) => [
    [`grow/${what}/${number}`, () => ours(number)],
    [`grow/${what}/${number}-peer`, () => peer(number)],
  ]);
  return Object.fromEntries(both);
}

module.exports = { SIZES, bench, sink, document, value, service, repeated, awaited, checked, grown };
