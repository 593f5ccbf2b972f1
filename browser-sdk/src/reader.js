import { CorruptValueError, UnavailableError, copyOf } from '../../nodejs-sdk/lib/core/errors.js';
import { isTagRecord, locateTag } from '../../nodejs-sdk/lib/core/names.js';
import { isStale, readingOf } from '../../nodejs-sdk/lib/core/reading.js';
import { generationOf } from '../../nodejs-sdk/lib/core/tag-reader.js';
import { isEdgeFailure, readEdge } from './edge.js';
import { checkOpens } from './grant.js';

/** @typedef {import('../../nodejs-sdk/lib/core/cached-value.js').CachedValue} CachedValue */
/** @typedef {import('../../nodejs-sdk/lib/core/reader.js').Target} Target */
/** @typedef {import('../../nodejs-sdk/lib/core/reading.js').Reading} Reading */

/** Reads values: from memory, by the edge, and what is left when that fails or is behind (section 17.3). */
export class Reader {
  #config;
  #parts;
  #clock;

  /**
   * @param {import('./config.js').Config} config
   * @param {import('./service.js').Parts} parts
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor(config, parts, clock) {
    this.#config = config;
    this.#parts = parts;
    this.#clock = clock;
  }

  /**
   * @param {string} name
   * @param {boolean} [isRecord] whether it may be the record of a tag, which answers no get
   * @returns {CachedValue | undefined} the copy, if that may be returned without asking anybody (MEM-2)
   * @throws {import('../../nodejs-sdk/lib/core/errors.js').AccessDeniedError} GRANT-4
   */
  fresh(name, isRecord) {
    const { local, changes } = this.#parts;
    const place = local.find(name);
    if (!place) return undefined;
    this.#checkGrant(name);
    const copy = place.value;
    const now = this.#clock();
    const isFresh = isRecord ? copy.isFreshItself(now) : copy.isFresh(now) || changes?.makesFresh(name, copy);
    if (!isFresh) return undefined;
    local.use(place);
    return copy;
  }

  /** @param {string} name */
  #checkGrant(name) {
    const { grant } = this.#config;
    if (grant) checkOpens(grant, name, this.#clock());
  }

  /**
   * Read a value, or the record of a tag, for all who want it meanwhile (MEM-4).
   *
   * @param {Target} target
   * @param {number} [end] of `performance.now()`
   * @returns {Promise<Reading>}
   * @throws {import('../../nodejs-sdk/lib/core/errors.js').MemoryServiceError}
   */
  async read(target, end = performance.now() + this.#config.deadline) {
    const { name } = target;
    const { flights, session, stats } = this.#parts;
    this.#checkGrant(name);
    const kept = await this.#put(name);
    if (kept) return kept;
    const flight = flights.of(name);
    if (flight) {
      const reading = await flight.catch((error) => {
        throw copyOf(error);
      });
      // Since this get began later than the request, it may have to be newer (MEM-4, MEM-5).
      if (!reading.copy?.hasExpired(this.#clock()) && session.accepts(name, reading.answer)) {
        if (reading.source === 'memory') return this.#hit(name, /** @type {CachedValue} */ (reading.copy));
        stats.of(name).sharedReads++;
        return reading;
      }
    }
    return flights.add(name, this.#lookUp(target, end));
  }

  /**
   * @param {string} name
   * @returns {Promise<Reading | undefined>} what memory has of it that is fresh, when no put of it is under way (WEB-7)
   */
  async #put(name) {
    for (let put; (put = this.#parts.writing.get(name)); ) await put;
    const copy = this.fresh(name, isTagRecord(name));
    return copy && this.#hit(name, copy);
  }

  /**
   * @param {Target} target
   * @param {number} end
   * @returns {Promise<Reading>}
   */
  async #lookUp(target, end) {
    const { name } = target;
    const { local, makingChanges } = this.#parts;
    const changes = await makingChanges;
    const kept = local.any(name);
    if (changes && kept) {
      const copy = await changes.confirm(name, kept, end);
      if (copy) return this.#hit(name, copy);
    }
    const copy = local.any(name); // it may have gone while the record was asked for
    if (copy?.tags && copy.isFreshItself(this.#clock())) {
      // Its tags alone are to be looked at (CTAG-7).
      const judgement = await this.#judge(name, copy, end);
      if (judgement) return this.#judged({ source: 'memory', answer: copy.provenance, copy }, name, judgement);
    }
    const reading = await this.#readEdge(target, end);
    if (!reading.copy?.tags) return reading;
    const judgement = await this.#judge(name, reading.copy, end);
    return judgement ? this.#judged(reading, name, judgement) : { ...reading, copy: undefined }; // WEB-8
  }

  /**
   * @param {Target} target
   * @param {number} end
   * @returns {Promise<Reading>}
   */
  async #readEdge(target, end) {
    const { name, key } = target;
    const { session, stats, changes } = this.#parts;
    const counts = stats.of(name);
    if (!session.trustsEdges(name)) return (await this.#put(name)) ?? this.#whatIsLeft(target, behind(key));
    let reading;
    try {
      const answer = await readEdge(this.#config, this.#clock, target, end);
      reading = readingOf(answer, name, this.#clock());
      changes?.compare(name, answer.storedAt);
    } catch (error) {
      if (!isEdgeFailure(error)) throw error;
      return this.#whatIsLeft(target, explained(error, key));
    }
    const answer = /** @type {import('../../nodejs-sdk/lib/core/answer.js').Answer} */ (reading.answer);
    const reason = session.accepts(name, answer);
    if (!reason) return (await this.#put(name)) ?? this.#whatIsLeft(target, behind(key));
    const isMiss = !reading.copy; // what has expired may hide what is newer, and is a miss all the same (WEB-8)
    if (!isMiss && isStale(/** @type {any} */ (reading))) {
      if (!reading.copy?.isOfUse(this.#clock(), this.#config.staleIfError)) return this.#whatIsLeft(target, behind(key));
      this.#accept(name, reading);
      counts.staleReads++;
      return { ...reading, source: 'stale' };
    }
    if (reason === 'version') counts.acceptedByVersion++;
    if (reason === 'time') counts.acceptedByTime++;
    counts.edgeReads++;
    this.#accept(name, reading);
    return reading;
  }

  /**
   * @param {Target} target
   * @param {unknown} error why the edge is of no use
   * @returns {Reading} STALE-2
   */
  #whatIsLeft({ name }, error) {
    const { local, session, stats, log } = this.#parts;
    const copy = local.any(name);
    if (!copy?.isOfUse(this.#clock(), this.#config.staleIfError) || !session.accepts(name, copy.provenance)) throw error;
    log.warn(`a stale copy is served: ${/** @type {Error} */ (error).message}`);
    stats.of(name).staleReads++;
    return { source: 'stale', answer: copy.provenance, copy };
  }

  /**
   * @param {string} name
   * @param {Reading} reading
   */
  #accept(name, { answer, copy }) {
    const { local, session } = this.#parts;
    // When a record is another than it was, no copy is returned that was judged by that (CTAG-7).
    if (isTagRecord(name) && session.knowsOther(name, answer.version)) local.dropTagged([name.slice(1)]);
    session.learn(name, answer, []);
    if (copy) local.keep(name, copy);
    else local.drop(name);
  }

  /**
   * Hold a copy against the records of its tags (CTAG-6).
   *
   * @param {string} name
   * @param {CachedValue} copy
   * @param {number} end
   * @returns {Promise<'valid' | 'stale' | undefined>} undefined if one of them says that it is not valid
   * @throws {import('../../nodejs-sdk/lib/core/errors.js').MemoryServiceError} if one of them cannot be read (CTAG-9)
   */
  async #judge(name, copy, end) {
    const { local } = this.#parts;
    const { visibility, place } = this.#config;
    const tags = [.../** @type {Map<string, string>} */ (copy.tags)];
    for (;;) {
      const { turn } = local;
      const readings = await Promise.all(tags.map(([tag]) => this.read(locateTag(visibility, place, tag), end)));
      if (tags.some(([, generation], at) => generationOf(readings[at].copy) !== generation)) {
        if (local.any(name) === copy) local.drop(name);
        return undefined;
      }
      if (turn !== local.turn) continue; // a tag has got another generation meanwhile
      const isStaleRecord = readings.some(({ source }) => source === 'stale');
      copy.judge(isStaleRecord ? -Infinity : Math.min(...readings.map(({ copy: record }) => /** @type {CachedValue} */ (record).ownUntil)), turn);
      return isStaleRecord ? 'stale' : 'valid';
    }
  }

  /**
   * @param {Reading} reading which may be returned
   * @param {string} name
   * @param {'valid' | 'stale'} judgement
   * @returns {Reading}
   */
  #judged(reading, name, judgement) {
    if (judgement === 'stale') {
      if (reading.source !== 'stale') this.#parts.stats.staleReads++;
      return { ...reading, source: 'stale' };
    }
    return reading.source === 'memory' ? this.#hit(name, /** @type {CachedValue} */ (reading.copy)) : reading;
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy
   * @returns {Reading}
   */
  #hit(name, copy) {
    this.#parts.stats.of(name).countHit(copy, this.#clock());
    return { source: 'memory', answer: copy.provenance, copy };
  }
}

/** @param {string} key */
function behind(key) {
  return UnavailableError.because(`Reading ${key}`, { code: 'behind', message: 'what the edge has is older than what this object knows of' });
}

/**
 * @param {unknown} error
 * @param {string} key
 */
function explained(error, key) {
  if (!(error instanceof CorruptValueError)) return error;
  return new CorruptValueError(`The document ${key} is corrupt: ${error.message}. Put the value again.`, { cause: error.cause });
}
