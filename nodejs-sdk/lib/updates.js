'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

const { staleIfErrorOf } = require('./core/answer.js');
const { Backoff } = require('./core/backoff.js');
const { canonical } = require('./core/canonical.js');
const { Draft } = require('./core/envelope.js');
const { ConfigurationError, ConflictError, UnsupportedTypeError } = require('./core/errors.js');
const { lineage } = require('./core/lineage.js');
const { Touched } = require('./core/touched.js');

/** @typedef {import('./core/reading.js').Reading} Reading */
/** @typedef {import('./core/reader.js').Target} Target */
/** @typedef {import('./core/conditional.js').Run} Run */
/** @typedef {import('./core/options.js').PutOptions & {attempts: number, fallback: unknown, ttlIfNew: number | undefined}} UpdateOptions */

/**
 * What is put in place of what was read.
 *
 * @typedef {{draft: Draft | Touched, options: import('./core/options.js').PutOptions, end?: number | undefined, took?: number}} Change
 */

/** How often a touch is tried (UPD-2). */
const ATTEMPTS = 100;

/** What the running code is part of the change of: of each object the names. @type {AsyncLocalStorage<{of: Updates, name: string}[]>} */
const changing = new AsyncLocalStorage();

/** Changes what is stored, and loses no change that others make at the same time (UPD-1 to UPD-6, TOUCH-1). */
class Updates {
  #reader;
  #writer;
  #conditional;
  #tagWriter;
  #seams;
  #components;

  /**
   * @param {object} components
   * @param {import('./core/reader.js').Reader} components.reader
   * @param {import('./core/writer.js').Writer} components.writer
   * @param {import('./core/conditional.js').ConditionalWriter} components.conditional
   * @param {import('./core/tag-writer.js').TagWriter} components.tagWriter
   * @param {import('./core/permit.js').Permits} components.permit
   * @param {import('./core/platform.js').Seams} seams
   */
  constructor(components, seams) {
    const { reader, writer, conditional, tagWriter } = components;
    this.#components = components;
    this.#reader = reader;
    this.#writer = writer;
    this.#conditional = conditional;
    this.#tagWriter = tagWriter;
    this.#seams = seams;
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {(value: any) => unknown} change May give a promise.
   * @param {UpdateOptions} options
   * @returns {Promise<any>} the new value
   * @throws {ConflictError} UPD-2
   * @throws {import('./core/errors.js').MemoryServiceError}
   */
  async update(run, target, change, options) {
    const fallback = options.fallback === undefined ? undefined : new Draft(options.fallback);
    return this.#update(run, target, async ({ copy }) => {
      const make = () => (copy ? copy.value() : fallback?.take());
      const given = make();
      return outcomeOf(target, given, await change(given), make);
    }, options);
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {bigint} by
   * @param {UpdateOptions} options
   * @returns {Promise<number | bigint>} the new value
   * @throws {UnsupportedTypeError} UPD-4
   * @throws {ConflictError} UPD-2
   * @throws {import('./core/errors.js').MemoryServiceError}
   */
  async increment(run, target, by, options) {
    return this.#update(run, target, ({ copy }) => {
      if (copy && copy.type !== 'int') {
        const { name } = target;
        throw new UnsupportedTypeError(`${JSON.stringify(name)} holds a value of type ${copy.type}: only an int can be incremented.`);
      }
      return narrow(BigInt(copy?.value() ?? 0) + by);
    }, options);
  }

  /**
   * Change how long a value lives (TOUCH-1).
   *
   * @param {Run} run
   * @param {Target} target
   * @param {import('./core/options.js').PutOptions} options
   * @returns {Promise<string | undefined>} the version; undefined if there is no value
   * @throws {ConflictError} UPD-2
   * @throws {import('./core/errors.js').MemoryServiceError}
   */
  async touch(run, target, options) {
    const touched = await this.#replace(run, target, (reading) => {
      const { answer, copy, document } = reading;
      if (!copy) return undefined;
      const { maxAge = options.edgeTtl, headers } = answer;
      const storageClass = headers?.['x-amz-storage-class'] ?? 'STANDARD';
      const draft = new Touched(/** @type {import('./core/envelope.js').Envelope} */ (document));
      return { draft, options: { ...options, staleIfError: staleIfErrorOf(answer), edgeTtl: maxAge, storageClass, tagging: taggingOf(reading) }, took: copy.took };
    }, ATTEMPTS);
    return touched?.version;
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {(reading: Reading) => unknown} change
   * @param {UpdateOptions} options
   * @returns {Promise<any>}
   */
  async #update(run, target, change, options) {
    const updated = await this.#replace(run, target, async (reading) => {
      const tagging = options.tags ? await this.#tagging(run, options.tags, reading) : taggingOf(reading);
      const draft = new Draft(await change(reading));
      const end = reading.copy?.expiresAt;
      const ttl = options.ttl ?? (end === undefined ? options.ttlIfNew : undefined);
      return { draft, options: { ...options, ttl, tagging }, end };
    }, options.attempts);
    return updated?.draft.take();
  }

  /**
   * The tags that an update sets: of those that the value has, what it has of them (CTAG-12).
   *
   * @param {Run} run
   * @param {string[]} tags
   * @param {Reading} reading
   * @returns {Promise<import('./core/tag-writer.js').Tagging | undefined>} undefined without tags
   */
  async #tagging(run, tags, reading) {
    const own = taggingOf(reading);
    const taken = await this.#tagWriter.take(run, tags.filter((tag) => !own?.generations.has(tag)));
    const known = [own, taken].filter((one) => one !== undefined);
    if (tags.length === 0) return undefined;
    const generations = new Map(known.flatMap((one) => [...one.generations]));
    return {
      generations: new Map(tags.map((tag) => [tag, /** @type {string} */ (generations.get(tag))])),
      until: Math.min(...known.map(({ until }) => until)),
      turn: Math.min(...known.map(({ turn }) => turn)),
    };
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {(reading: Reading) => Change | undefined | Promise<Change | undefined>} change
   * @param {number} attempts
   * @returns {Promise<{draft: Draft | Touched, version: string} | undefined>} undefined if there is no change
   */
  async #replace(run, target, change, attempts) {
    const { name } = target;
    const outer = changing.getStore() ?? [];
    if (outer.some((one) => one.of === this && one.name === name)) throw changesItself(target);
    const backoff = new Backoff(this.#seams);
    const permit = this.#components.permit(run, [name]);
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) await backoff.wait();
      const reading = await run(this.#reader.readS3(target));
      const made = await changing.run([...outer, { of: this, name }], async () => change(reading));
      if (!made) return undefined;
      const { draft, options, end, took } = made;
      const { answer, document } = reading;
      const prepared = this.#writer.prepare(draft, options, { end, previous: lineage(answer, document), ...(took ? { took } : {}) });
      const version = await this.#conditional.settle(run, target, prepared, { replaces: answer.version }, backoff, permit);
      if (version !== undefined) return { draft, version };
    }
    const times = `${attempts} times`;
    throw new ConflictError(`${JSON.stringify(target.name)} was not updated: others were faster ${times}. Trying again may help.`);
  }
}

/**
 * @param {Reading} reading of S3
 * @returns {import('./core/tag-writer.js').Tagging | undefined} the tags of the value that it has
 */
function taggingOf({ copy, verdict }) {
  return copy?.tags && verdict && { generations: copy.tags, until: verdict.until, turn: verdict.turn };
}

/**
 * What an update stores (UPD-5).
 *
 * @param {Target} target
 * @param {any} given What its function was given.
 * @param {any} returned
 * @param {() => any} make Makes the same as was given.
 * @returns {any}
 * @throws {UnsupportedTypeError} if the function has changed one value and returned another, or returned nothing of one that cannot be
 *   changed in place
 */
function outcomeOf({ name }, given, returned, make) {
  if (returned === given && returned !== undefined) return returned;
  const mayChange = typeof given === 'object' && given !== null;
  const where = `$: the function of the update of ${JSON.stringify(name)}`;
  if (returned === undefined) {
    if (mayChange) return given;
    throw new UnsupportedTypeError(`${where} returned nothing, and ${given === null ? 'null' : `a ${typeof given}`} cannot be changed in place: return the new value.`);
  }
  if (mayChange && textOf(given) !== textOf(make()) && textOf(returned) !== textOf(given)) {
    throw new UnsupportedTypeError(`${where} changed what it was given, and returned something else (${typeof returned}): return the one or the other.`);
  }
  return returned;
}

/** @param {unknown} value */
function textOf(value) {
  try {
    return canonical(value);
  } catch (error) {
    if (error instanceof UnsupportedTypeError) return undefined;
    throw error;
  }
}

/** @param {Target} target */
function changesItself({ name }) {
  const which = JSON.stringify(name);
  return new ConfigurationError(`The change of ${which} changes ${which} itself, and would start over for ever: let the function return the new value.`);
}

/** @param {bigint} integer */
function narrow(integer) {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

module.exports = { Updates };
