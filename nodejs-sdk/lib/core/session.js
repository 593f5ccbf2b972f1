'use strict';

const { fetchedAt } = require('./answer.js');
const { MEMORY } = require('./lineage.js');
const { LruMap } = require('./lru-map.js');

/** How many names are remembered at least (SES-5). */
const LIMIT = 10_000;

const SECOND = 1000;

/**
 * What is known of a name. Times are Unix time in milliseconds.
 *
 * @typedef {object} State
 * @property {string | null | undefined} version null: there is no value; undefined: unknown (SES-4).
 * @property {number} floor In S3's time; NaN if it is not known.
 * @property {number} knownAt By the clock of this machine: what is fetched from S3 after that is as new or newer.
 * @property {string[]} ids What a document that replaces this one has as `previous` (COND-5).
 * @property {boolean} [isOwn] Whether this object put it, and has not read it.
 * @property {number} [confirmedAt] When a read of S3 began that said so, by the clock of this machine (EXP-2).
 */

/**
 * @typedef {object} Record
 * @property {State} state
 * @property {number} writes How many puts and removes are under way.
 * @property {boolean} isOverlapped Whether they have overlapped, so that nobody knows which was the last.
 * @property {State | undefined} before What was known before them.
 */

/** @typedef {{state: State | undefined, horizon: number, clears: number}} View What was known when a read of S3 began. */

/** @typedef {Pick<import('./answer.js').Answer, 'version' | 'storedAt' | 'date' | 'start' | 'age'>} Answer */

/** How the end of a put or remove is told that did not come to a {@link State}. */
const NOTHING_DONE = 'nothing done';
const UNKNOWN = 'unknown';

/**
 * The newest state that one object knows of each name, so that nothing older is returned than what it has written or
 * read itself, whatever edges hold (section 7.2).
 */
class Session {
  #clock;
  #limit;
  /** @type {LruMap<Record>} */
  #records = new LruMap();
  /** No copy that was fetched from S3 before this moment is taken for a name without a record (SES-5). */
  #horizon = -Infinity;
  #clears = 0;

  /**
   * @param {() => number} clock Unix time in milliseconds
   * @param {number} [limit]
   */
  constructor(clock, limit = LIMIT) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /**
   * @param {string} name
   * @returns {boolean} whether a request to the edge that begins now can bring anything that is accepted
   */
  trustsEdges(name) {
    const record = this.#recordOf(name);
    return record ? record.state.version !== undefined : this.#isBeyondHorizon(this.#clock(), 0);
  }

  /**
   * SES-3 to SES-5.
   *
   * @param {string} name
   * @param {Answer} answer
   * @returns {'version' | 'time' | 'horizon' | undefined} by what it is accepted; undefined if it is not
   */
  accepts(name, { version, storedAt, start, age }) {
    const record = this.#recordOf(name);
    if (!record) return this.#isBeyondHorizon(start, age) ? 'horizon' : undefined;
    const { state } = record;
    if (state.version === undefined) return undefined;
    if (version === state.version && version !== '') return 'version'; // an answer without an ETag could be any
    return storedAt - state.floor >= SECOND ? 'time' : undefined;
  }

  /**
   * Since when what an edge says of a name may hide something newer: since the edge fetched its copy, or, for the max-age of
   * the answer, since S3 itself said the same (EXP-1, EXP-2).
   *
   * @param {string} name
   * @param {import('./answer.js').Answer} answer of an edge, which is accepted
   * @returns {number} Unix time in milliseconds
   */
  fetchedAt(name, answer) {
    const state = this.#recordOf(name)?.state;
    const { version, confirmedAt = -Infinity } = state ?? {};
    const now = this.#clock();
    const isRecent = version === answer.version && confirmedAt <= now && now <= confirmedAt + (answer.maxAge ?? 0) * SECOND;
    return isRecent ? Math.max(fetchedAt(answer), confirmedAt) : fetchedAt(answer);
  }

  /**
   * @param {string} name
   * @param {Answer} answer of an edge, which is accepted
   * @param {string[]} ids
   */
  learn(name, answer, ids) {
    const place = this.#records.find(name);
    // Two misses may have had a value between them.
    if (place?.value.state.version === answer.version && answer.version) this.#records.use(place);
    else this.#know(name, stateOf(answer, this.#clock() - answer.age * SECOND, ids));
  }

  /**
   * @param {string} name
   * @returns {View} for {@link learnFromS3}, when the read is over
   */
  view(name) {
    return { state: this.#recordOf(name)?.state, horizon: this.#horizon, clears: this.#clears };
  }

  /**
   * @param {string} name
   * @param {View} view of when the read began
   * @param {Answer} answer
   * @param {string[]} ids
   * @returns {boolean} whether it is the newest state known: nothing else was learnt, and nothing written, meanwhile
   */
  learnFromS3(name, view, answer, ids) {
    const place = this.#records.find(name);
    const record = place?.value;
    const isChanged = record?.state !== view.state || (record?.writes ?? 0) > 0 || view.clears !== this.#clears;
    // A record may have come and gone.
    if (isChanged || (!record && view.horizon !== this.#horizon && this.#horizon > answer.start)) {
      this.#doubt(name, answer);
      return false;
    }
    const confirmedAt = answer.start;
    if (place && place.value.state.version === answer.version && answer.version) {
      place.value.state.confirmedAt = confirmedAt;
      this.#records.use(place);
    } else {
      this.#know(name, { ...stateOf(answer, this.#clock(), ids), confirmedAt });
    }
    return true;
  }

  /**
   * What S3 said while something else was learnt: nobody knows which of the two is newer (SES-4).
   *
   * @param {string} name
   * @param {Answer} answer
   */
  #doubt(name, answer) {
    const record = this.#recordOf(name);
    const { version } = answer;
    if (record && record.writes > 0) {
      if (!version || record.before?.version !== version) record.isOverlapped = true;
    } else if (!record || record.state.version !== version) {
      this.#know(name, unknownSince(this.#clock()));
    } else if (!version) {
      record.state = { ...record.state, floor: Math.max(record.state.floor, answer.date) };
    }
  }

  /**
   * @param {string} name
   * @param {string | null} version
   * @returns {boolean} whether another is known, or was until something happened to it
   */
  knowsOther(name, version) {
    const record = this.#recordOf(name);
    return record !== undefined && record.state.version !== version;
  }

  /**
   * A put or remove begins: until it ends, nobody knows.
   *
   * @param {string} name
   */
  begin(name) {
    const before = this.#recordOf(name)?.state;
    const record = this.#know(name, unknownSince(this.#clock()));
    if (record.writes > 0) record.isOverlapped = true;
    else record.before = before;
    record.writes++;
  }

  /**
   * @param {string} name
   * @param {State | typeof NOTHING_DONE | typeof UNKNOWN} outcome
   * @returns {boolean} whether the outcome is a state, and the newest
   */
  end(name, outcome) {
    const place = /** @type {import('./lru-map.js').Place<Record>} */ (this.#records.find(name));
    const record = place.value;
    const { isOverlapped, before } = record;
    const isKnown = typeof outcome === 'object' && !isOverlapped;
    record.writes--;
    if (record.writes === 0) {
      record.isOverlapped = false;
      record.before = undefined;
    }
    if (isKnown) record.state = outcome;
    else if (isOverlapped || outcome !== NOTHING_DONE) record.state = unknownSince(this.#clock());
    else if (before) record.state = before;
    else this.#records.delete(place);
    this.#trim();
    return isKnown;
  }

  /**
   * The ids that a document has as `previous` which replaces this version.
   *
   * @param {string} name
   * @param {string} version
   * @returns {string[]} empty if this object does not know that version
   */
  idsOf(name, version) {
    const state = this.#recordOf(name)?.state;
    if (state?.version !== version) return [];
    return state.isOwn && this.#clock() - state.knownAt > MEMORY ? state.ids.slice(0, 1) : state.ids;
  }

  /**
   * @param {string} name
   * @param {string} version
   * @returns {number} when S3 says that it was stored, in Unix milliseconds; NaN if this object does not know that version
   */
  storedAt(name, version) {
    const state = this.#recordOf(name)?.state;
    return state?.version === version ? state.floor : NaN;
  }

  /**
   * Forget all names under a prefix, and accept no copy that is older than this.
   *
   * @param {string} prefix
   */
  forgetUnder(prefix) {
    for (const place of this.#records.under(prefix)) {
      const record = place.value;
      if (record.writes === 0) {
        this.#records.delete(place);
      } else {
        record.isOverlapped = true;
        record.state = unknownSince(this.#clock());
      }
    }
    this.#clears++;
    this.#horizon = Math.max(this.#horizon, this.#clock());
  }

  /**
   * Of a put whose outcome nobody knows forget the name, for an object that cannot ask S3 (WEB-7).
   *
   * @param {string} name
   */
  forgetUnknown(name) {
    const place = this.#records.find(name);
    if (!place || place.value.writes > 0 || place.value.state.version !== undefined) return;
    this.#records.delete(place);
    this.#horizon = Math.max(this.#horizon, this.#clock());
  }

  /** How many names have a record. */
  get size() {
    return this.#records.size;
  }

  /**
   * @param {number} start When the request began, in Unix milliseconds.
   * @param {number} age Whole seconds: up to one more has passed.
   */
  #isBeyondHorizon(start, age) {
    return start - (age + 1) * SECOND >= this.#horizon;
  }

  /**
   * @param {string} name
   * @param {State} state
   * @returns {Record}
   */
  #know(name, state) {
    const place = this.#records.find(name);
    if (place) {
      place.value.state = state;
      this.#records.use(place);
      return place.value;
    }
    const record = { state, writes: 0, isOverlapped: false, before: undefined };
    this.#records.add(name, record);
    this.#trim(record);
    return record;
  }

  /** @param {Record} [newest] which stays */
  #trim(newest) {
    let place = this.#records.oldest;
    while (place && this.#records.size > this.#limit) {
      const { value, newer } = place;
      if (value.writes === 0 && value !== newest) {
        this.#records.delete(place);
        this.#horizon = Math.max(this.#horizon, value.state.knownAt);
      }
      place = newer;
    }
  }

  /** @param {string} name */
  #recordOf(name) {
    return this.#records.find(name)?.value;
  }
}

/**
 * @param {Pick<Answer, 'version' | 'storedAt' | 'date'>} answer
 * @param {number} knownAt
 * @param {string[]} ids
 * @returns {State}
 */
function stateOf({ version, storedAt, date }, knownAt, ids) {
  return { version, floor: version === null ? date : storedAt, knownAt, ids };
}

/**
 * @param {number} knownAt
 * @returns {State}
 */
function unknownSince(knownAt) {
  return { version: undefined, floor: NaN, knownAt, ids: [] };
}

module.exports = { Session, stateOf, NOTHING_DONE, UNKNOWN };
