'use strict';

const { Bridge } = require('./bridge.js');
const { runAsync, runSync } = require('./effects.js');

/** Milliseconds for a whole call, whatever it does, unless it has a budget of its own. */
const BUDGET = 5000;

/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** Runs programs, awaiting their effects or blocking for them. */
class Engine {
  /** @type {Engine | undefined} */
  static #shared;

  #bridge = new Bridge();
  /** @type {import('./performer.js').Performer | undefined} */
  #performer;
  #users = 0;

  /**
   * The one of the process: a handler may make a MemoryService in each call, and neither threads nor connections should
   * pile up. Each call of this wants one of {@link release}.
   */
  static acquire() {
    const engine = (Engine.#shared ??= new Engine());
    engine.#users++;
    engine.#bridge.start();
    return engine;
  }

  /** Wait until the thread of synchronous calls has started, so that none of them has to. */
  awaitThread() {
    this.#bridge.awaitStart();
  }

  release() {
    if (--this.#users > 0) return;
    this.#bridge.close();
    this.#performer?.close();
    Engine.#shared = undefined;
  }

  /** Load what asynchronous calls need (CFG-6). */
  preload() {
    this.#performerOf();
    require('node:https');
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} [budget] milliseconds
   * @returns {Promise<T>}
   */
  run(program, budget = BUDGET) {
    const performer = this.#performerOf();
    return runAsync(program, (effect, left) => performer.perform(effect, left), budget);
  }

  /**
   * @template T
   * @param {Program<T>} program
   * @param {number} budget milliseconds
   * @returns {T}
   */
  runSync(program, budget) {
    return runSync(program, (effect, left) => this.#bridge.perform(effect, left), budget);
  }

  #performerOf() {
    if (this.#performer) return this.#performer;
    const { Performer } = require('./performer.js'); // here, because synchronous calls load HTTP in the worker only
    this.#performer = new Performer();
    return this.#performer;
  }
}

module.exports = { Engine };
