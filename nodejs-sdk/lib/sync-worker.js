'use strict';

const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads');

const { TURN, GONE } = require('./signal.js');
const workerSource = require('./worker-source.js');

/** @typedef {import('./effects.js').Effect} Effect */
/** @typedef {import('./effects.js').Outcome} Outcome */

/**
 * Milliseconds that a start waits for the worker at most. What starts at module level starts at full speed; a function of
 * 128 MB has a fourteenth of that in its handler, where the same start would take half a second.
 */
const START = 200;

/** Milliseconds beyond an effect's own budget: starting the worker, and passing messages. */
const GRACE = 500;

/**
 * Performs effects in a worker thread while this thread waits, always with a deadline. It keeps no process alive.
 *
 * The worker's source is text, so that a bundler has no file to lose.
 */
class SyncWorker {
  #source;
  /** @type {Link | undefined} */
  #link;
  #lastId = 0;

  /** @param {string} [source] */
  constructor(source = workerSource) {
    this.#source = source;
    this.start();
  }

  /** Start the worker, unless it runs. */
  start() {
    if (this.#link?.isGone()) this.close();
    this.#link ??= new Link(this.#source);
  }

  /** Wait until the worker has started. */
  awaitStart() {
    this.#link?.awaitStart();
  }

  /**
   * @param {Effect} effect
   * @param {number} budget milliseconds
   * @returns {Outcome}
   */
  perform(effect, budget) {
    const deadline = performance.now() + Math.max(budget, 0) + GRACE;
    // A worker that ended before or during the call is replaced once.
    return (
      this.#attempt(effect, budget, deadline) ??
      this.#attempt(effect, budget, deadline) ?? { failure: { code: 'worker', message: 'the worker thread ended' } }
    );
  }

  /**
   * @param {Effect} effect
   * @param {number} budget
   * @param {number} deadline
   * @returns {Outcome | undefined} undefined if the worker has ended
   */
  #attempt(effect, budget, deadline) {
    this.start();
    const link = /** @type {Link} */ (this.#link);
    const outcome = link.ask({ id: ++this.#lastId, effect, budget }, deadline);
    if (outcome !== 'timeout') return outcome;
    // Whatever holds the worker up would hold up the next call as well.
    this.close();
    return { failure: { code: 'timeout', message: 'the worker thread did not answer in time' } };
  }

  close() {
    this.#link?.close();
    this.#link = undefined;
  }
}

/** One worker and the line to it. */
class Link {
  #signal = new Int32Array(new SharedArrayBuffer(8));
  #port;
  #worker;

  /** @param {string} source */
  constructor(source) {
    const { port1, port2 } = new MessageChannel();
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#port = port1;
    this.#worker = new Worker(source, {
      eval: true,
      env,
      execArgv: [],
      workerData: { port: port2, signal: this.#signal },
      transferList: [port2],
    });
    this.#worker.on('error', () => {}); // its end shows in the signal; unheard, the event would end the process
    this.#worker.on('exit', () => Atomics.store(this.#signal, GONE, 1));
    this.#worker.unref();
    this.#port.unref();
  }

  awaitStart() {
    Atomics.wait(this.#signal, TURN, 0, START);
  }

  isGone() {
    return Atomics.load(this.#signal, GONE) === 1;
  }

  /**
   * @param {{id: number, effect: Effect, budget: number}} question
   * @param {number} deadline
   * @returns {Outcome | 'timeout' | undefined} undefined if the worker has ended
   */
  ask(question, deadline) {
    this.#port.postMessage(question);
    for (;;) {
      const turn = Atomics.load(this.#signal, TURN);
      const received = receiveMessageOnPort(this.#port);
      if (received?.message.id === question.id) return received.message.outcome;
      if (received) continue; // the late answer to a question given up
      if (this.isGone()) return undefined;
      const patience = deadline - performance.now();
      if (patience <= 0) return 'timeout';
      Atomics.wait(this.#signal, TURN, turn, patience);
    }
  }

  close() {
    this.#port.close();
    void this.#worker.terminate();
  }
}

module.exports = { SyncWorker };
