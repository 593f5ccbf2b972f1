'use strict';

const { withoutTags } = require('./generations.js');
const { readTagged } = require('./value-reader.js');

/** @typedef {import('../../index.js').Entry} Entry */

/** The last moment that a Date can tell, in Unix milliseconds. */
const LAST_MOMENT = 8.64e15;

const SECOND = 1000;

/**
 * What a document says.
 *
 * @typedef {object} Content
 * @property {unknown} value A list or dict may be missing: the text has it.
 * @property {string} text The document.
 * @property {number} octets Bytes of the document.
 * @property {string} type
 * @property {boolean} tagged
 * @property {number | undefined} expiresAt Unix time in milliseconds
 * @property {number} took milliseconds
 * @property {string | undefined} [write] The id of its put.
 * @property {import('./generations.js').Generations | undefined} [tags]
 */

/**
 * What edge or S3 say of it.
 *
 * @typedef {object} Provenance
 * @property {string | null} version
 * @property {number} storedAt Unix time in milliseconds; NaN if it is not known
 * @property {number} start When the request began, in Unix milliseconds.
 * @property {number} age Whole seconds since the edge fetched it.
 * @property {number | undefined} maxAge Whole seconds that it may be served without asking S3.
 * @property {number} [readSince] Since when it has surely been read, in seconds of S3's time; NaN if nobody knows (CHG-14).
 */

/**
 * A value as it is kept, so that each get is given one of its own (MEM-3) at the least cost: what nobody can change as it
 * is, a list or dict as text, since nothing copies one faster than the platform's parser.
 */
class CachedValue {
  #held;
  #isText;
  #isBytes;
  #tagged;
  /** A list or dict as it was decoded when it came, for the first who asks. @type {unknown} */
  #decoded;
  #start;
  #age;
  #maxAge;
  /** When it has to be asked for again, and the same whatever becomes of its tags. */
  #freshUntil;
  #ownUntil;
  #tagsUntil;
  #storedAt;
  /** When it would have ended to be fresh if no record had confirmed it; undefined if none has. @type {number | undefined} */
  #ownEnd;
  /** The number of its name's bucket in a change record, once it has been asked for. @type {number | undefined} */
  bucket;
  /** That of the memory when it was judged. @type {number | undefined} */
  turn;

  /**
   * @param {Content} content
   * @param {Provenance} provenance
   */
  constructor({ value, text, octets, type, tagged, expiresAt, took, write, tags }, { version, storedAt, start, age, maxAge = 0, readSince = NaN }) {
    this.type = type;
    this.version = /** @type {string} */ (version);
    this.expiresAt = expiresAt;
    this.took = took;
    this.write = write;
    /** The generation of each of its tags; of a value without undefined. */
    this.tags = tags;
    this.readSince = readSince;
    this.#isText = type === 'list' || type === 'dict';
    this.#isBytes = type === 'bytes';
    this.#tagged = tagged;
    this.#held = this.#isText ? (tags ? withoutTags(text, tags) : text) : value;
    if (this.#isText) this.#decoded = value;
    this.#start = start;
    this.#age = age;
    this.#maxAge = maxAge;
    this.#ownUntil = this.#endOf(start, age);
    this.#tagsUntil = tags ? -Infinity : Infinity;
    this.#freshUntil = Math.min(this.#ownUntil, this.#tagsUntil);
    this.#storedAt = storedAt;
    /** Bytes that it counts for (MEM-1), without its name. */
    this.size = octets;
  }

  /**
   * @param {number} now Unix time in milliseconds
   * @returns {boolean} whether it may be returned without asking anybody (MEM-2, MEM-5)
   */
  isFresh(now) {
    return now < this.#freshUntil && now >= this.#start;
  }

  /**
   * From now on it counts as read with a record (CHG-16).
   *
   * @param {{start: number, age: number}} record When the request for it began, in Unix milliseconds, and its `Age`.
   */
  confirm({ start, age }) {
    this.#ownEnd ??= this.#ownUntil;
    this.#start = start;
    this.#age = age;
    this.#ownUntil = this.#endOf(start, age);
    this.#freshUntil = Math.min(this.#ownUntil, this.#tagsUntil);
  }

  /**
   * @param {number} until Until when the records of its tags are fresh that say that it is valid, in Unix milliseconds (CTAG-7).
   * @param {number} [turn] That of the memory before the records were read.
   */
  judge(until, turn) {
    this.turn = turn;
    this.#tagsUntil = until;
    this.#freshUntil = Math.min(this.#ownUntil, until);
  }

  /**
   * @param {number} now Unix time in milliseconds
   * @returns {boolean} whether it may be returned if its tags are valid
   */
  isFreshItself(now) {
    return now < this.#ownUntil && now >= this.#start;
  }

  /** Until when it is fresh, whatever becomes of its tags, in Unix milliseconds. */
  get ownUntil() {
    return this.#ownUntil;
  }

  /** Until when it may be returned without asking anybody, in Unix milliseconds. */
  get freshUntil() {
    return this.#freshUntil;
  }

  /** Whole seconds that it may be served without asking S3. */
  get maxAge() {
    return this.#maxAge;
  }

  /** Whether a record has confirmed it. */
  get isConfirmed() {
    return this.#ownEnd !== undefined;
  }

  /**
   * @param {number} now Unix time in milliseconds
   * @returns {boolean} whether it is fresh by a record only
   */
  isFreshByRecord(now) {
    return this.#ownEnd !== undefined && now >= this.#ownEnd;
  }

  /**
   * @param {number} now Unix time in milliseconds
   * @param {number} grace seconds
   * @returns {boolean} whether it may be returned when nobody answers (STALE-2)
   */
  isOfUse(now, grace) {
    return now >= this.#start && now <= this.#start + (this.#maxAge - this.#age + grace) * SECOND && !this.hasExpired(now);
  }

  /** @param {number} now Unix time in milliseconds */
  hasExpired(now) {
    return this.expiresAt !== undefined && this.expiresAt <= now;
  }

  /** @param {CachedValue} other */
  isFreshLongerThan(other) {
    return this.#ownUntil > other.#ownUntil;
  }

  /** @returns {any} the value, the caller's own */
  value() {
    if (!this.#isText) return this.#isBytes ? new Uint8Array(/** @type {Uint8Array} */ (this.#held)) : this.#held;
    if (this.#decoded !== undefined) {
      const decoded = this.#decoded;
      this.#decoded = undefined;
      return decoded;
    }
    // The text was checked when it came, and the parser says the same again.
    const { value } = JSON.parse(/** @type {string} */ (this.#held));
    return this.#tagged ? readTagged(value) : value;
  }

  /**
   * The value with what is known about it (GET-6).
   *
   * @param {Entry['source']} source
   * @param {number} now Unix time in milliseconds
   * @returns {Entry}
   */
  entry(source, now) {
    const { expiresAt } = this;
    return {
      value: this.value(),
      type: /** @type {Entry['type']} */ (this.type),
      version: this.version,
      source,
      age: this.#age + (source === 'edge' || source === 's3' ? 0 : Math.max(0, Math.floor((now - this.#start) / SECOND))),
      storedAt: Number.isNaN(this.#storedAt) ? undefined : new Date(this.#storedAt),
      expiresAt: expiresAt === undefined ? undefined : new Date(Math.min(expiresAt, LAST_MOMENT)),
      tags: this.tags ? [...this.tags.keys()] : [],
    };
  }

  /** When it was stored, in Unix milliseconds; NaN if that is not known. */
  get storedAt() {
    return this.#storedAt;
  }

  /** What SES-3 wants to know of it. */
  get provenance() {
    return { version: this.version, storedAt: this.#storedAt, date: NaN, start: this.#start, age: this.#age };
  }

  /**
   * @param {number} start
   * @param {number} age
   */
  #endOf(start, age) {
    return Math.min(start + (this.#maxAge - age) * SECOND, this.expiresAt ?? Infinity);
  }
}

module.exports = { CachedValue };
