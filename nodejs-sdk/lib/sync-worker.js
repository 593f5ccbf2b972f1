'use strict';

const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads');

const { processWide } = require('./process-wide.js');
const { TURN, GONE } = require('./signal.js');
const { workerEntry } = require('./worker-entry.js');

/** @typedef {import('./core/effects.js').Deed} Effect */
/** @typedef {import('./core/effects.js').Deeds['deeds']} Deeds */
/** @typedef {import('./core/effects.js').Outcome} Outcome */
/** @typedef {Effect | {deeds: Deeds}} Question */
/** @typedef {Outcome | {outcomes: Outcome[]}} Reply */

/**
 * One worker and the line to it. It holds no code: copies of this SDK share it.
 *
 * @typedef {object} Link
 * @property {Worker} worker
 * @property {import('node:worker_threads').MessagePort} port
 * @property {Int32Array} signal
 */

/**
 * @typedef {object} Shared
 * @property {Link | undefined} link
 * @property {number} users How many want it.
 * @property {number} lastId of a question
 */

/**
 * Milliseconds that a start waits for the worker at most. What starts at module level starts at full speed; a function of
 * 128 MB has a fourteenth of that in its handler, where the same start would take half a second.
 */
const START = 200;

/** Milliseconds beyond an effect's own budget, for passing messages. */
const GRACE = 250;

/** Performs effects in a worker thread while this thread waits, always with a deadline. It keeps no process alive. */
class SyncWorker {
  /** @type {() => {source: string, isText: boolean}} */
  #entry;
  #shared;
  #isTls = false;

  /** The one of the process, whatever copy of this SDK asks. */
  static ofProcess() {
    return new SyncWorker(workerEntry, processWide('worker', makeShared));
  }

  /**
   * @param {() => {source: string, isText: boolean}} [entry] What the worker runs.
   * @param {Shared} [shared]
   */
  constructor(entry = workerEntry, shared = makeShared()) {
    this.#entry = entry;
    this.#shared = shared;
  }

  /**
   * Start the worker, unless it runs. Wants one call of {@link release}.
   *
   * @param {boolean} isTls whether it is to load TLS as well
   */
  acquire(isTls) {
    this.#isTls ||= isTls;
    this.#shared.users++;
    this.start();
  }

  /** Nobody waits for its answers any more: without users it ends. */
  release() {
    if (--this.#shared.users === 0) this.close();
  }

  /** Start the worker, unless it runs. */
  start() {
    const shared = this.#shared;
    if (shared.link && isGone(shared.link)) this.close();
    shared.link ??= makeLink(this.#entry(), this.#isTls);
  }

  /** Wait until the worker has started. */
  awaitStart() {
    const { link } = this.#shared;
    if (link) Atomics.wait(link.signal, TURN, 0, START);
  }

  /**
   * @param {Effect} effect
   * @param {number} budget milliseconds
   * @returns {Outcome}
   */
  perform(effect, budget) {
    return /** @type {Outcome} */ (this.#perform(effect, budget));
  }

  /**
   * @param {Deeds} deeds
   * @returns {Outcome[]} of what is done at the same time
   */
  performAll(deeds) {
    const reply = this.#perform({ deeds }, Math.max(...deeds.map(({ budget }) => budget)));
    return 'outcomes' in reply ? reply.outcomes : deeds.map(() => reply);
  }

  /**
   * @param {Question} question
   * @param {number} budget milliseconds
   * @returns {Reply}
   */
  #perform(question, budget) {
    const deadline = performance.now() + Math.max(budget, 0) + GRACE;
    // A worker that ended before or during the call is replaced once.
    return (
      this.#attempt(question, budget, deadline) ??
      this.#attempt(question, budget, deadline) ?? { failure: { code: 'worker', message: 'the worker thread ended', fate: 'under way' } }
    );
  }

  /**
   * @param {Question} effect
   * @param {number} budget
   * @param {number} deadline
   * @returns {Reply | undefined} undefined if the worker has ended
   */
  #attempt(effect, budget, deadline) {
    this.start();
    const shared = this.#shared;
    const outcome = ask(/** @type {Link} */ (shared.link), { id: ++shared.lastId, effect, budget }, deadline);
    if (outcome !== 'timeout') return outcome;
    // Whatever holds the worker up would hold up the next call as well.
    this.close();
    return { failure: { code: 'timeout', message: 'the worker thread did not answer in time', fate: 'under way' } };
  }

  close() {
    const { link } = this.#shared;
    if (!link) return;
    this.#shared.link = undefined;
    link.port.close();
    void link.worker.terminate();
  }
}

/** @returns {Shared} */
function makeShared() {
  return { link: undefined, users: 0, lastId: 0 };
}

/**
 * @param {{source: string, isText: boolean}} entry
 * @param {boolean} isTls
 * @returns {Link}
 */
function makeLink({ source, isText }, isTls) {
  const signal = new Int32Array(new SharedArrayBuffer(8));
  const { port1, port2 } = new MessageChannel();
  const { NODE_OPTIONS: _, ...env } = process.env;
  const worker = new Worker(source, {
    eval: isText,
    env,
    execArgv: [],
    workerData: { port: port2, signal, isTls },
    transferList: [port2],
  });
  worker.on('error', () => {}); // its end shows in the signal; unheard, the event would end the process
  worker.on('exit', () => Atomics.store(signal, GONE, 1));
  worker.unref();
  port1.unref();
  return { worker, port: port1, signal };
}

/** @param {Link} link */
function isGone({ signal }) {
  return Atomics.load(signal, GONE) === 1;
}

/**
 * @param {Link} link
 * @param {{id: number, effect: Question, budget: number}} question
 * @param {number} deadline
 * @returns {Reply | 'timeout' | undefined} undefined if the worker has ended
 */
function ask(link, question, deadline) {
  const { port, signal } = link;
  port.postMessage(question);
  for (;;) {
    const turn = Atomics.load(signal, TURN);
    const received = receiveMessageOnPort(port);
    if (received?.message.id === question.id) return received.message.outcome;
    if (received) continue; // the late answer to a question given up
    if (isGone(link)) return undefined;
    const patience = deadline - performance.now();
    if (patience <= 0) return 'timeout';
    Atomics.wait(signal, TURN, turn, patience);
  }
}

module.exports = { SyncWorker };
