'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

const { Draft } = require('./envelope.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./options.js').PutOptions} PutOptions */

/** How many names are remembered that something was computed for. */
const ENDS = 1000;

/**
 * What there is under a name.
 *
 * @typedef {object} Finding
 * @property {CachedValue | undefined} copy
 * @property {boolean} isReadable Whether somebody could be asked (COMP-3).
 * @property {boolean} isOfS3 Whether S3 itself says so (COMP-5).
 */

/** One factory at work. @typedef {{outcome: Promise<() => any>}} Computation */

/** The computations that the running code is part of, the innermost last. @type {AsyncLocalStorage<Computation[]>} */
const underWay = new AsyncLocalStorage();

/** Computes values that are absent, or soon will be (COMP-1 to COMP-5). */
class Compute {
  #find;
  #put;
  #clock;
  #random;
  #log;
  /** By name. @type {Map<string, Computation>} */
  #computations = new Map();
  #ends = 0;
  /** By name, how many computations had ended when its last one did. @type {Map<string, number>} */
  #endOf = new Map();

  /**
   * @param {object} calls
   * @param {(target: Target, isConsistent: boolean) => Promise<Pick<import('./reader.js').Reading, 'copy' | 'source'>>} calls.find
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
    for (;;) {
      const ends = this.#ends;
      const finding = await this.#look(target);
      const { copy } = finding;
      const running = this.#computations.get(name);
      if (copy && (running || !this.#isToBeRefreshed(copy))) return copy.value();
      if (running && underWay.getStore()?.includes(running)) throw waitsForItself(name);
      // A computation that ended meanwhile may have stored what was not there yet.
      if (!running && (this.#endOf.get(name) ?? 0) > ends) continue;
      const { outcome } = running ?? this.#start(target, factory, options, finding);
      return (await outcome)();
    }
  }

  /**
   * @param {Target} target
   * @returns {Promise<Finding>}
   */
  async #look(target) {
    try {
      const { copy, source } = await this.#find(target, false);
      return { copy, isReadable: true, isOfS3: source === 's3' };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#log.warn(`${JSON.stringify(target.name)} cannot be read and is computed: ${error.message}`);
      return { copy: undefined, isReadable: false, isOfS3: false };
    }
  }

  /**
   * Ask S3, unless it was S3 that was asked.
   *
   * @param {Target} target
   * @param {Finding} finding
   * @returns {Promise<{finding: Finding, newest?: CachedValue}>} what there is, and what makes the factory needless (COMP-5)
   */
  async #confirm(target, finding) {
    if (finding.isOfS3 || !finding.isReadable) return { finding };
    const { copy: due } = finding;
    try {
      const { copy } = await this.#find(target, true);
      return { finding: { copy, isReadable: true, isOfS3: true }, newest: copy?.version === due?.version ? undefined : copy };
    } catch (error) {
      // Without s3:ListBucket that is S3's word for a name that is not there (CON-2).
      if (error instanceof AccessDeniedError) return { finding };
      if (!(error instanceof UnavailableError)) throw error;
      this.#log.warn(`S3 does not say whether ${JSON.stringify(target.name)} is newer: ${error.message}`);
      return { finding: { ...finding, isReadable: false }, newest: due };
    }
  }

  /**
   * @param {Target} target
   * @param {() => unknown} factory
   * @param {PutOptions} options
   * @param {Finding} finding What there is.
   * @returns {Computation}
   */
  #start(target, factory, options, finding) {
    const { name } = target;
    /** @type {Computation} */
    const computation = {
      outcome: Promise.resolve().then(() => this.#compute(computation, target, factory, options, finding)),
    };
    this.#computations.set(name, computation);
    const end = () => {
      this.#computations.delete(name);
      this.#endOf.delete(name);
      this.#endOf.set(name, ++this.#ends);
      if (this.#endOf.size > ENDS) this.#endOf.delete(/** @type {string} */ (this.#endOf.keys().next().value));
    };
    computation.outcome.then(end, end);
    return computation;
  }

  /**
   * @param {Computation} computation
   * @param {Target} target
   * @param {() => unknown} factory
   * @param {PutOptions} options
   * @param {Finding} found
   * @returns {Promise<() => any>} gives the value, a copy of their own to each who asks
   */
  async #compute(computation, target, factory, options, found) {
    const which = JSON.stringify(target.name);
    const { finding, newest } = await this.#confirm(target, found);
    if (newest) return () => newest.value();
    const { copy } = finding;
    const start = this.#clock();
    let value;
    try {
      value = await underWay.run([...(underWay.getStore() ?? []), computation], factory);
    } catch (error) {
      if (!copy || copy.hasExpired(this.#clock())) throw error;
      this.#log.warn(`the factory of ${which} failed, the value that there is was returned: ${error}`);
      return () => copy.value();
    }
    const draft = new Draft(value);
    try {
      if (finding.isReadable) await this.#put(target, draft, options, Math.max(0, Math.round(this.#clock() - start)));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#log.warn(`${which} cannot be stored: ${error.message}`);
    }
    return () => draft.take();
  }

  /**
   * The longer it takes to compute and the sooner it ends, the likelier (COMP-4). Each caller decides for itself, so that
   * with many callers one of them is early enough: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede
   * Prevention", 2015.
   *
   * @param {CachedValue} copy
   */
  #isToBeRefreshed({ expiresAt, took }) {
    return expiresAt !== undefined && took * -Math.log(1 - this.#random()) >= expiresAt - this.#clock();
  }
}

/** @param {string} name */
function waitsForItself(name) {
  return new ConfigurationError(`The factory of ${JSON.stringify(name)} asks for that name itself, and would wait for ever.`);
}

module.exports = { Compute };
