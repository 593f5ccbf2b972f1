'use strict';

// Hits in memory: the SDK's, lru-cache, JSON.parse, and Redis on loopback.

const assert = require('node:assert/strict');

const { SIZES, bench, checked, grown, repeated, service, sink, value } = require('./case.js');

/** @typedef {import('./case.js').Case} Case */

const DAY = 86_400; // seconds
const ITEMS = 10_000; // as many as the SDK keeps
const COUNTS = [1, 2, 3, 4, 5, 6].map((power) => 10 ** power);

/** @param {string} name @returns {Case} */
function memory(name) {
  // The largest is nearly as large as what memory holds unless told.
  const reader = service(bench.edge.plain, { LOCAL_MAX_ITEMS: ITEMS, LOCAL_MAX_BYTES: 2 ** 30 });
  const first = reader.get(name);
  assert.notEqual(first, undefined);
  assert.deepEqual(reader.get(name), first);
  assert.equal(reader.stats().memoryHits, 1);
  return {
    run(operations) {
      for (let count = 0; count < operations; count++) sink.result = reader.get(name);
    },
  };
}

/** Hits that a change record has confirmed; a new record does so only after minutes. */
function confirmed() {
  const { CachedValue } = require('../../../nodejs-sdk/lib/core/cached-value.js');
  const reader = service(bench.edge.plain, { CHANGES: true, LOCAL_MAX_ITEMS: ITEMS });
  const now = Date.now();
  const content = { value: 42, text: '42', octets: 2, type: 'int', tagged: false, expiresAt: undefined, took: 0 };
  const copy = new CachedValue(content, { version: 'of-42', storedAt: now, start: now - (DAY + 1) * 1000, age: 0, maxAge: DAY });
  copy.confirm({ start: now, age: 0 });
  localOf(reader).keep('int', copy);
  assert.equal(reader.get('int'), 42);
  assert.equal(reader.stats().confirmed, 1);
  return {
    /** @param {number} operations */
    run(operations) {
      for (let count = 0; count < operations; count++) sink.result = reader.get('int');
    },
  };
}

/**
 * @param {string} name
 * @param {number} [ttlResolution] Milliseconds that it goes without asking the clock: 1 unless given.
 * @returns {Case}
 */
function lruCache(name, ttlResolution) {
  const { LRUCache } = require('lru-cache');
  const cache = new LRUCache({ max: ITEMS, ttl: DAY * 1000, ...(ttlResolution !== undefined && { ttlResolution }) });
  cache.set(name, service(bench.edge.plain).get(name));
  assert.notEqual(cache.get(name), undefined);
  return {
    run(operations) {
      for (let count = 0; count < operations; count++) sink.result = cache.get(name);
    },
  };
}

/** @param {string} name */
function jsonParse(name) {
  const text = JSON.stringify(service(bench.edge.plain).get(name));
  return repeated(() => JSON.parse(text));
}

async function nodeRedis() {
  const { createClient } = require('redis');
  const client = createClient({ socket: { host: '127.0.0.1', port: bench.redis.port } });
  await client.connect();
  await client.set('value', JSON.stringify(value('200b')));
  return checked(async () => JSON.parse(String(await client.get('value'))), value('200b'));
}

/** @returns {number} bytes that live objects take */
function held() {
  /** @type {any} */ (globalThis).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * @param {number} count
 * @returns {string[]} in an order of their own, the same in every run
 */
function shuffled(count) {
  const names = Array.from({ length: count }, (_, number) => `name/${number}`);
  let state = count;
  for (let index = count - 1; index > 0; index--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = state % (index + 1);
    [names[index], names[other]] = [names[other], names[index]];
  }
  return names;
}

/**
 * @param {number} count
 * @param {(name: string, number: number) => unknown} keep
 * @param {(name: string) => unknown} get
 * @returns {Case} hits of one name after the other, once all are kept
 */
function among(count, keep, get) {
  const names = shuffled(count);
  const before = held();
  names.forEach((name, number) => keep(name, number));
  const taken = (held() - before) / count;
  assert.equal(get(names[count - 1]), count - 1);
  let next = 0;
  return {
    run(operations) {
      for (let done = 0; done < operations; done++) {
        sink.result = get(names[next]);
        next = next + 1 === count ? 0 : next + 1;
      }
    },
    facts: { bytes_per_name: taken },
  };
}

/**
 * To read a million names would take minutes: they are put where the reader keeps them.
 *
 * @param {number} count
 */
function hitsAmong(count) {
  const { CachedValue } = require('../../../nodejs-sdk/lib/core/cached-value.js');
  const reader = service(bench.dead, { LOCAL_MAX_ITEMS: count, LOCAL_MAX_BYTES: 2 ** 31 - 1 });
  const local = localOf(reader);
  const now = Date.now();
  /** @param {string} name @param {number} number */
  const keep = (name, number) => {
    const content = { value: number, text: String(number), octets: String(number).length, type: 'int', tagged: false, expiresAt: undefined, took: 0 };
    const version = number.toString(16).padStart(32, '0');
    local.keep(name, new CachedValue(content, { version, storedAt: now, start: now, age: 0, maxAge: DAY }));
  };
  return among(count, keep, (name) => reader.get(name));
}

/**
 * @param {{get: (name: string) => unknown}} reader
 * @returns {import('../../../nodejs-sdk/lib/core/local.js').Local} where it keeps copies, which nothing but a get shows
 */
function localOf(reader) {
  const { Local } = require('../../../nodejs-sdk/lib/core/local.js');
  const { find } = Local.prototype;
  /** @type {any} */
  let local;
  Local.prototype.find = function () {
    local = this; // it is what is looked for
    throw new Error('nothing is to be read');
  };
  assert.throws(() => reader.get('any'));
  Local.prototype.find = find;
  return local;
}

/** @param {number} count */
function bareHitsAmong(count) {
  const { LRUCache } = require('lru-cache');
  const cache = new LRUCache({ max: count, ttl: DAY * 1000 });
  return among(count, (name, number) => cache.set(name, number), (name) => cache.get(name));
}

/** @type {import('./case.js').Cases} */
const CASES = {
  'memory/int': () => memory('int'),
  'memory/str': () => memory('str'),
  'memory/dict': () => memory('dict'),
  'memory/confirmed-int': confirmed,
  'memory/lru-cache-int': () => lruCache('int'),
  'memory/lru-cache-str': () => lruCache('str'),
  'memory/lru-cache-exact-int': () => lruCache('int', 0),
  'memory/lru-cache-exact-str': () => lruCache('str', 0),
  'memory/json-parse': () => jsonParse('dict'),
  'memory/node-redis': nodeRedis,
  ...grown('memory', SIZES, (size) => memory(`size/${size}`), (size) => jsonParse(`size/${size}`)),
  ...grown('names', COUNTS, hitsAmong, bareHitsAmong),
};

module.exports = { CASES };
