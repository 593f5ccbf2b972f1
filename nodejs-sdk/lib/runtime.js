'use strict';

const { double } = require('./double.js');
const { PAUSED, TOO_LATE, runAsync, runSync } = require('./effects.js');
const { ConfigurationError } = require('./errors.js');
const { isHttpMocked } = require('./http-mock.js');
const { SyncWorker } = require('./sync-worker.js');

/** @template T @typedef {import('./effects.js').Program<T>} Program */
/** @typedef {import('./effects.js').Effect} Effect */
/** @typedef {import('./effects.js').Outcome} Outcome */
/** @typedef {import('./effects.js').Waited} Waited */
/** @typedef {(milliseconds: number) => Promise<void>} Sleep */

/** @type {{isAlone: true}} What a program that blocks waits for is done by this thread, which it blocks. */
const ALONE = { isAlone: true };

/** What a thread sleeps on: nobody ever wakes it. */
const pillow = new Int32Array(new SharedArrayBuffer(4));

/** Runs programs, awaiting their effects or blocking for them. */
class Runtime {
  /** @type {Runtime | undefined} */
  static #shared;

  #syncWorker = SyncWorker.ofProcess();
  #hasThread = false;
  /** @type {import('./effect-handler.js').EffectHandler | undefined} */
  #effectHandler;
  #users = 0;

  /**
   * The one of all objects: a handler may make a MemoryService in each call, and neither threads nor connections should pile
   * up. Each call of this wants one of {@link release}.
   *
   * @param {boolean} isTls whether the edge is asked over TLS
   */
  static acquire(isTls) {
    const runtime = (Runtime.#shared ??= new Runtime());
    runtime.#users++;
    if (!double.current) runtime.#startThread(isTls);
    return runtime;
  }

  /** Wait until the thread of synchronous calls has started, so that none of them has to. */
  awaitThread() {
    if (this.#hasThread) this.#syncWorker.awaitStart();
  }

  release() {
    if (--this.#users > 0) return;
    if (this.#hasThread) this.#syncWorker.release();
    this.#effectHandler?.close();
    Runtime.#shared = undefined;
  }

  /**
   * Load what asynchronous calls need. On Lambda, starting up has a whole core, and a call may have a fourteenth of one.
   *
   * @param {boolean} isTls whether the edge is asked over TLS
   */
  prepare(isTls) {
    if (!double.current) this.#effectHandlerOf().prepare(isTls);
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} budget milliseconds
   * @param {Sleep} [sleep]
   * @returns {Promise<T>}
   */
  run(program, budget, sleep) {
    return runAsync(program, (effect, left) => this.#perform(effect, left, sleep), budget);
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} budget milliseconds
   * @returns {T}
   */
  runSync(program, budget) {
    return runSync(program, (effect, left) => this.#performSync(effect, left), budget);
  }

  /**
   * @param {Effect} effect
   * @param {number} left
   * @param {Sleep | undefined} sleep
   * @returns {Promise<Outcome | Waited>}
   */
  async #perform(effect, left, sleep) {
    if ('settled' in effect) return settledWithin(effect.settled, left);
    if ('pause' in effect && (sleep || double.current)) {
      if (effect.pause >= left) return TOO_LATE;
      await sleep?.(effect.pause);
      return PAUSED;
    }
    return double.current ? double.current.perform(effect, left) : this.#effectHandlerOf().perform(effect, left);
  }

  /**
   * @param {Effect} effect
   * @param {number} left
   * @returns {Outcome | Waited}
   */
  #performSync(effect, left) {
    if ('settled' in effect) return ALONE;
    if ('pause' in effect) {
      if (effect.pause >= left) return TOO_LATE;
      if (!double.current) Atomics.wait(pillow, 0, 0, effect.pause);
      return PAUSED;
    }
    if (double.current) return atOnce(double.current.perform(effect, left));
    if (isHttpMocked()) throw mocked();
    if (!this.#hasThread) this.#startThread(false);
    return this.#syncWorker.perform(effect, left);
  }

  /** @param {boolean} isTls */
  #startThread(isTls) {
    if (this.#hasThread) this.#syncWorker.start();
    else this.#syncWorker.acquire(isTls);
    this.#hasThread = true;
  }

  #effectHandlerOf() {
    if (this.#effectHandler) return this.#effectHandler;
    const { EffectHandler } = require('./effect-handler.js');
    this.#effectHandler = new EffectHandler();
    return this.#effectHandler;
  }
}

/**
 * @param {Promise<boolean>} settled
 * @param {number} milliseconds
 * @returns {Promise<Waited>}
 */
async function settledWithin(settled, milliseconds) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<boolean>} */
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return { settled: await Promise.race([settled, late]) };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Outcome | Promise<Outcome>} outcome of a double */
function atOnce(outcome) {
  if (!(outcome instanceof Promise)) return outcome;
  outcome.catch(() => undefined); // told below: nobody else waits for it
  throw new TypeError('A synchronous get cannot wait for a `meanwhile` that returns a promise: use getAsync.');
}

function mocked() {
  return new ConfigurationError(
    'A mock of HTTP (nock or msw) is active, and a synchronous get would go past it: use sdk-memory-service/testing, or getAsync.',
  );
}

module.exports = { Runtime };
