'use strict';

const { learnClock, present } = require('./aws-clock.js');
const { ChangeRecord, bucketOf, placeMark, wireOf } = require('./changes.js');
const { UnavailableError, copyOf } = require('./errors.js');
const { ExpiredError, Fence } = require('./fence.js');
const { locateRecord } = require('./names.js');
const { platform } = require('./platform.js');

/** @typedef {import('./conditional.js').Run} Run */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** @typedef {{record: ChangeRecord | undefined, version: string | null}} Seen What S3 has as record: undefined if it is not believed; the version null if there is none. */

/** What a record may take, zipped or not (CHG-2). */
const MAX_BYTES = 64 * 1024;
/** Seconds by which *e* may differ from S3's time (CHG-9, CHG-10). */
const TOLERANCE = 10;
/** Attempts that may lose before everything is announced (CHG-8). */
const MOST_LOST = 2;
/** Milliseconds: the first pause after a lost attempt, and the longest (UPD-2). */
const FIRST_PAUSE = 20;
const MAX_PAUSE = 1000;

const SECOND = 1000;

/** What is announced with one put of the record, for all that gather while another put is under way. */
class Group {
  /** @type {Set<number>} */
  buckets = new Set();
  isEverything = false;
  /** What *e* must not be earlier than. */
  least = 0;
  /** For how many seconds from *e* on everything is to count as announced (CHG-21). */
  lifetime = 0;
  /** Its *e*, once it has begun. @type {Promise<number> | undefined} */
  outcome;

  /**
   * @param {number[] | undefined} buckets undefined for everything
   * @param {number} least
   * @param {number} lifetime
   */
  add(buckets, least, lifetime) {
    if (!buckets) this.isEverything = true;
    for (const bucket of buckets ?? []) this.buckets.add(bucket);
    this.least = Math.max(this.least, least);
    this.lifetime = Math.max(this.lifetime, lifetime);
  }

  /**
   * @param {ChangeRecord} record
   * @param {number} e
   * @returns {boolean}
   */
  isAnnouncedBy(record, e) {
    if (this.lifetime > 0 && record.all < e + this.lifetime) return false;
    return this.isEverything ? record.all >= e : [...this.buckets].every((bucket) => record.base(bucket) >= e);
  }
}

/** Announces in the change record what is about to change (section 14.2). Times are seconds of S3's time. */
class Announcer {
  #edgeTtl;
  #budget;
  #key;
  #mark;
  #origin;
  #store;
  #stats;
  #random;
  /** What S3 had when this object looked or put last; undefined if that is over. @type {Seen | undefined} */
  #seen;
  /** The latest `newest` that this object has seen there (CHG-20). */
  #newest = 0;
  /** The put of a group that is under way. @type {Promise<unknown> | undefined} */
  #running;
  /** Those that wait for it. @type {Group | undefined} */
  #next;

  /**
   * @param {import('./config.js').Config} config
   * @param {string} place
   * @param {object} components
   * @param {import('./origin.js').Origin} components.origin
   * @param {import('./store.js').Store} components.store
   * @param {import('./stats.js').Stats} components.stats
   * @param {() => number} random
   */
  constructor(config, place, { origin, store, stats }, random) {
    this.#edgeTtl = config.edgeTtl;
    this.#budget = config.deadline * SECOND;
    this.#key = locateRecord(config.visibility, place).key;
    this.#mark = placeMark(config.bucket, this.#key);
    this.#origin = origin;
    this.#store = store;
    this.#stats = stats;
    this.#random = random;
  }

  /**
   * @param {Run} run
   * @param {Iterable<string> | undefined} names undefined for everything
   * @param {number} left Milliseconds that it may take.
   * @param {number} [least] What its time must not be earlier than.
   * @param {number} [lifetime] For how many seconds from then on others may write anything (CHG-21).
   * @returns {Promise<number>} when it was announced (CHG-7)
   * @throws {import('./errors.js').MemoryServiceError} if it was not (CHG-11)
   */
  async announce(run, names, left, least = 0, lifetime = 0) {
    const buckets = names && [...names].map(bucketOf);
    const shared = this.#shared(buckets, least, lifetime);
    if (shared !== undefined) return shared;
    const group = (this.#next ??= new Group());
    group.add(buckets, least, lifetime);
    group.outcome ??= this.#outcomeOf(run, group);
    let e;
    try {
      e = await within(left, group.outcome);
    } catch (error) {
      throw this.#unannounced(error);
    }
    if (e !== undefined) return e;
    throw UnavailableError.because(`Announcing in ${this.#key}`, { code: 'timeout', message: 'it took all of the time' });
  }

  /**
   * @param {Run} run
   * @param {Group} group
   * @returns {Promise<number>}
   */
  #outcomeOf(run, group) {
    const before = this.#running;
    const outcome = (async () => {
      await before;
      this.#next = undefined; // whoever comes from now on is not in its document
      return run(this.#commit(group), this.#budget);
    })();
    const end = () => {
      if (this.#running === running) this.#running = undefined;
    };
    const running = outcome.then(end, end);
    this.#running = running;
    return outcome;
  }

  /**
   * @param {Group} group
   * @returns {Program<number>} its *e*
   * @throws {import('./errors.js').MemoryServiceError}
   */
  *#commit(group) {
    const { buckets, least, lifetime } = group;
    for (let lost = 0, limit = FIRST_PAUSE; ; ) {
      const { record, version } = (this.#seen ??= yield* this.#look());
      const shared = this.#shared(group.isEverything ? undefined : [...buckets], least, lifetime);
      if (shared !== undefined) return shared;
      const start = present();
      const e = Math.max(Math.floor(start / SECOND), least);
      const isWide = group.isEverything || lost >= MOST_LOST;
      const until = Math.max(isWide ? e : 0, lifetime > 0 ? e + lifetime : 0);
      const raised = (record ?? ChangeRecord.first(e)).raised(e, isWide ? [] : buckets, until);
      const put = yield* this.#put(group, raised, version, e);
      if (put === 'announced') return e;
      if (put === 'again') continue;
      lost++;
      this.#stats.conflicts++;
      yield { pause: this.#random() * limit };
      limit = Math.min(2 * limit, MAX_PAUSE);
    }
  }

  /**
   * @param {Group} group
   * @param {ChangeRecord} raised
   * @param {string | null} version of what it replaces; null for nothing
   * @param {number} e
   * @returns {Program<'announced' | 'lost' | 'again'>} again, if it is not and nobody else was faster
   */
  *#put(group, raised, version, e) {
    this.#seen = undefined; // until it is clear what became of it
    const start = present();
    const form = /** @type {const} */ ({ expiresAt: undefined, maxAge: this.#edgeTtl, ttlDays: undefined, storageClass: 'STANDARD', isRecord: true });
    let answer;
    try {
      answer = yield* this.#store.put(this.#key, platform.toUtf8('', raised.document(this.#mark), ''), form, version, new Fence(e));
    } catch (error) {
      return yield* this.#afterFailure(error, group, e);
    }
    if ('refused' in answer) return answer.isInDoubt && (yield* this.#settle(group, e)) ? 'announced' : 'lost';
    this.#stats.announcements++;
    this.#see(raised, answer.version, answer.date / SECOND);
    return isClockRight(start, answer.date) ? 'announced' : 'again';
  }

  /**
   * @param {unknown} error of a put
   * @param {Group} group
   * @param {number} e
   * @returns {Program<'announced' | 'again'>}
   * @throws {unknown} the same, if nothing has been announced
   */
  *#afterFailure(error, group, e) {
    const isLost = error instanceof UnavailableError && error.outcomeUnknown;
    if (!isLost && !(error instanceof ExpiredError)) throw error;
    return isLost && (yield* this.#settle(group, e)) ? 'announced' : 'again';
  }

  /**
   * Let the record say what became of a put of which no answer came, and count it if it is there (CHG-7, CHG-22).
   *
   * @param {Group} group
   * @param {number} e
   * @returns {Program<boolean>} whether it has announced
   */
  *#settle(group, e) {
    const { record } = yield* this.#look();
    if (!record || !group.isAnnouncedBy(record, e)) return false;
    this.#stats.announcements++;
    return true;
  }

  /** @returns {Program<Seen>} what S3 has */
  *#look() {
    const start = present();
    const { document, version, storedAt, date } = yield* this.#origin.read(this.#key, { maxBytes: MAX_BYTES, takesCorrupt: true });
    isClockRight(start, date);
    const lastModified = storedAt / SECOND;
    const wire = wireOf(document);
    return this.#see(ChangeRecord.believed({ wire, lastModified }, this.#mark), version, lastModified);
  }

  /**
   * @param {ChangeRecord | undefined} record
   * @param {string | null} version
   * @param {number} lastModified
   * @returns {Seen}
   */
  #see(record, version, lastModified) {
    const isBelieved = record && record.newest >= this.#newest && record.isOf(lastModified);
    this.#newest = isBelieved ? record.newest : 0;
    return (this.#seen = { record: isBelieved ? record : undefined, version });
  }

  /**
   * @param {number[] | undefined} buckets undefined for everything
   * @param {number} least
   * @param {number} lifetime
   * @returns {number | undefined} the time of an announcement that counts for them as well (CHG-9)
   */
  #shared(buckets, least, lifetime) {
    const record = this.#seen?.record;
    if (!record) return undefined;
    const now = present() / SECOND;
    if (lifetime > 0) {
      const e = Math.max(Math.floor(now), least);
      if (record.all < e + lifetime) return undefined;
      if (buckets?.length === 0) return e;
    }
    const near = (/** @type {number} */ e) => (e >= least && Math.abs(e - now) <= TOLERANCE ? e : -Infinity);
    const everything = near(record.all); // it may also be the end of what others may write, which is none of the present
    const e = buckets ? Math.min(...buckets.map((bucket) => Math.max(near(record.timeOf(bucket)), everything))) : everything;
    return Number.isFinite(e) ? e : undefined;
  }

  /**
   * @param {unknown} error
   * @returns {unknown} the same, of whose outcome there is no doubt (CHG-11)
   */
  #unannounced(error) {
    if (error instanceof UnavailableError) {
      return new UnavailableError(`Nothing was written, since the change record ${this.#key} could not be raised: ${error.message}`, { cause: error });
    }
    const own = copyOf(error);
    if (own instanceof Error && 'outcomeUnknown' in own) own.outcomeUnknown = false;
    return own;
  }
}

/**
 * @param {number} start When a request began, by the clock that signs, in Unix milliseconds.
 * @param {number} date `Date` of the answer that is there now, in Unix milliseconds; NaN if it is not known
 * @returns {boolean} whether that clock is S3's; if not, it is from now on (CHG-10)
 */
function isClockRight(start, date) {
  const isWrong = date < start - TOLERANCE * SECOND || date > present() + TOLERANCE * SECOND;
  return !(isWrong && learnClock(date));
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T | undefined>} undefined if it takes longer
 */
async function within(milliseconds, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<undefined>} */
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, milliseconds), undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { Announcer };
