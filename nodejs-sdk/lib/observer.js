'use strict';

const { tracingChannel } = require('node:diagnostics_channel');

const { MemoryServiceError, blame } = require('./core/errors.js');

/** To capture who has called costs about 20 µs: of so many calls in a second, a hundredth of its time. */
const MAX_CAPTURED = 500;
const SECOND = 1000; // milliseconds

/**
 * What is told of an operation: never a name, a key or a value.
 *
 * @typedef {object} Operation
 * @property {string} operation the method's name, without `Async`
 * @property {string} service
 * @property {import('../index.js').Entry['source'] | undefined} source of a get that found a value
 * @property {number | undefined} duration Milliseconds; undefined until it has ended.
 * @property {string | undefined} code of the error; `error` for one that is not this SDK's
 */

/** @typedef {{stack?: string}} Caller */

/** For tracers: https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel */
const { start, end, asyncStart, asyncEnd, error: failed } = tracingChannel('memory-service:operation');

/** @returns {boolean} whether anybody listens */
function isObserved() {
  return start.hasSubscribers || asyncEnd.hasSubscribers || end.hasSubscribers || failed.hasSubscribers || asyncStart.hasSubscribers;
}

/** Runs the calls of one object: their errors have the caller's line, and whoever listens is told of them. */
class Operations {
  #service;
  #captured = 0;
  #since = 0;

  /** @param {string} service */
  constructor(service) {
    this.#service = service;
  }

  /**
   * @template T
   * @param {string} name
   * @param {Function} method What the caller has called.
   * @param {(operation: Operation) => T} work
   * @returns {T}
   */
  runSync(name, method, work) {
    const operation = this.#make(name);
    if (!isObserved()) return attempt(method, () => work(operation));
    return start.runStores(operation, () => {
      const since = performance.now();
      try {
        return attempt(method, () => work(operation));
      } catch (error) {
        tell(operation, error);
        throw error;
      } finally {
        operation.duration = performance.now() - since;
        end.publish(operation);
      }
    });
  }

  /**
   * @template T
   * @param {string} name
   * @param {Function} method What the caller has called.
   * @param {(operation: Operation) => Promise<T>} work Its synchronous part is done before this returns.
   * @returns {Promise<T>}
   */
  run(name, method, work) {
    const operation = this.#make(name);
    const caller = this.#callerOf(method);
    if (!isObserved()) return attemptAsync(caller, work(operation));
    return start.runStores(operation, () => {
      const since = performance.now();
      const outcome = attemptAsync(caller, work(operation));
      end.publish(operation);
      return watched(operation, since, outcome);
    });
  }

  /**
   * @template T
   * @param {Function} method What the caller has called.
   * @param {AsyncIterable<T>} pages
   * @returns {AsyncGenerator<T, void, undefined>}
   */
  iterate(method, pages) {
    return iterated(callerOf(method), pages);
  }

  /**
   * @param {Function} method
   * @returns {Caller | undefined} undefined if that has been asked for too often: then who awaits the outcome is told
   */
  #callerOf(method) {
    const now = performance.now();
    if (now - this.#since >= SECOND) {
      this.#since = now;
      this.#captured = 0;
    }
    return this.#captured++ < MAX_CAPTURED ? callerOf(method) : undefined;
  }

  /**
   * @param {string} operation
   * @returns {Operation}
   */
  #make(operation) {
    return { operation, service: this.#service, source: undefined, duration: undefined, code: undefined };
  }
}

/**
 * @template T
 * @param {Operation} operation
 * @param {number} since
 * @param {Promise<T>} outcome
 * @returns {Promise<T>}
 */
async function watched(operation, since, outcome) {
  try {
    return await outcome;
  } catch (error) {
    tell(operation, error);
    throw error;
  } finally {
    operation.duration = performance.now() - since;
    asyncStart.publish(operation);
    asyncEnd.publish(operation);
  }
}

/**
 * @param {Operation} operation
 * @param {unknown} error
 */
function tell(operation, error) {
  Object.assign(operation, { code: error instanceof MemoryServiceError ? error.code : 'error' });
  failed.publish(operation);
}

/**
 * @param {Function} method
 * @returns {Caller} who has called it; the text is made when it is read
 */
function callerOf(method) {
  const caller = {};
  Error.captureStackTrace(caller, method);
  return caller;
}

/**
 * @template T
 * @param {Function} method
 * @param {() => T} work
 * @returns {T}
 */
function attempt(method, work) {
  try {
    return work();
  } catch (error) {
    throw blame(error, callerOf(method));
  }
}

/**
 * @template T
 * @param {Caller | undefined} caller undefined for those who await the outcome
 * @param {Promise<T>} outcome
 * @returns {Promise<T>}
 */
async function attemptAsync(caller, outcome) {
  try {
    return await outcome;
  } catch (error) {
    throw blame(error, caller ?? callerOf(attemptAsync));
  }
}

/**
 * @template T
 * @param {Caller} caller
 * @param {AsyncIterable<T>} pages
 * @returns {AsyncGenerator<T, void, undefined>}
 */
async function* iterated(caller, pages) {
  try {
    yield* pages;
  } catch (error) {
    throw blame(error, caller);
  }
}

module.exports = { Operations, isObserved };
