'use strict';

// How cost grows: with the size of a value, with promises, and with the number of names in memory.

const assert = require('node:assert/strict');

const { awaited, bench, checked, checkedAwaited, repeated, service, value } = require('./case.js');
const { keptAlive, origin } = require('./edge.js');
const { sink } = require('./hits.js');
const { NAMES } = require('./many.js');
const { clientS3Put } = require('./puts.js');

/** @typedef {import('./case.js').Case} Case */

const SIZES = [2, 3, 4, 5, 6, 7].map((power) => 10 ** power);
const PLAIN = [3, 4, 5, 6].map((power) => 10 ** power);
const AT_A_TIME = [1, 2, 4, 8, 16, 32, 64];
const COUNTS = [1, 2, 3, 4, 5, 6].map((power) => 10 ** power);
const DAY = 86_400; // seconds

/**
 * @param {number} size
 * @param {string} stored
 */
function read(size, stored) {
  const reader = service(origin('plain'));
  return checkedAwaited(() => reader.getAsync(`${stored}/${size}`), value(`size-${size}`));
}

/**
 * @param {number} size
 * @param {string} stored
 */
function bareRead(size, stored) {
  const send = keptAlive('plain');
  return checkedAwaited(() => send(`${stored}/${size}`), value(`size-${size}`));
}

/** @param {number} size */
function hit(size) {
  // The largest is nearly as large as what memory holds unless told.
  const reader = service(origin('plain'), { keeps: true, more: { LOCAL_MAX_BYTES: 2 ** 30 } });
  reader.get(`size/${size}`);
  const kase = checked(() => reader.get(`size/${size}`), value(`size-${size}`));
  assert.equal(reader.stats().memoryHits, 1);
  return kase;
}

/** @param {number} size */
function parse(size) {
  const text = JSON.stringify(value(`size-${size}`));
  return repeated(() => {
    sink.result = JSON.parse(text);
  });
}

/** @param {number} size */
async function put(size) {
  const writer = service(bench.dead);
  const given = value(`size-${size}`);
  const store = () => writer.put(`put/size/${size}`, given);
  await store();
  return awaited(store);
}

/** @param {number} size */
async function barePut(size) {
  const store = clientS3Put(`put/size-peer/${size}`, value(`size-${size}`));
  await store();
  return awaited(store);
}

/**
 * @param {number} promises
 * @param {(name: string) => Promise<unknown>} readOne
 * @returns {Promise<Case>} so many reads at a time
 */
async function atATime(promises, readOne) {
  const expected = value('200b');
  /** @param {number} operations */
  const run = async (operations) => {
    let next = 0;
    const work = async () => {
      while (next < operations) sink.result = await readOne(NAMES[next++ % NAMES.length]);
    };
    await Promise.all(Array.from({ length: promises }, work));
  };
  await run(NAMES.length);
  assert.deepEqual(sink.result, expected);
  return { run };
}

/** @param {number} promises */
function concurrent(promises) {
  const reader = service(origin('plain'));
  return atATime(promises, (name) => reader.getAsync(name));
}

/** @param {number} promises */
const bareConcurrent = (promises) => atATime(promises, keptAlive('plain'));

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
 * @param {string[]} names
 * @param {(name: string) => unknown} get
 * @param {number} bytesPerName
 * @returns {Case}
 */
function oneAfterTheOther(names, get, bytesPerName) {
  let next = 0;
  return {
    run(operations) {
      for (let count = 0; count < operations; count++) {
        sink.result = get(names[next]);
        next = next + 1 === names.length ? 0 : next + 1;
      }
    },
    facts: { bytes_per_name: bytesPerName },
  };
}

/**
 * To read a million names would take minutes: they are put where the reader keeps them.
 *
 * @param {number} count
 */
function hitsAmong(count) {
  const { CachedValue } = require('../../../nodejs-sdk/lib/cached-value.js');
  const reader = service(bench.dead, { keeps: true, more: { LOCAL_MAX_ITEMS: count, LOCAL_MAX_BYTES: 2 ** 31 - 1 } });
  const local = localOf(reader);
  const all = shuffled(count);
  const now = Date.now();
  const before = held();
  all.forEach((name, number) => {
    const content = { value: number, text: String(number), isAscii: true, type: 'int', tagged: false, expiresAt: undefined, took: 0 };
    const version = number.toString(16).padStart(32, '0');
    local.keep(name, new CachedValue(content, { version, storedAt: now, start: now, age: 0, maxAge: DAY }));
  });
  const taken = (held() - before) / count;
  assert.equal(reader.get(all[count - 1]), count - 1);
  assert.equal(reader.stats().items, count);
  return oneAfterTheOther(all, (name) => reader.get(name), taken);
}

/**
 * @param {{get: (name: string) => unknown}} reader
 * @returns {import('../../../nodejs-sdk/lib/local.js').Local} where it keeps copies, which nothing but a get shows
 */
function localOf(reader) {
  const { Local } = require('../../../nodejs-sdk/lib/local.js');
  const { fresh } = Local.prototype;
  /** @type {any} */
  let local;
  Local.prototype.fresh = function () {
    local = this; // it is what is looked for
    return /** @type {any} */ ({ value: () => undefined });
  };
  reader.get('any');
  Local.prototype.fresh = fresh;
  return local;
}

/** @param {number} count */
function bareHitsAmong(count) {
  const { LRUCache } = require('lru-cache');
  const cache = new LRUCache({ max: count, ttl: DAY * 1000 });
  const all = shuffled(count);
  const before = held();
  all.forEach((name, number) => cache.set(name, number));
  const taken = (held() - before) / count;
  return oneAfterTheOther(all, (name) => cache.get(name), taken);
}

/** @type {Record<string, import('./case.js').Make>} */
const CASES = {};
/**
 * @param {string} what
 * @param {number[]} at
 * @param {(number: number) => ReturnType<import('./case.js').Make>} ours
 * @param {(number: number) => ReturnType<import('./case.js').Make>} peer
 */
function pairs(what, at, ours, peer) {
  for (const number of at) {
    CASES[`grow/${what}/${number}`] = () => ours(number);
    CASES[`grow/${what}/${number}-peer`] = () => peer(number);
  }
}
for (const [what, at, stored] of /** @type {const} */ ([['read', SIZES, 'size'], ['plain-read', PLAIN, 'plain']])) {
  pairs(what, at, (size) => read(size, stored), (size) => bareRead(size, stored));
}
pairs('memory', SIZES, hit, parse);
pairs('put', SIZES, put, barePut);
pairs('concurrent', AT_A_TIME, concurrent, bareConcurrent);
pairs('names', COUNTS, hitsAmong, bareHitsAmong);

module.exports = { CASES };
