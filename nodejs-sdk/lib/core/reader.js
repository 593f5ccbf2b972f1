'use strict';

const { isEdgeFailure } = require('./edge.js');
const { withinShare } = require('./effects.js');
const { CorruptValueError } = require('./errors.js');
const { EDGE_SHARE } = require('./limits.js');
const { lineage } = require('./lineage.js');
const { isTagRecord } = require('./names.js');
const { isStale, readingOf } = require('./reading.js');

/** @typedef {import('./answer.js').Answer} Answer */
/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @typedef {import('./reading.js').EdgeReading} EdgeReading */
/** @typedef {import('./reading.js').Reading} Reading */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** @typedef {{name: string, key: string, path: string}} Target A name, its object key, and the path of its URL. */

/** Reads values: from the edge, from S3 when the edge fails or is behind, and what is left when both fail. */
class Reader {
  #config;
  #edge;
  #components;
  #session;
  #local;
  #stats;
  #clock;
  #log;
  #circuit;
  #changeReader;
  #tags;

  /**
   * @param {import('./config.js').Config} config
   * @param {object} components
   * @param {{read: (path: string) => Program<Answer>}} components.edge
   * @param {Pick<import('./origin.js').Origin, 'read'>} components.origin
   * @param {import('./session.js').Session} components.session
   * @param {import('./local.js').Local} components.local
   * @param {import('./stats.js').Stats} components.stats
   * @param {import('./circuit.js').Circuit} components.circuit
   * @param {import('./change-reader.js').ChangeReader | undefined} components.changeReader With a change record.
   * @param {import('./tag-reader.js').TagReader} components.tagReader
   * @param {() => number} clock Unix time in milliseconds
   * @param {import('./log.js').Log} log
   */
  constructor(config, components, clock, log) {
    const { edge, session, local, stats, circuit, changeReader, tagReader } = components;
    this.#config = config;
    this.#edge = edge;
    this.#components = components;
    this.#session = session;
    this.#local = local;
    this.#stats = stats;
    this.#clock = clock;
    this.#log = log;
    this.#circuit = circuit;
    this.#changeReader = changeReader;
    this.#tags = tagReader;
  }

  /**
   * @param {Target} target
   * @param {CachedValue | undefined} kept What memory has of it, which is not fresh.
   * @returns {Program<Reading>}
   * @throws {import('./errors.js').MemoryServiceError} if nobody gave an answer that counts (GET-3 to GET-5, CON-2, FAIL-3)
   */
  *read(target, kept) {
    let copy = kept;
    if (kept && this.#changeReader) {
      const confirmed = yield* this.#changeReader.confirm(target.name, kept);
      if (confirmed) return this.#found({ source: 'memory', answer: confirmed.provenance, copy: confirmed }, target);
      copy = this.#local.any(target.name); // it may have gone while the record was asked for
    }
    if (copy?.tags && copy.isFreshItself(this.#clock())) {
      // Its tags alone are to be looked at (CTAG-7).
      return (yield* this.#judged(target, { source: 'memory', answer: copy.provenance, copy })) ?? (yield* this.readS3(target));
    }
    const { reading, isCurrent } = yield* this.#readEdge(target);
    if (!reading || !isCurrent) return yield* this.readBeyondEdge(target, reading);
    return (yield* this.#judged(target, reading)) ?? (yield* this.readS3(target));
  }

  /**
   * Read S3, or what is left if that fails (STALE-2).
   *
   * @param {Target} target
   * @param {EdgeReading} [stale] What the edge had.
   * @returns {Program<Reading>}
   */
  *readBeyondEdge(target, stale) {
    try {
      return yield* this.readS3(target);
    } catch (error) {
      // A document that is corrupt has been read, and is the newest.
      const reading = error instanceof CorruptValueError ? undefined : yield* this.#whatIsLeft(target, stale);
      if (!reading) throw error;
      this.#stats.of(target.name).staleReads++;
      const { message } = /** @type {Error} */ (error);
      this.#log.warn(`S3 failed, a stale copy is served for ${target.key}: ${message}`);
      return reading;
    }
  }

  /**
   * Read S3 itself (CON-1).
   *
   * @param {Target} target
   * @returns {Program<Reading>}
   */
  *readS3(target) {
    const { name } = target;
    const view = this.#session.view(name);
    const reading = yield* this.#readOrigin(target);
    this.#stats.of(name).s3Reads++;
    this.#changeReader?.compare(name, reading.answer.storedAt);
    this.#notice(name, reading.answer);
    // What was learnt or written meanwhile may be newer.
    const isNewest = this.#session.learnFromS3(name, view, reading.answer, lineage(reading.answer, reading.document));
    this.#keep(name, isNewest ? reading.copy : undefined);
    return yield* this.#judgedByS3(target, reading);
  }

  /**
   * See what S3 has, without keeping it in mind: for a writer, who knows more when it has ended.
   *
   * @param {Target} target
   * @returns {Program<Reading>}
   */
  *look(target) {
    return yield* this.#judgedByS3(target, yield* this.#readOrigin(target));
  }

  /**
   * @param {Target} target
   * @returns {Program<Reading>}
   */
  *#readOrigin({ name, key }) {
    try {
      return readingOf(yield* this.#components.origin.read(key, isTagRecord(name) ? { takesCorrupt: true } : {}), name, this.#clock());
    } catch (error) {
      throw this.#explained(error, key, name);
    }
  }

  /**
   * @param {Target} target
   * @returns {Program<{reading?: EdgeReading, isCurrent?: boolean}>} what the edge has that can be accepted, and whether S3 need not
   *   be asked
   */
  *#readEdge({ name, key, path }) {
    const { failover } = this.#config;
    if (!this.#session.trustsEdges(name)) {
      this.#stats.of(name).sentToS3++;
      return {};
    }
    if (failover && !this.#circuit.asks()) return {};
    let reading;
    try {
      const answer = yield* failover ? withinShare(EDGE_SHARE, this.#edge.read(path)) : this.#edge.read(path);
      reading = { ...readingOf(answer, name, this.#clock()), answer };
      this.#circuit.answered();
      this.#changeReader?.compare(name, answer.storedAt);
    } catch (error) {
      if (!isEdgeFailure(error)) {
        this.#circuit.answered(); // a refusal is an answer
        throw error;
      }
      this.#circuit.failed();
      if (!failover) throw this.#explained(error, key, name);
      this.#log.warn(`the edge failed, reading S3 for ${key}: ${error.message}`);
      return {};
    }
    const reason = this.#session.accepts(name, reading.answer);
    if (reason === undefined || isStale(reading) || this.#mayHideNewer(name, reading)) {
      this.#stats.of(name).sentToS3++;
      return reason === undefined ? {} : { reading };
    }
    const stats = this.#stats.of(name);
    if (reason === 'version') stats.acceptedByVersion++;
    if (reason === 'time') stats.acceptedByTime++;
    stats.edgeReads++;
    this.#accept(name, reading);
    return { reading, isCurrent: true };
  }

  /**
   * Whoever put something where the value had ended did not replace it, as far as they could see: nobody waits for the copy of
   * an edge to grow old that was fetched before.
   *
   * @param {string} name
   * @param {EdgeReading} reading
   * @returns {boolean} whether an edge's copy has expired that it fetched before the end (EXP-1)
   */
  #mayHideNewer(name, { answer, copy, document }) {
    return copy === undefined && document?.expiresAt !== undefined && this.#session.fetchedAt(name, answer) < document.expiresAt;
  }

  /**
   * @param {Target} target
   * @param {EdgeReading | undefined} stale What the edge had.
   * @returns {Program<Reading | undefined>} STALE-2
   */
  *#whatIsLeft(target, stale) {
    const reading = this.#stale(target, stale);
    if (!reading?.copy?.tags) return reading;
    const judgement = yield* this.#tags.judge(target.name, reading.copy, this);
    return judgement === 'valid' || judgement === 'stale' ? reading : undefined;
  }

  /**
   * @param {Target} target
   * @param {EdgeReading | undefined} stale What the edge had.
   * @returns {Reading | undefined}
   */
  #stale({ name }, stale) {
    const { staleIfError } = this.#config;
    const now = this.#clock();
    if (stale?.copy?.isOfUse(now, staleIfError) && this.#session.accepts(name, stale.answer)) {
      this.#accept(name, stale);
      return { ...stale, source: 'stale' };
    }
    const copy = this.#local.any(name);
    if (!copy?.isOfUse(now, staleIfError) || !this.#session.accepts(name, copy.provenance)) return undefined;
    return { source: 'stale', answer: copy.provenance, copy };
  }

  /**
   * @param {Target} target
   * @param {Reading} reading of memory or an edge
   * @returns {Program<Reading | undefined>} undefined if S3 has to say (CTAG-8)
   */
  *#judged(target, reading) {
    const { name } = target;
    if (!reading.copy?.tags) return reading;
    const judgement = yield* this.#tags.judge(name, reading.copy, this);
    if (judgement === 'invalid') return { ...reading, copy: undefined };
    if (judgement !== undefined) return this.#found(reading, target, judgement);
    this.#stats.of(name).sentToS3++;
    return undefined;
  }

  /**
   * @param {Target} target
   * @param {Reading} reading of S3
   * @returns {Program<Reading>}
   */
  *#judgedByS3({ name }, reading) {
    const { copy, answer } = reading;
    if (!copy?.tags) return reading;
    const verdict = yield* this.#tags.judgeByS3(name, copy, answer.start, this);
    return { ...reading, copy: verdict.differing.size === 0 ? copy : undefined, verdict };
  }

  /**
   * @param {Reading} reading which may be returned
   * @param {Target} target
   * @param {'valid' | 'stale'} [judgement]
   * @returns {Reading} the same, which is counted if it was in memory, or is as old as a record of its tags
   */
  #found(reading, { name }, judgement) {
    if (judgement === 'stale') {
      this.#stats.staleReads++;
      return { ...reading, source: 'stale' };
    }
    if (reading.source === 'memory' && reading.copy) this.#stats.of(name).countHit(reading.copy, this.#clock());
    return reading;
  }

  /**
   * @param {string} name
   * @param {EdgeReading} reading
   */
  #accept(name, { answer, copy, document }) {
    this.#notice(name, answer);
    this.#session.learn(name, answer, lineage(answer, document));
    this.#keep(name, copy);
  }

  /**
   * When a record is another than it was, no copy is returned that was judged by that (CTAG-7).
   *
   * @param {string} name
   * @param {Reading['answer']} answer
   */
  #notice(name, { version }) {
    if (isTagRecord(name) && this.#session.knowsOther(name, version)) this.#local.dropTagged([name.slice(1)]);
  }

  /**
   * @param {string} name
   * @param {CachedValue | undefined} copy
   */
  #keep(name, copy) {
    if (copy) this.#local.keep(name, copy);
    else this.#local.drop(name);
  }

  /**
   * @param {unknown} error
   * @param {string} key
   * @param {string} name
   * @returns {unknown} the same, or one that says which document is corrupt
   */
  #explained(error, key, name) {
    if (!(error instanceof CorruptValueError)) return error;
    const where = `The document of ${JSON.stringify(name)} (${key} in the bucket ${this.#config.bucket})`;
    return new CorruptValueError(`${where} is corrupt: ${error.message}. Put the value again.`, { cause: error.cause });
  }
}

module.exports = { Reader };
