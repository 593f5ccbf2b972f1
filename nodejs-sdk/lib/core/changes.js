'use strict';

const { readSince } = require('./dates.js');
const { platform } = require('./platform.js');

/**
 * A record as it was read.
 *
 * @typedef {object} StoredRecord
 * @property {string} wire The document.
 * @property {number} lastModified Seconds of S3's time; NaN if it is not known.
 */

/** Seconds after an announcement until what it announced has landed, or never will (CHG-15). */
const QUIET = 120;
/** Seconds after its announcement at which a value may be dated (CHG-19). */
const FOREIGN = 121;
/** Seconds after its newest announcement at which a writer may have put a record (CHG-4). */
const LATE = 30;
/** Seconds by which the first record is ahead of its announcement (CHG-6). */
const LEAD = 1000;
const DAY = 86_400;

const BUCKETS = 4096;
/** Bytes of a bucket. */
const WIDTH = 3;
/** The digits of a hash that make the number of a bucket. */
const DIGITS = 3;
/** The end of the year 9999. */
const LAST_TIME = 253_402_300_799;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const BASE64 = /^[A-Za-z0-9+/]{16384}$/;

/**
 * What writers have announced, as a record says it that is believed (section 14.1). It never changes. All times are whole
 * seconds of S3's time.
 */
class ChangeRecord {
  #octets;

  /**
   * @param {number} newest The latest time with which it was put.
   * @param {number} since The time that stands for everything announced before.
   * @param {number} all The latest announcement of everything; 0 for none.
   * @param {Uint8Array} octets The buckets as the document has them, before base64.
   */
  constructor(newest, since, all = 0, octets = new Uint8Array(BUCKETS * WIDTH)) {
    this.newest = newest;
    this.since = since;
    this.all = all;
    this.#octets = octets;
  }

  /**
   * The record of a writer that found none, before it is raised (CHG-6).
   *
   * @param {number} e
   */
  static first(e) {
    return new ChangeRecord(e, e + LEAD);
  }

  /**
   * @param {StoredRecord} stored
   * @param {string} place What it has to say of where it is.
   * @returns {ChangeRecord | undefined} undefined if it is not believed (CHG-4)
   */
  static believed({ wire, lastModified }, place) {
    const record = parsed(wire, place);
    return record?.isOf(lastModified) ? record : undefined;
  }

  /**
   * @param {number} lastModified NaN if it is not known
   * @returns {boolean} whether a writer may have put it then
   */
  isOf(lastModified) {
    return lastModified <= this.newest + LATE;
  }

  /**
   * @param {number} bucket
   * @returns {number} when it was announced last; 0 if it was not after `since`
   */
  timeOf(bucket) {
    const at = bucket * WIDTH;
    const seconds = (this.#octets[at] << 16) | (this.#octets[at + 1] << 8) | this.#octets[at + 2];
    return seconds === 0 ? 0 : this.since + seconds;
  }

  /**
   * @param {number} bucket
   * @returns {number} the latest announcement that a name in it may have had (CHG-3)
   */
  base(bucket) {
    return Math.max(this.timeOf(bucket), this.since, this.all);
  }

  /**
   * With one more announcement (CHG-5).
   *
   * @param {number} e
   * @param {Iterable<number>} [buckets] of the names that are announced
   * @param {number} [until] What `all` is raised to, if everything is announced.
   * @returns {ChangeRecord}
   */
  raised(e, buckets = [], until = 0) {
    const newest = Math.max(this.newest, e);
    const since = Math.max(this.since, newest - DAY);
    const announced = new Set(buckets);
    const octets = new Uint8Array(BUCKETS * WIDTH);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const time = announced.has(bucket) ? Math.max(this.timeOf(bucket), e) : this.timeOf(bucket);
      if (time > since) octets.set(octetsOf(time - since), bucket * WIDTH);
    }
    return new ChangeRecord(newest, since, Math.max(this.all, until), octets);
  }

  /**
   * @param {string} place
   * @returns {string} the document (CHG-2)
   */
  document(place) {
    const { newest, since, all } = this;
    return JSON.stringify({ v: 1, place, newest, since, all, buckets: platform.toBase64(this.#octets) });
  }

  /**
   * @param {number} bucket
   * @param {number} f Since when a copy of a name in it has surely been read; NaN if nobody knows.
   * @returns {boolean} CHG-15
   */
  confirms(bucket, f) {
    return f >= this.base(bucket) + QUIET;
  }

  /**
   * @param {number} f Since when this record has surely been read; NaN if nobody knows.
   * @param {() => number} bucket of the name of a value
   * @param {number} lastModified of the value; NaN if it is not known
   * @returns {boolean} whether somebody has written past this record (CHG-19)
   */
  isContradictedBy(f, bucket, lastModified) {
    // The bucket is a hash: it is asked for last.
    return f >= lastModified + 1 && lastModified > Math.max(this.since, this.all) + FOREIGN && lastModified > this.base(bucket()) + FOREIGN;
  }

  /** @returns {Map<number, number>} the times of the buckets that have one, by number */
  buckets() {
    const times = new Map();
    for (let bucket = 0; bucket < BUCKETS; bucket++) if (this.timeOf(bucket) > 0) times.set(bucket, this.timeOf(bucket));
    return times;
  }
}

/**
 * @param {string} name
 * @returns {number} CHG-3
 */
function bucketOf(name) {
  return parseInt(platform.sha256(name, 'hex').slice(0, DIGITS), 16);
}

/**
 * @param {string} bucketName
 * @param {string} key of a record
 * @returns {string} what it says of where it is (CHG-2)
 */
function placeMark(bucketName, key) {
  return platform.sha256(`${bucketName}/${key}`, 'hex').slice(0, 16);
}

/**
 * Whether of two records the one that was read later is not what the other had become (CHG-20).
 *
 * @param {{record: ChangeRecord, date: number}} older with the `Date` of its answer, in seconds
 * @param {{record: ChangeRecord, f: number}} newer
 * @returns {boolean}
 */
function isPutBack(older, newer) {
  return newer.f > older.date && newer.record.newest < older.record.newest;
}

/**
 * @param {string} wire
 * @param {string} place
 * @returns {ChangeRecord | undefined}
 */
function parsed(wire, place) {
  let told;
  try {
    told = JSON.parse(wire);
  } catch {
    return undefined;
  }
  if (typeof told !== 'object' || told === null || told.v !== 1 || told.place !== place) return undefined;
  const { newest, since, all, buckets } = told;
  if (![newest, since, all].every(isTime) || typeof buckets !== 'string' || !BASE64.test(buckets)) return undefined;
  return new ChangeRecord(newest, since, all, /** @type {Uint8Array} */ (platform.fromBase64(buckets)));
}

/**
 * @param {number} seconds
 * @returns {number[]} as a bucket has them, the highest first
 */
function octetsOf(seconds) {
  return [seconds >> 16, seconds >> 8, seconds];
}

/**
 * @param {Uint8Array | undefined} document
 * @returns {string} its text; empty if there is none
 */
function wireOf(document) {
  return document ? utf8.decode(document) : '';
}

/** @param {unknown} time */
function isTime(time) {
  return Number.isInteger(time) && Number(time) >= 0 && Number(time) <= LAST_TIME;
}

module.exports = { ChangeRecord, bucketOf, placeMark, readSince, isPutBack, wireOf, DAY };
