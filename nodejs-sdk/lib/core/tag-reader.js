'use strict';

const { together } = require('./effects.js');
const { UnavailableError, copyOf } = require('./errors.js');
const { EDGE_SHARE } = require('./limits.js');
const { locateTag } = require('./names.js');

/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @typedef {import('./generations.js').Generations} Generations */
/** @typedef {import('./reader.js').Reader} Reader */
/** @typedef {import('./reading.js').Reading} Reading */
/** @typedef {import('./reader.js').Target} Target */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/**
 * What the records of a document's tags say of it.
 *
 * @typedef {object} Verdict
 * @property {Map<string, string | undefined>} differing The tags whose records have another generation, with that one; undefined for what is no record.
 * @property {number} until Until when they need not be read again, in Unix milliseconds.
 * @property {boolean} isStale Whether one of them is older than it should be (CTAG-6).
 * @property {number} turn That of the memory before.
 */

/** Milliseconds after its time by which a record is stored that was not restored (CTAG-3). */
const RESTORED = 30_000;

/** How many names are remembered that S3 has said are not valid. */
const LIMIT = 10_000;

const SECOND = 1000;

/** The records of tags as a reader has them, and what is valid by them (section 15.3). */
class TagReader {
  #visibility;
  #place;
  #local;
  #session;
  #singleFlight;
  #failover;
  #clock;
  /** What S3 has said is not valid: the version, when it was asked, and the generations that differ (CTAG-8). @type {Map<string, {version: string, asked: number, differing: Verdict['differing']}>} */
  #invalid = new Map();

  /**
   * @param {import('./config.js').Config} config
   * @param {string} place
   * @param {object} components
   * @param {import('./local.js').Local} components.local
   * @param {import('./session.js').Session} components.session
   * @param {import('./single-flight.js').SingleFlight} components.singleFlight
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor({ visibility, failover }, place, { local, session, singleFlight }, clock) {
    this.#visibility = visibility;
    this.#place = place;
    this.#local = local;
    this.#session = session;
    this.#singleFlight = singleFlight;
    this.#failover = failover;
    this.#clock = clock;
  }

  /**
   * @param {string} tag
   * @returns {Target} its record
   * @throws {import('./errors.js').InvalidNameError} CTAG-1
   */
  locate(tag) {
    return locateTag(this.#visibility, this.#place, tag);
  }

  /**
   * Hold what memory or an edge has against the records of its tags (CTAG-6).
   *
   * @param {string} name
   * @param {CachedValue} copy
   * @param {Reader} reader
   * @returns {Program<'valid' | 'stale' | 'invalid' | undefined>} undefined if S3 has to say (CTAG-8)
   */
  *judge(name, copy, reader) {
    for (;;) {
      const verdict = yield* this.#verdict(/** @type {Generations} */ (copy.tags), (record) => this.read(record, reader));
      if (verdict.differing.size > 0) {
        this.#drop(name, copy);
        return this.#isKnownInvalid(name, copy, verdict) ? 'invalid' : undefined;
      }
      if (this.#settles(copy, verdict)) return verdict.isStale ? 'stale' : 'valid';
    }
  }

  /**
   * Hold what S3 has against the records as S3 has them (CTAG-6, CTAG-8).
   *
   * @param {string} name
   * @param {CachedValue} copy
   * @param {number} asked When the read of S3 began that brought it, in Unix milliseconds.
   * @param {Reader} reader
   * @returns {Program<Verdict>}
   */
  *judgeByS3(name, copy, asked, reader) {
    for (;;) {
      const verdict = yield* this.#verdict(/** @type {Generations} */ (copy.tags), (record) => reader.readS3(record));
      if (verdict.differing.size > 0) {
        this.#drop(name, copy);
        this.#noteInvalid(name, copy, asked, verdict);
        return verdict;
      }
      if (this.#settles(copy, verdict)) return verdict;
    }
  }

  /**
   * Read a record as a value is read: from memory, with whoever reads it just now, or by the reader (CTAG-6).
   *
   * @param {Target} record
   * @param {Reader} reader
   * @returns {Program<Reading>}
   */
  *read(record, reader) {
    const { name } = record;
    const place = this.#local.find(name);
    const copy = place?.value;
    if (copy?.isFreshItself(this.#clock())) {
      this.#local.use(/** @type {import('./local.js').Place} */ (place));
      return { source: 'memory', answer: copy.provenance, copy };
    }
    const flight = this.#singleFlight.of(name);
    if (!flight) return yield* this.#lead(record, reader, copy);
    /** @type {{reading: Reading} | {error: unknown} | undefined} */
    let shared;
    const settled = flight.then(
      (reading) => Boolean((shared = { reading })),
      (error) => Boolean((shared = { error })),
    );
    const waited = yield { settled, ...(this.#failover && { reserve: 1 - EDGE_SHARE }) };
    // A synchronous get cannot wait for an asynchronous one, which this thread has to go on with.
    if ('isAlone' in waited) return yield* reader.read(record, this.#local.any(name));
    const outcome = /** @type {{reading: Reading} | {error: unknown} | undefined} */ (shared);
    if (outcome && 'error' in outcome) throw copyOf(outcome.error);
    if (outcome && this.#isNewEnough(name, outcome.reading)) return outcome.reading;
    if (outcome || this.#failover) return yield* reader.readBeyondEdge(record);
    throw UnavailableError.because(`Reading ${record.key}`, { code: 'timeout', message: 'another call for it took too long' });
  }

  /**
   * Hold the generations of a document against the records, which are read at the same time.
   *
   * @param {Generations} tags
   * @param {(record: Target) => Program<Reading>} read
   * @returns {Program<Verdict>}
   * @throws {import('./errors.js').MemoryServiceError} if one of them cannot be read (CTAG-9)
   */
  *#verdict(tags, read) {
    const { turn } = this.#local;
    const readings = yield* together([...tags.keys()].map((tag) => read(this.locate(tag))));
    const differing = new Map();
    let until = Infinity;
    for (const [at, [tag, generation]] of [...tags].entries()) {
      const { copy } = /** @type {Reading} */ (readings[at]);
      const found = generationOf(copy);
      if (found !== generation) differing.set(tag, found);
      if (copy) until = Math.min(until, copy.ownUntil);
    }
    const isStale = readings.some(({ source }) => source === 'stale');
    return { differing, until: isStale ? -Infinity : until, isStale, turn };
  }

  /**
   * Let a copy be fresh for as long as the records of its tags are.
   *
   * @param {CachedValue} copy
   * @param {Verdict} verdict
   * @returns {boolean} false if a tag has got another generation meanwhile: it is to be judged again
   */
  #settles(copy, { until, turn }) {
    if (turn !== this.#local.turn) return false;
    copy.judge(until, turn);
    return true;
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy which is not to be returned any more
   */
  #drop(name, copy) {
    if (this.#local.any(name) === copy) this.#local.drop(name);
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy
   * @param {Verdict} verdict
   * @returns {boolean} whether S3 has said of that version that it is not valid, and nothing newer is known (CTAG-8, EXP-2)
   */
  #isKnownInvalid(name, copy, verdict) {
    const known = this.#invalid.get(name);
    if (!known || known.version !== copy.version) return false;
    const now = this.#clock();
    if (now < known.asked || now > known.asked + copy.maxAge * SECOND) return false;
    return [...known.differing].every(([tag, generation]) => verdict.differing.has(tag) && verdict.differing.get(tag) === generation);
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy which S3 says is not valid
   * @param {number} asked When that read of S3 began, in Unix milliseconds.
   * @param {Verdict} verdict
   */
  #noteInvalid(name, { version }, asked, { differing }) {
    this.#invalid.delete(name);
    this.#invalid.set(name, { version, asked, differing });
    if (this.#invalid.size > LIMIT) this.#invalid.delete(/** @type {string} */ (this.#invalid.keys().next().value));
  }

  /**
   * Read a record for all who want it meanwhile (MEM-4).
   *
   * @param {Target} record
   * @param {Reader} reader
   * @param {CachedValue | undefined} kept What memory has of it.
   * @returns {Program<Reading>}
   */
  *#lead(record, reader, kept) {
    /** @type {(reading: Reading) => void} */
    let resolve = () => {};
    /** @type {(error: unknown) => void} */
    let reject = () => {};
    const flight = this.#singleFlight.add(record.name, new Promise((...settle) => ([resolve, reject] = settle)));
    try {
      const reading = yield* reader.read(record, kept);
      resolve(reading);
      return reading;
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      this.#singleFlight.end(record.name, flight); // at once: a synchronous get ends before its promises do
    }
  }

  /**
   * @param {string} name
   * @param {Reading} reading which another has asked for
   */
  #isNewEnough(name, { answer, copy }) {
    return !copy?.hasExpired(this.#clock()) && this.#session.accepts(name, answer) !== undefined;
  }
}

/**
 * @param {CachedValue | undefined} copy of a record
 * @returns {string | undefined} the generation of its tag; undefined if that is no record that is believed (CTAG-3)
 */
function generationOf(copy) {
  if (copy?.type !== 'int' || copy.expiresAt !== undefined || Number.isNaN(copy.storedAt)) return undefined;
  return copy.storedAt <= Number(copy.value()) + RESTORED ? copy.write : undefined;
}

module.exports = { TagReader, generationOf };
