'use strict';

const { BatchError, InvalidNameError, MemoryServiceError } = require('./errors.js');

/**
 * Keys that S3 removes with one request. Requests go one after the other: S3 takes 3,500 removals a second from a prefix,
 * which a few of them at once would exceed.
 */
const KEYS_PER_REQUEST = 1000;

/** Enough to hide the latency of S3. Each wants a connection, and holds a document of up to MAX_VALUE_BYTES. */
const CONCURRENCY = 16;

/**
 * Do something for each name, several at a time, and all of them whatever becomes of the others (MANY-1).
 *
 * @template T, Task
 * @param {Map<string, Task>} tasks by name
 * @param {(task: Task) => Promise<T>} run
 * @returns {Promise<Map<string, T & {}>>} the results in the order of the tasks, without those that are undefined (MANY-2)
 * @throws {BatchError}
 */
async function runAll(tasks, run) {
  /** @type {Map<string, {result?: T, error?: MemoryServiceError}>} */
  const outcomes = new Map([...tasks.keys()].map((name) => [name, {}])); // they end in an order of their own
  const queue = tasks.entries(); // one for all workers: each takes the next
  const work = async () => {
    for (const [name, task] of queue) outcomes.set(name, await settle(run(task)));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const errors = new Map();
  const results = new Map();
  for (const [name, { result, error }] of outcomes) {
    if (error) errors.set(name, error);
    else if (result !== undefined) results.set(name, result);
  }
  raiseIfAny(errors, results);
  return results;
}

/**
 * Remove keys, and all of them whatever becomes of the others (MANY-1).
 *
 * @param {Map<string, string>} namesByKey
 * @param {(namesByKey: Map<string, string>) => Promise<Map<string, MemoryServiceError>>} remove Gives the error of each key that stays.
 * @returns {Promise<void>}
 * @throws {BatchError}
 */
async function removeAll(namesByKey, remove) {
  const entries = [...namesByKey];
  const errors = new Map();
  const results = new Map();
  for (let start = 0; start < entries.length; start += KEYS_PER_REQUEST) {
    const some = new Map(entries.slice(start, start + KEYS_PER_REQUEST));
    const { result: failed, error } = await settle(remove(some));
    for (const [key, name] of some) {
      const reason = error ?? failed?.get(key);
      if (reason) errors.set(name, reason);
      else results.set(name, undefined);
    }
  }
  raiseIfAny(errors, results);
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<{result?: T, error?: MemoryServiceError}>} rejected only with what is a fault of this SDK
 */
async function settle(promise) {
  try {
    return { result: await promise };
  } catch (error) {
    if (!(error instanceof MemoryServiceError)) throw error;
    return { error };
  }
}

/**
 * @param {Map<string, MemoryServiceError>} errors
 * @param {Map<string, unknown>} results
 * @throws {BatchError} if there are errors
 */
function raiseIfAny(errors, results) {
  const [first] = errors;
  if (!first) return;
  const [name, cause] = first;
  const message = `${errors.size} names of a batch failed, first ${JSON.stringify(name)}: ${cause.message}`;
  throw new BatchError(message, { cause, errors, results });
}

/**
 * @param {unknown} names
 * @returns {unknown[]}
 * @throws {InvalidNameError} if they are none; a string is iterable, but meant as one name
 */
function namesIn(names) {
  if (isIterable(names)) return [...names];
  throw new InvalidNameError(`The names of a batch must be an array of names, not ${describe(names)}.`);
}

/**
 * @param {unknown} entries
 * @returns {[unknown, unknown][]} name and value
 * @throws {InvalidNameError} if they are neither a Map, nor an array of pairs, nor a plain object
 */
function entriesIn(entries) {
  const pairs = isIterable(entries) ? [...entries] : isPlain(entries) ? Object.entries(entries) : undefined;
  if (pairs?.every((pair) => Array.isArray(pair) && pair.length === 2)) return /** @type {any} */ (pairs);
  throw new InvalidNameError(
    `The entries of a batch must be a Map, an array of [name, value] or a plain object, not ${describe(entries)}.`,
  );
}

/**
 * @param {unknown} value
 * @returns {value is Iterable<unknown>}
 */
function isIterable(value) {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>} not so for instances of classes, which keep their entries elsewhere
 */
function isPlain(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @param {unknown} value */
function describe(value) {
  return typeof value === 'object' ? (value?.constructor?.name ?? 'null') : typeof value;
}

module.exports = { runAll, removeAll, namesIn, entriesIn };
