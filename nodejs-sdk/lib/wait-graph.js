'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

const { ConfigurationError } = require('./core/errors.js');

/** A factory at work, of whatever object of this process. */
class Computation {
  /** What it waits for, as often as it does. @type {Computation[]} */
  waits = [];
  /** How many factories have begun: more than one after a long wait (WAIT-2). */
  begun = 1;
  lastBegan = performance.now();
  hasEnded = false;

  /** The value, a copy of their own to each who asks. @type {Promise<() => any>} */
  outcome;
  /** @type {(outcome: () => any) => void} */
  resolve = () => {};
  /** @type {(error: unknown) => void} */
  reject = () => {};

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.outcome.catch(() => {}); // whoever waits is told, and there may be nobody
  }
}

/** The computations that the running code is part of, the innermost last. @type {AsyncLocalStorage<Computation[]>} */
const underWay = new AsyncLocalStorage();

/**
 * @template T
 * @param {Computation} computation
 * @param {() => T} factory
 * @returns {T}
 */
function lead(computation, factory) {
  return underWay.run([...(underWay.getStore() ?? []), computation], factory);
}

/**
 * Wait for a computation, unless that waits for this code (WAIT-1).
 *
 * @template T
 * @param {Computation} computation
 * @param {() => Promise<T>} wait
 * @returns {Promise<T>}
 * @throws {ConfigurationError}
 */
async function waitFor(computation, wait) {
  const waiters = underWay.getStore() ?? [];
  const ring = pathTo(computation, waiters, new Set());
  if (ring) throw endless(ring);
  for (const waiter of waiters) waiter.waits.push(computation);
  try {
    return await wait();
  } finally {
    for (const { waits } of waiters) waits.splice(waits.indexOf(computation), 1);
  }
}

/**
 * @param {Computation} start
 * @param {Computation[]} ends
 * @param {Set<Computation>} seen
 * @returns {Computation[] | undefined} what waits for what between a computation and one of others, both included
 */
function pathTo(start, ends, seen) {
  if (ends.includes(start)) return [start];
  seen.add(start);
  for (const awaited of start.waits) {
    const path = seen.has(awaited) ? undefined : pathTo(awaited, ends, seen);
    if (path) return [start, ...path];
  }
  return undefined;
}

/** @param {Computation[]} ring */
function endless(ring) {
  const names = ring.map(({ name }) => JSON.stringify(name));
  if (ring.length === 1) return new ConfigurationError(`The factory of ${names[0]} asks for that name itself, and would wait for ever.`);
  const said = [names.at(-1), ...names].join(' for ');
  return new ConfigurationError(`Factories would wait for each other for ever: ${said}. Let one of them compute what it needs itself.`);
}

module.exports = { Computation, lead, waitFor };
