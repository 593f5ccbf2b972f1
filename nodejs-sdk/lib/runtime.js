'use strict';

const { PAUSED, TOO_LATE, runAsync, runSync } = require('./core/effects.js');
const { ConfigurationError } = require('./core/errors.js');
const { double } = require('./double.js');
const { isHttpMocked } = require('./http-mock.js');
const { SyncWorker } = require('./sync-worker.js');

/** @template T @typedef {import('./core/effects.js').Program<T>} Program */
/** @typedef {import('./core/effects.js').Step} Step */
/** @typedef {import('./core/effects.js').Task} Task */
/** @typedef {import('./core/effects.js').Outcome} Outcome */
/** @typedef {import('./core/effects.js').Waited} Waited */
/** @typedef {import('./core/effects.js').Sleep} Sleep */

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
    return runAsync(program, (step, left) => this.#perform(step, left, sleep), budget);
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} budget milliseconds
   * @returns {T}
   */
  runSync(program, budget) {
    return runSync(program, (tasks) => this.#performSync(tasks), budget);
  }

  /**
   * @param {Step} step
   * @param {number} left
   * @param {Sleep | undefined} sleep
   * @returns {Promise<Outcome | Waited>}
   */
  async #perform(step, left, sleep) {
    if ('settled' in step) return settledWithin(step.settled, left);
    if ('pause' in step && (sleep || double.current)) {
      if (step.pause >= left) return TOO_LATE;
      await sleep?.(step.pause);
      return PAUSED;
    }
    return double.current ? double.current.perform(step, left) : this.#effectHandlerOf().perform(step, left);
  }

  /**
   * @param {Task[]} tasks
   * @returns {(Outcome | Waited)[]}
   */
  #performSync(tasks) {
    const deeds = tasks.flatMap(({ step, left }) => ('settled' in step ? [] : [{ deed: step, budget: left }]));
    const outcomes = (deeds.length > 1 && !double.current ? this.#worker.performAll(deeds) : deeds.map((one) => this.#performOne(one))).values();
    return tasks.map(({ step }) => ('settled' in step ? ALONE : /** @type {Outcome} */ (outcomes.next().value)));
  }

  /**
   * @param {import('./core/effects.js').Deeds['deeds'][number]} task
   * @returns {Outcome}
   */
  #performOne({ deed, budget }) {
    if ('pause' in deed) {
      if (deed.pause >= budget) return TOO_LATE;
      if (!double.current) Atomics.wait(pillow, 0, 0, deed.pause);
      return PAUSED;
    }
    if (double.current) return atOnce(double.current.perform(deed, budget));
    return this.#worker.perform(deed, budget);
  }

  /** @throws {ConfigurationError} if what it does would go past a mock */
  get #worker() {
    if (isHttpMocked()) throw mocked();
    if (!this.#hasThread) this.#startThread(false);
    return this.#syncWorker;
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
