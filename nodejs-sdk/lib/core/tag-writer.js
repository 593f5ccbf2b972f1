'use strict';

const { Backoff } = require('./backoff.js');
const { runAll } = require('./batch.js');
const { Draft } = require('./envelope.js');
const { BatchError, ConflictError } = require('./errors.js');
const { platform } = require('./platform.js');
const { generationOf } = require('./tag-reader.js');

/** @typedef {import('./conditional.js').Run} Run */
/** @typedef {import('./reader.js').Target} Target */

/**
 * The tags of a document that is to be put.
 *
 * @typedef {object} Tagging
 * @property {import('./generations.js').Generations} generations What they were before the value was made (CTAG-12).
 * @property {number} until Until when the records need not be read again, in Unix milliseconds.
 * @property {number} turn That of the memory before.
 */

/** @typedef {{generation: string, until: number}} Known */

/** How often a record is read, and put if there is none that is believed. */
const ATTEMPTS = 10;

/** Milliseconds that the time in a record may be wrong by (CTAG-3). */
const INACCURACY = 10_000;

/** The records of tags as a writer has them: read before a value is made, and put anew (section 15.4). */
class TagWriter {
  #components;
  #tags;
  #reader;
  #writer;
  #seams;
  #budget;
  /** Those of a record: the edge TTL of the service, and no end (CTAG-2). */
  #options;

  /**
   * @param {import('./config.js').Config} config
   * @param {object} components
   * @param {import('./tag-reader.js').TagReader} components.tagReader
   * @param {import('./reader.js').Reader} components.reader
   * @param {import('./writer.js').Writer} components.writer
   * @param {import('./conditional.js').ConditionalWriter} components.conditional
   * @param {import('./local.js').Local} components.local
   * @param {import('./session.js').Session} components.session
   * @param {import('./permit.js').Permits} components.permit
   * @param {import('./platform.js').Seams} seams
   */
  constructor({ edgeTtl, deadline }, components, seams) {
    this.#components = components;
    this.#tags = components.tagReader;
    this.#reader = components.reader;
    this.#writer = components.writer;
    this.#seams = seams;
    this.#budget = deadline * 1000;
    this.#options = { ttl: undefined, edgeTtl, storageClass: 'STANDARD', invalidates: false };
  }

  /**
   * The generations that tags have now, as S3 has them; what has no record gets one (CTAG-12).
   *
   * @param {Run} run
   * @param {string[] | undefined} tags
   * @returns {Promise<Tagging | undefined>} undefined without tags
   * @throws {import('./errors.js').MemoryServiceError} if a record cannot be read or put
   */
  async take(run, tags) {
    if (!tags || tags.length === 0) return undefined;
    const { turn } = this.#components.local;
    const known = await this.#known(run, tags);
    const until = Math.min(...[...known.values()].map((one) => one.until));
    return { generations: new Map([...known].map(([tag, { generation }]) => [tag, generation])), until, turn };
  }

  /**
   * Give tags other generations (CTAG-14).
   *
   * @param {Run} run
   * @param {Map<string, Target>} records by tag
   * @returns {Promise<void>}
   * @throws {BatchError} if some could not be given one; the others were
   */
  async invalidate(run, records) {
    try {
      await runAll(records, async (record) => {
        try {
          await this.#put(run, record);
        } catch (error) {
          // Somebody has given it another one since.
          if (!(error instanceof ConflictError)) throw error;
        }
      });
    } finally {
      this.#writer.invalidated([...records.keys()]);
    }
  }

  /**
   * @param {Run} run
   * @param {string[]} tags
   * @returns {Promise<Map<string, Known>>}
   */
  async #known(run, tags) {
    try {
      return await runAll(new Map(tags.map((tag) => [tag, tag])), (tag) => this.#generation(run, tag));
    } catch (error) {
      throw error instanceof BatchError ? error.cause : error;
    }
  }

  /**
   * @param {Run} run
   * @param {string} tag
   * @returns {Promise<Known>}
   */
  async #generation(run, tag) {
    const record = this.#tags.locate(tag);
    const backoff = new Backoff(this.#seams);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await backoff.wait();
      const { copy, answer } = await run(this.#reader.readS3(record));
      const generation = generationOf(copy);
      if (copy && generation !== undefined) return { generation, until: copy.ownUntil };
      try {
        return await this.#put(run, record, answer.version);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
    throw new ConflictError(`The tag ${JSON.stringify(tag)} was given another generation in each of ${ATTEMPTS} attempts. Trying again may help.`);
  }

  /**
   * Put a record, and once more if its time was that of a clock that is wrong (CTAG-3).
   *
   * @param {Run} run
   * @param {Target} record
   * @param {string | null} [replaces] The version that must be stored now, null for none; whatever is, unless given.
   * @returns {Promise<Known>}
   * @throws {ConflictError} if it is another
   */
  async #put(run, record, replaces) {
    const { name } = record;
    const now = this.#seams.clock();
    const first = platform.randomWriteId();
    const version = await this.#send(run, record, { at: now, writeId: first, replaces });
    const known = { generation: first, until: now + this.#options.edgeTtl * 1000 };
    const date = this.#components.session.storedAt(name, version);
    if (!(Math.abs(date - now) > INACCURACY)) return known;
    const second = platform.randomWriteId();
    await this.#send(run, record, { at: date, writeId: second, replaces: version });
    return { ...known, generation: second };
  }

  /**
   * @param {Run} run
   * @param {Target} record
   * @param {{at: number, writeId: string, replaces: string | null | undefined}} what
   * @returns {Promise<string>} the version
   */
  #send(run, record, { at, writeId, replaces }) {
    const { conditional } = this.#components;
    const draft = new Draft(Math.floor(at));
    if (replaces !== undefined) return conditional.put(run, record, draft, this.#options, replaces, writeId);
    // Sent again with the same generation, a record could bring back what was invalidated in between (CTAG-14).
    const remake = () => this.#writer.prepare(draft, this.#options);
    return this.#components.permit(run, [record.name]).write(run, (fence) => this.#writer.put(record, remake(), fence, remake), { budget: this.#budget });
  }
}

module.exports = { TagWriter };
