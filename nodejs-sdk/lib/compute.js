'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

const { Draft } = require('./envelope.js');
const { ConfigurationError, MemoryServiceError, UnavailableError } = require('./errors.js');

/** @typedef {import('./copy.js').Copy} Copy */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./options.js').PutOptions} PutOptions */

/** One factory at work. @typedef {{outcome: Promise<Draft>}} Computation */

/** The computations that the running code is part of, the innermost last. @type {AsyncLocalStorage<Computation[]>} */
const underWay = new AsyncLocalStorage();

/** Computes values that are absent, or soon will be (COMP-1 to COMP-4). */
class Compute {
  #find;
  #put;
  #clock;
  #random;
  #log;
  /** By name. @type {Map<string, Computation>} */
  #computations = new Map();

  /**
   * @param {object} calls
   * @param {(target: Target) => Promise<Copy | undefined>} calls.find
   * @param {(target: Target, draft: Draft, options: PutOptions, took: number) => Promise<unknown>} calls.put
   * @param {{clock: () => number, random: () => number}} seams
   * @param {import('./log.js').Log} log
   */
  constructor({ find, put }, { clock, random }, log) {
    this.#find = find;
    this.#put = put;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  /**
   * @param {Target} target
   * @param {() => unknown} factory May give a promise.
   * @param {PutOptions} options
   * @returns {Promise<any>} the value, the caller's own
   */
  async getOrPut(target, factory, options) {
    const { name } = target;
    let copy;
    let isReadable = true;
    try {
      copy = await this.#find(target);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      isReadable = false;
    }
    const running = this.#computations.get(name);
    if (!copy) {
      const { outcome } = running ?? this.#start(target, factory, options, isReadable);
      if (running && underWay.getStore()?.includes(running)) throw waitsForItself(name);
      return (await outcome).take();
    }
    if (running || !this.#isToBeRefreshed(copy)) return copy.value();
    try {
      return (await this.#start(target, factory, options, true).outcome).take();
    } catch (error) {
      if (copy.hasExpired(this.#clock())) throw error;
      this.#log.warn(`refreshing ${JSON.stringify(name)} failed, the value that there is was returned: ${messageOf(error)}`);
      return copy.value();
    }
  }

  /**
   * @param {Target} target
   * @param {() => unknown} factory
   * @param {PutOptions} options
   * @param {boolean} isToBePut COMP-3
   * @returns {Computation}
   */
  #start(target, factory, options, isToBePut) {
    /** @type {Computation} */
    const computation = { outcome: Promise.resolve().then(() => this.#compute(computation, target, factory, options, isToBePut)) };
    this.#computations.set(target.name, computation);
    const end = () => this.#computations.delete(target.name);
    computation.outcome.then(end, end);
    return computation;
  }

  /**
   * @param {Computation} computation
   * @param {Target} target
   * @param {() => unknown} factory
   * @param {PutOptions} options
   * @param {boolean} isToBePut
   * @returns {Promise<Draft>}
   */
  async #compute(computation, target, factory, options, isToBePut) {
    const start = this.#clock();
    const draft = new Draft(await underWay.run([...(underWay.getStore() ?? []), computation], factory));
    if (!isToBePut) return draft;
    try {
      await this.#put(target, draft, options, Math.max(0, Math.round(this.#clock() - start)));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#log.warn(`what was computed for ${JSON.stringify(target.name)} could not be put: ${error.message}`);
    }
    return draft;
  }

  /**
   * The longer it takes to compute and the sooner it ends, the likelier (COMP-4). Each caller decides for itself, so that
   * with many callers one of them is early enough: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede
   * Prevention", 2015.
   *
   * @param {Copy} copy
   */
  #isToBeRefreshed({ expiresAt, took }) {
    return expiresAt !== undefined && took * -Math.log(1 - this.#random()) >= expiresAt - this.#clock();
  }
}

/** @param {string} name */
function waitsForItself(name) {
  return new ConfigurationError(`The factory of ${JSON.stringify(name)} asks for that name itself, and would wait for ever.`);
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof MemoryServiceError ? error.message : 'the factory failed';
}

module.exports = { Compute };
