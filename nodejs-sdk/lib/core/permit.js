'use strict';

const { UnavailableError } = require('./errors.js');
const { ExpiredError, Fence } = require('./fence.js');

/** @typedef {import('./conditional.js').Run} Run */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** @typedef {Pick<Permit, 'write'> | typeof FREE} Permission */
/** @typedef {(run: Run, names?: string[]) => Permission} Permits For one call that writes these names; all, unless given. */
/** @typedef {{budget: number, isConditional?: boolean}} Writing Milliseconds that it may take; whether somebody looks what became of it. */

/** What one call may write, since it has announced it; for as long as it takes (CHG-12, CHG-13). */
class Permit {
  #announcer;
  #run;
  #names;
  /** @type {Fence | undefined} */
  #fence;
  /** What the next announcement must not be earlier than: S3 has said that the last one is over. */
  #least = 0;
  /** @type {Promise<number> | undefined} */
  #renewal;

  /**
   * @param {import('./announcer.js').Announcer} announcer
   * @param {Run} run
   * @param {string[] | undefined} names undefined for everything
   */
  constructor(announcer, run, names) {
    this.#announcer = announcer;
    this.#run = run;
    this.#names = names;
  }

  /**
   * Announce, unless that has been done just now, and write.
   *
   * @template T
   * @param {Run} run
   * @param {(fence: Fence) => Program<T>} make
   * @param {Writing} writing
   * @returns {Promise<T>}
   * @throws {import('./errors.js').MemoryServiceError} CHG-11
   */
  async write(run, make, { budget, isConditional = false }) {
    const deadline = performance.now() + budget;
    const left = () => deadline - performance.now();
    let isInDoubt = false;
    for (;;) {
      try {
        const fence = await this.#open(left());
        const result = await run(make(fence), left());
        await this.#follow(fence, left());
        return result;
      } catch (error) {
        const isExpired = error instanceof ExpiredError;
        if (isExpired && this.#fence) {
          this.#least = Math.max(this.#least, this.#fence.e + 1); // or a clock that is behind has the same one count for ever
          this.#fence = undefined;
        }
        if (!isExpired || (isConditional && error.outcomeUnknown)) throw isInDoubt ? doubtful(error) : error;
        isInDoubt ||= error.outcomeUnknown;
      }
    }
  }

  /**
   * @param {number} left milliseconds
   * @returns {Promise<Fence>}
   */
  async #open(left) {
    if (this.#fence && !this.#fence.isOver) return this.#fence;
    this.#renewal ??= this.#renew(left);
    const e = await this.#renewal;
    return (this.#fence = this.#fence?.e === e ? this.#fence : new Fence(e));
  }

  /** @param {number} left milliseconds */
  async #renew(left) {
    try {
      return await this.#announcer.announce(this.#run, this.#names, left, this.#least);
    } finally {
      this.#renewal = undefined;
    }
  }

  /**
   * Announce again what landed later than it should have (CHG-13).
   *
   * @param {Fence} fence
   * @param {number} left milliseconds
   */
  async #follow(fence, left) {
    const { late } = fence;
    if (late === undefined) return;
    fence.late = undefined;
    try {
      await this.#announcer.announce(this.#run, this.#names, left, late);
    } catch (error) {
      throw doubtful(error);
    }
  }
}

/** That of a service without a change record: nothing is announced. */
const FREE = {
  /** @type {<T>(run: Run, make: (fence?: undefined) => Program<T>, writing: Writing) => Promise<T>} */
  write: (run, make, { budget }) => run(make(), budget),
};

/**
 * @param {unknown} error
 * @returns {unknown} the same, of which nobody knows whether something was written (WRITE-5)
 */
function doubtful(error) {
  if (!(error instanceof Error)) return error;
  if (!(error instanceof UnavailableError)) return Object.assign(error, { outcomeUnknown: true });
  return new UnavailableError(`It may have been written all the same: ${error.message}`, { cause: error, outcomeUnknown: true });
}

module.exports = { FREE, Permit };
