'use strict';

const { Backoff } = require('./backoff.js');
const { Draft } = require('./envelope.js');
const { ConflictError, UnsupportedTypeError } = require('./errors.js');
const { lineage } = require('./lineage.js');

/** @typedef {import('./reader.js').Reading} Reading */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./conditional.js').Run} Run */
/** @typedef {import('./options.js').PutOptions & {attempts: number, fallback: unknown}} UpdateOptions */

/** Changes what is stored, and loses no change that others make at the same time (UPD-1 to UPD-4). */
class Updates {
  #reader;
  #writer;
  #conditional;
  #seams;

  /**
   * @param {object} components
   * @param {import('./reader.js').Reader} components.reader
   * @param {import('./writer.js').Writer} components.writer
   * @param {import('./conditional.js').ConditionalWriter} components.conditional
   * @param {import('./components.js').Seams} seams
   */
  constructor({ reader, writer, conditional }, seams) {
    this.#reader = reader;
    this.#writer = writer;
    this.#conditional = conditional;
    this.#seams = seams;
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {(value: any) => unknown} change May give a promise.
   * @param {UpdateOptions} options
   * @returns {Promise<any>} the new value
   * @throws {ConflictError} UPD-2
   * @throws {import('./errors.js').MemoryServiceError}
   */
  async update(run, target, change, options) {
    const fallback = options.fallback === undefined ? undefined : new Draft(options.fallback);
    return this.#change(run, target, async ({ copy }) => change(copy ? copy.value() : fallback?.take()), options);
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {bigint} by
   * @param {UpdateOptions} options
   * @returns {Promise<number | bigint>} the new value
   * @throws {UnsupportedTypeError} UPD-4
   * @throws {ConflictError} UPD-2
   * @throws {import('./errors.js').MemoryServiceError}
   */
  async increment(run, target, by, options) {
    return this.#change(run, target, ({ copy }) => {
      if (copy && copy.type !== 'int') {
        const { name } = target;
        throw new UnsupportedTypeError(`${JSON.stringify(name)} holds a value of type ${copy.type}: only an int can be incremented.`);
      }
      return narrow(BigInt(copy?.value() ?? 0) + by);
    }, options);
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {(reading: Reading) => unknown} change
   * @param {UpdateOptions} options
   * @returns {Promise<any>}
   */
  async #change(run, target, change, options) {
    const backoff = new Backoff(this.#seams);
    for (let attempt = 0; attempt < options.attempts; attempt++) {
      if (attempt > 0) await backoff.wait();
      const reading = await run(this.#reader.readS3(target));
      const draft = new Draft(await change(reading));
      const { answer, copy, document } = reading;
      const prepared = this.#writer.prepare(draft, options, { end: copy?.expiresAt, previous: lineage(answer, document) });
      const version = await this.#conditional.settle(run, target, prepared, { replaces: answer.version }, backoff);
      if (version !== undefined) return draft.take();
    }
    const times = `${options.attempts} times`;
    throw new ConflictError(`${JSON.stringify(target.name)} was not updated: others were faster ${times}. Trying again may help.`);
  }
}

/** @param {bigint} integer */
function narrow(integer) {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

module.exports = { Updates };
