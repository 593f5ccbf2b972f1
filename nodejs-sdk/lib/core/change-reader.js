'use strict';

const { ChangeRecord, DAY, bucketOf, isPutBack, placeMark, wireOf } = require('./changes.js');
const { isEdgeFailure } = require('./edge.js');
const { withinShare } = require('./effects.js');
const { MemoryServiceError } = require('./errors.js');
const { EDGE_SHARE } = require('./limits.js');
const { isTagRecord, locateRecord } = require('./names.js');

/** @typedef {import('./answer.js').Answer} Answer */
/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/**
 * A record as an answer brought it. Times of this machine are Unix milliseconds, times of S3 Unix seconds.
 *
 * @typedef {object} Held
 * @property {ChangeRecord | undefined} record undefined if it is not believed, or there is none
 * @property {string} wire
 * @property {string | undefined} version
 * @property {number} start When its request began, by the clock of this machine.
 * @property {number} age Seconds.
 * @property {number} maxAge Seconds.
 * @property {number} date Its answer's `Date`.
 * @property {number} f CHG-14
 * @property {number} lastModified
 */

/** What a record may take, zipped or not (CHG-2). */
const MAX_BYTES = 64 * 1024;

/** The share of a get's time that reading the record may take: the value may have to be read after it (CHG-18). */
const SHARE = 1 / 2;

const SECOND = 1000;

/** Looks at the change record for all names of one object, and confirms copies by it (CHG-14 to CHG-20). */
class ChangeReader {
  #config;
  #where;
  #mark;
  #edge;
  #origin;
  #local;
  #circuit;
  #stats;
  #clock;
  #log;
  /** The newest that was read. @type {Held | undefined} */
  #held;
  /** When it was asked for in vain, or there was none, in Unix milliseconds. */
  #failedAt = NaN;
  /** The look that is under way. @type {{outcome: Promise<boolean>} | undefined} */
  #flight;
  /** Somebody has written past the record: until when nothing is confirmed, unless everything is announced after what it was (CHG-19). @type {{until: number, lastModified: number} | undefined} */
  #distrust;

  /**
   * @param {import('./config.js').Config} config
   * @param {string} place
   * @param {object} components
   * @param {import('./edge.js').Edge} components.edge
   * @param {import('./origin.js').Origin} components.origin
   * @param {import('./local.js').Local} components.local
   * @param {import('./circuit.js').Circuit} components.circuit
   * @param {import('./stats.js').Stats} components.stats
   * @param {() => number} clock Unix time in milliseconds
   * @param {import('./log.js').Log} log
   */
  constructor(config, place, { edge, origin, local, circuit, stats }, clock, log) {
    this.#config = config;
    this.#where = locateRecord(config.visibility, place);
    this.#mark = placeMark(config.bucket, this.#where.key);
    this.#edge = edge;
    this.#origin = origin;
    this.#local = local;
    this.#circuit = circuit;
    this.#stats = stats;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy which memory has of it
   * @returns {boolean} whether the record at hand makes it fresh
   */
  makesFresh(name, copy) {
    return this.#isFresh() && this.#confirms(name, copy) && copy.isFresh(this.#clock());
  }

  /**
   * The same with a look at the record, if that can be of use (CHG-17).
   *
   * @param {string} name
   * @param {CachedValue} kept What memory has of it.
   * @returns {Program<CachedValue | undefined>} what it has then, if that is fresh
   */
  *confirm(name, kept) {
    if (kept.hasExpired(this.#clock()) || !this.#mayConfirm(name, kept)) return undefined;
    if (!this.#isFresh() && !(yield* this.#look())) return undefined;
    const place = this.#local.find(name); // looked up anew: it may have gone meanwhile
    if (!place || !this.#confirms(name, place.value)) return undefined;
    const now = this.#clock();
    const isFresh = isTagRecord(name) ? place.value.isFreshItself(now) : place.value.isFresh(now);
    if (!isFresh) return undefined;
    this.#local.use(place);
    return place.value;
  }

  /**
   * See whether a value shows that somebody has written past the record (CHG-19).
   *
   * @param {string} name
   * @param {number} storedAt `Last-Modified`, in Unix milliseconds; NaN if it is not known
   */
  compare(name, storedAt) {
    const { record, f } = this.#held ?? {};
    const lastModified = storedAt / SECOND;
    if (!record?.isContradictedBy(/** @type {number} */ (f), () => bucketOf(name), lastModified)) return;
    this.#distrusts(lastModified, `${JSON.stringify(name)} was written past the change record ${this.#where.key}`);
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy
   * @returns {boolean} whether it counts as read with the record from now on
   */
  #confirms(name, copy) {
    const held = this.#held;
    if (!held?.record || Number.isNaN(copy.readSince)) return false;
    this.compare(name, copy.storedAt);
    if (this.#isDistrusting() || !this.#mayConfirm(name, copy)) return false;
    copy.confirm(held);
    return true;
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy
   * @returns {boolean} whether the record at hand confirms it, or there is none that rules it out (CHG-15)
   */
  #mayConfirm(name, copy) {
    if (Number.isNaN(copy.readSince)) return false;
    const record = this.#held?.record;
    return !record || record.confirms((copy.bucket ??= bucketOf(name)), copy.readSince);
  }

  /** Whether the record at hand need not be asked for. */
  #isFresh() {
    const held = this.#held;
    if (!held?.record) return false;
    const now = this.#clock();
    return now >= held.start && now < held.start + (held.maxAge - held.age) * SECOND;
  }

  /** @returns {Program<boolean>} whether there is a record that has just been read */
  *#look() {
    const sinceFailure = this.#clock() - this.#failedAt;
    if (sinceFailure >= 0 && sinceFailure < this.#config.edgeTtl * SECOND) return false;
    if (this.#flight) {
      const { outcome } = this.#flight;
      const waited = yield { settled: outcome, reserve: 1 - SHARE };
      // A synchronous get cannot wait for an asynchronous one, which this thread has to go on with.
      if (!('isAlone' in waited)) return 'settled' in waited && waited.settled;
      return yield* this.#read();
    }
    /** @type {(hasRecord: boolean) => void} */
    let end = () => {};
    this.#flight = { outcome: new Promise((resolve) => (end = resolve)) };
    let hasRecord = false;
    try {
      hasRecord = yield* this.#read();
    } finally {
      this.#flight = undefined;
      end(hasRecord);
    }
    return hasRecord;
  }

  /** @returns {Program<boolean>} */
  *#read() {
    try {
      const answer = yield* this.#ask();
      this.#stats.recordsRead++;
      this.#keep(answer);
    } catch (error) {
      if (!(error instanceof MemoryServiceError)) throw error;
      this.#failedAt = this.#clock();
      this.#log.debug(`the change record cannot be read: ${error.message}`);
      return false;
    }
    if (this.#held?.record) return true;
    this.#failedAt = this.#clock();
    return false;
  }

  /** @returns {Program<Answer>} of the edge, or of S3 in its place */
  *#ask() {
    const { failover } = this.#config;
    const asked = { known: this.#held?.version, maxBytes: MAX_BYTES, takesCorrupt: true };
    if (!failover || this.#circuit.asks()) {
      try {
        const answer = yield* withinShare(failover ? SHARE * EDGE_SHARE : SHARE, this.#edge.read(this.#where.path, asked));
        this.#circuit.answered();
        if (answer.maxAge === undefined || answer.age <= answer.maxAge) return answer; // STALE-1
      } catch (error) {
        if (!isEdgeFailure(error)) {
          this.#circuit.answered(); // a refusal is an answer
          throw error;
        }
        this.#circuit.failed();
        if (!failover) throw error;
      }
    }
    return yield* withinShare(SHARE, this.#origin.read(this.#where.key, asked));
  }

  /** @param {Answer} answer */
  #keep(answer) {
    const before = this.#held;
    const told = this.#toldBy(answer);
    if (before && told.start - told.age * SECOND < before.start - before.age * SECOND) return; // another edge may have had an older one
    this.#held = told;
    if (!before?.record || !told.record) return;
    if (!isPutBack({ record: before.record, date: before.date }, { record: told.record, f: told.f })) return;
    this.#distrusts(told.lastModified, `the change record ${this.#where.key} is older than it was`);
  }

  /**
   * @param {Answer} answer
   * @returns {Held}
   */
  #toldBy({ document, isUnchanged, version, start, age, maxAge, date, readSince, storedAt }) {
    const before = isUnchanged ? this.#held : undefined;
    const wire = before?.wire ?? wireOf(document);
    const lastModified = before && Number.isNaN(storedAt) ? before.lastModified : storedAt / SECOND;
    const record = ChangeRecord.believed({ wire, lastModified }, this.#mark);
    return {
      record,
      wire,
      version: before ? before.version : (version ?? undefined),
      start,
      age,
      maxAge: maxAge ?? before?.maxAge ?? 0,
      date: date / SECOND,
      f: readSince,
      lastModified,
    };
  }

  /**
   * @param {number} lastModified
   * @param {string} why
   */
  #distrusts(lastModified, why) {
    if (!this.#isDistrusting()) this.#log.warn(`${why}: copies are not confirmed by it for a day. Who writes there must use this SDK, with CHANGES.`);
    this.#distrust = { until: this.#clock() + DAY * SECOND, lastModified };
    this.#local.dropConfirmed();
  }

  #isDistrusting() {
    if (!this.#distrust) return false;
    const { until, lastModified } = this.#distrust;
    const all = this.#held?.record?.all ?? 0;
    return this.#clock() < until && !(all > lastModified);
  }
}

module.exports = { ChangeReader };
