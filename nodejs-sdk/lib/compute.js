'use strict';

const { Draft } = require('./core/envelope.js');
const { AccessDeniedError, UnavailableError } = require('./core/errors.js');
const { Computation, lead, waitFor } = require('./wait-graph.js');

/** @typedef {import('./core/cached-value.js').CachedValue} CachedValue */
/** @typedef {import('./core/reader.js').Target} Target */
/** @typedef {import('./core/options.js').PutOptions} PutOptions */

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

/** Milliseconds that others wait for a factory before one of them calls its own (WAIT-2). */
const PATIENCE = 10_000;

/** How many factories may run for one name. */
const MOST_FACTORIES = 10;

/** Computes values that are absent, or soon will be (COMP-1 to COMP-5). */
class Compute {
  #find;
  #take;
  #put;
  #clock;
  #random;
  #log;
  #patience;
  /** By name. @type {Map<string, Computation>} */
  #computations = new Map();
  #endCount = 0;
  /** By name, how many computations had ended when its last one did. @type {Map<string, number>} */
  #endOf = new Map();

  /**
   * @param {object} calls
   * @param {(target: Target, isConsistent: boolean) => Promise<Pick<import('./core/reading.js').Reading, 'copy' | 'source'>>} calls.find
   * @param {(tags: string[] | undefined) => Promise<import('./core/tag-writer.js').Tagging | undefined>} calls.take What is known of tags.
   * @param {(target: Target, draft: Draft, options: PutOptions, took: number) => Promise<unknown>} calls.put
   * @param {{clock: () => number, random: () => number, patience?: number}} seams
   * @param {import('./core/log.js').Log} log
   */
  constructor({ find, take, put }, { clock, random, patience = PATIENCE }, log) {
    this.#find = find;
    this.#take = take;
    this.#put = put;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#patience = patience;
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
      const ends = this.#endCount;
      const finding = await this.#look(target);
      const { copy } = finding;
      const running = this.#computations.get(name);
      if (copy && (running || !this.#isToBeRefreshed(copy))) return copy.value();
      // A computation that ended meanwhile may have stored what was not there yet.
      if (!running && (this.#endOf.get(name) ?? 0) > ends) continue;
      const computation = running ?? this.#start(name);
      const run = () => this.#compute(computation, target, factory, options, finding);
      return waitFor(computation, async () => {
        if (!running) run();
        else if (!(await this.#ends(computation))) run();
        return (await computation.outcome)();
      });
    }
  }

  /**
   * Wait for a computation.
   *
   * @param {Computation} computation
   * @returns {Promise<boolean>} false if the caller is to call a factory as well (WAIT-2)
   * @throws {UnavailableError} if too many have
   */
  async #ends(computation) {
    for (;;) {
      const left = computation.lastBegan + this.#patience - performance.now();
      if (left > 0) await within(left, computation.outcome);
      if (computation.hasEnded) return true;
      if (computation.lastBegan + this.#patience > performance.now()) continue;
      if (computation.begun >= MOST_FACTORIES) throw neverEnds(computation, this.#patience);
      computation.begun++;
      computation.lastBegan = performance.now();
      return false;
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
   * @param {string} name
   * @returns {Computation}
   */
  #start(name) {
    const computation = new Computation(name);
    this.#computations.set(name, computation);
    const end = () => {
      computation.hasEnded = true;
      this.#computations.delete(name);
      this.#endOf.delete(name);
      this.#endOf.set(name, ++this.#endCount);
      if (this.#endOf.size > ENDS) this.#endOf.delete(/** @type {string} */ (this.#endOf.keys().next().value));
    };
    computation.outcome.then(end, end);
    return computation;
  }

  /**
   * @param {Computation} computation which gets the outcome, unless it has one
   * @param {Target} target
   * @param {() => unknown} factory
   * @param {PutOptions} options
   * @param {Finding} finding What there is.
   */
  async #compute(computation, target, factory, options, finding) {
    try {
      computation.resolve(await this.#outcome(computation, target, factory, options, finding));
    } catch (error) {
      computation.reject(error);
    }
  }

  /**
   * @param {Computation} computation
   * @param {Target} target
   * @param {() => unknown} factory
   * @param {PutOptions} options
   * @param {Finding} found
   * @returns {Promise<() => any>} gives the value, a copy of their own to each who asks
   */
  async #outcome(computation, target, factory, options, found) {
    const which = JSON.stringify(target.name);
    const { finding, newest } = await this.#confirm(target, found);
    if (newest) return () => newest.value();
    const { copy } = finding;
    const { tagging, isStorable } = await this.#prepare(target, options, finding);
    const start = this.#clock();
    let value;
    try {
      value = await lead(computation, factory);
    } catch (error) {
      if (!copy || copy.hasExpired(this.#clock())) throw error;
      this.#log.warn(`the factory of ${which} failed, the value that there is was returned: ${error}`);
      return () => copy.value();
    }
    const draft = new Draft(value);
    try {
      if (isStorable) await this.#put(target, draft, { ...options, tagging }, Math.max(0, Math.round(this.#clock() - start)));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#log.warn(`${which} cannot be stored: ${error.message}`);
    }
    return () => draft.take();
  }

  /**
   * Look at the tags before the factory is called (CTAG-12).
   *
   * @param {Target} target
   * @param {PutOptions} options
   * @param {Finding} finding
   * @returns {Promise<{tagging?: import('./core/tag-writer.js').Tagging | undefined, isStorable: boolean}>} without what they are, nothing is put (COMP-3)
   */
  async #prepare({ name }, { tags }, { isReadable }) {
    if (!isReadable) return { isStorable: false };
    try {
      return { tagging: await this.#take(tags), isStorable: true };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#log.warn(`${JSON.stringify(name)} cannot be stored with its tags: ${error.message}`);
      return { isStorable: false };
    }
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

/**
 * @param {number} milliseconds
 * @param {Promise<unknown>} outcome
 * @returns {Promise<void>} after that time, or after the outcome, whatever it is
 */
function within(milliseconds, outcome) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    outcome.then(end, end);
  });
}

/**
 * @param {Computation} computation
 * @param {number} patience
 */
function neverEnds({ name, begun }, patience) {
  return new UnavailableError(
    `${JSON.stringify(name)} is being computed by ${begun} callers, the last for ${patience / 1000} s: does a factory wait for a queue that asks for the same name?`,
  );
}

module.exports = { Compute };
