'use strict';

// Hits in memory: the SDK's, lru-cache, JSON.parse, and Redis on loopback.

const assert = require('node:assert/strict');

const { bench, checkedAwaited, repeated, service, value } = require('./case.js');
const { origin } = require('./edge.js');

/** @typedef {import('./case.js').Case} Case */

const DAY = 86_400_000; // milliseconds
const ITEMS = 10_000; // as many as the SDK keeps

/** Where results go, so that no compiler leaves out what made them. */
const sink = { result: /** @type {unknown} */ (undefined) };

/**
 * @param {string} name
 * @returns {Case}
 */
function memory(name) {
  const reader = service(origin('plain'), { keeps: true });
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

/**
 * @param {string} name
 * @param {number} [ttlResolution] Milliseconds that it goes without asking the clock: 1 unless given.
 * @returns {Case}
 */
function lruCache(name, ttlResolution) {
  const { LRUCache } = require('lru-cache');
  const cache = new LRUCache({ max: ITEMS, ttl: DAY, ...(ttlResolution !== undefined && { ttlResolution }) });
  cache.set(name, service(origin('plain')).get(name));
  assert.notEqual(cache.get(name), undefined);
  return {
    run(operations) {
      for (let count = 0; count < operations; count++) sink.result = cache.get(name);
    },
  };
}

/** @returns {Case} */
function jsonParse() {
  const text = JSON.stringify(service(origin('plain')).get('dict'));
  return repeated(() => {
    sink.result = JSON.parse(text);
  });
}

async function nodeRedis() {
  const { createClient } = require('redis');
  const client = createClient({ socket: { host: '127.0.0.1', port: bench.redis.port } });
  await client.connect();
  await client.set('value', JSON.stringify(value('200b')));
  return checkedAwaited(async () => JSON.parse(String(await client.get('value'))), value('200b'));
}

/** @type {Record<string, import('./case.js').Make>} */
const CASES = {
  'memory/int': () => memory('int'),
  'memory/str': () => memory('str'),
  'memory/dict': () => memory('dict'),
  'memory/lru-cache-int': () => lruCache('int'),
  'memory/lru-cache-str': () => lruCache('str'),
  'memory/lru-cache-exact-int': () => lruCache('int', 0),
  'memory/lru-cache-exact-str': () => lruCache('str', 0),
  'memory/json-parse': jsonParse,
  'memory/node-redis': nodeRedis,
};

module.exports = { CASES, sink };
