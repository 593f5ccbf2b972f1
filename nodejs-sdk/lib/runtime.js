'use strict';

const { SyncWorker } = require('./sync-worker.js');
const { runAsync, runSync } = require('./effects.js');

/** Milliseconds for a whole call, whatever it does, unless it has a budget of its own. */
const BUDGET = 5000;

/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** Runs programs, awaiting their effects or blocking for them. */
class Runtime {
  /** @type {Runtime | undefined} */
  static #shared;

  #syncWorker = new SyncWorker();
  /** @type {import('./effect-handler.js').EffectHandler | undefined} */
  #effectHandler;
  #users = 0;

  /**
   * The one of the process: a handler may make a MemoryService in each call, and neither threads nor connections should
   * pile up. Each call of this wants one of {@link release}.
   */
  static acquire() {
    const runtime = (Runtime.#shared ??= new Runtime());
    runtime.#users++;
    runtime.#syncWorker.start();
    return runtime;
  }

  /** Wait until the thread of synchronous calls has started, so that none of them has to. */
  awaitThread() {
    this.#syncWorker.awaitStart();
  }

  release() {
    if (--this.#users > 0) return;
    this.#syncWorker.close();
    this.#effectHandler?.close();
    Runtime.#shared = undefined;
  }

  /** Load what asynchronous calls need (CFG-6). */
  preload() {
    this.#effectHandlerOf();
    require('node:https');
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} [budget] milliseconds
   * @returns {Promise<T>}
   */
  run(program, budget = BUDGET) {
    const effectHandler = this.#effectHandlerOf();
    return runAsync(program, (effect, left) => effectHandler.perform(effect, left), budget);
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} budget milliseconds
   * @returns {T}
   */
  runSync(program, budget) {
    return runSync(program, (effect, left) => this.#syncWorker.perform(effect, left), budget);
  }

  #effectHandlerOf() {
    if (this.#effectHandler) return this.#effectHandler;
    const { EffectHandler } = require('./effect-handler.js'); // here, because synchronous calls load HTTP in the worker only
    this.#effectHandler = new EffectHandler();
    return this.#effectHandler;
  }
}

module.exports = { Runtime };
