'use strict';

const { CachedValue } = require('./cached-value.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');
const { MAX_IDS } = require('./lineage.js');
const { formOf } = require('./options.js');
const { platform } = require('./platform.js');
const { NOTHING_DONE, UNKNOWN } = require('./session.js');

/** @typedef {import('./envelope.js').Draft | import('./touched.js').Touched} Draft */
/** @typedef {import('./fence.js').Fence} Fence */
/** @typedef {import('./options.js').Form} Form */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./session.js').State} State */
/** @typedef {State | typeof NOTHING_DONE | typeof UNKNOWN} Outcome */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/**
 * A document with all that its put needs.
 *
 * @typedef {Form & {draft: Draft, writeId: string, previous: string[], took: number | undefined, document: Uint8Array, text: string}} Prepared
 */

/** Puts and removes, so that this object knows what it has done: no get returns what is older (SES-1, SES-4, MEM-4). */
class Writer {
  #config;
  #store;
  #session;
  #local;
  #singleFlight;
  #clock;

  /**
   * @param {Pick<import('./config.js').Config, 'maxValueBytes'>} config
   * @param {object} components
   * @param {import('./store.js').Store} components.store
   * @param {import('./session.js').Session} components.session
   * @param {import('./local.js').Local} components.local
   * @param {import('./single-flight.js').SingleFlight} components.singleFlight
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor(config, { store, session, local, singleFlight }, clock) {
    this.#config = config;
    this.#store = store;
    this.#session = session;
    this.#local = local;
    this.#singleFlight = singleFlight;
    this.#clock = clock;
  }

  /**
   * @param {Draft} draft
   * @param {import('./options.js').PutOptions} options
   * @param {object} [more]
   * @param {number} [more.end] Of the value that is replaced, in Unix milliseconds (UPD-3).
   * @param {string[]} [more.previous] COND-5
   * @param {number} [more.took] milliseconds
   * @param {string} [more.writeId] a new one, unless given
   * @returns {Prepared}
   * @throws {import('./errors.js').ValueTooLargeError}
   */
  prepare(draft, options, { end, previous, took, writeId = platform.randomWriteId() } = {}) {
    return this.#prepare(draft, formOf(options, this.#clock(), end), writeId, previous, took);
  }

  /**
   * The same put once more, to replace another document than it was made for.
   *
   * @param {Prepared} prepared
   * @param {string[]} previous
   * @returns {Prepared}
   * @throws {import('./errors.js').ValueTooLargeError}
   */
  reprepare({ draft, writeId, took, ...form }, previous) {
    return this.#prepare(draft, form, writeId, previous, took);
  }

  /**
   * @param {Target} target
   * @param {Prepared} prepared
   * @param {Fence} [fence] With a change record: what it was announced with.
   * @param {() => Prepared} [remake] What is sent, another one each time (CTAG-14).
   * @returns {Program<string>} its version
   * @throws {import('./errors.js').MemoryServiceError}
   */
  *put({ name, key }, prepared, fence, remake) {
    let last = prepared;
    const document = remake ? () => (last = remake()).document : prepared.document;
    const start = this.#clock();
    this.begin(name);
    /** @type {Outcome} */
    let outcome = UNKNOWN;
    let copy;
    try {
      const stored = /** @type {import('./store.js').Stored} */ (yield* this.#store.put(key, document, prepared, undefined, fence));
      outcome = this.stateOf(stored, last);
      copy = this.copyOf(stored, last, start);
      return stored.version;
    } catch (error) {
      if (isRefusal(error)) outcome = NOTHING_DONE;
      throw error;
    } finally {
      this.end(name, outcome, copy);
    }
  }

  /**
   * @param {Target} target
   * @param {Fence} [fence]
   * @returns {Program<void>}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  *remove({ name, key }, fence) {
    this.begin(name);
    /** @type {Outcome} */
    let outcome = UNKNOWN;
    try {
      outcome = this.#removed(yield* this.#store.remove(key, fence));
    } catch (error) {
      if (isRefusal(error)) outcome = NOTHING_DONE;
      throw error;
    } finally {
      this.end(name, outcome);
    }
  }

  /**
   * Remove with one request.
   *
   * @param {Map<string, string>} namesByKey At most 1,000.
   * @param {Fence} [fence]
   * @returns {Program<Map<string, import('./store.js').Failure>>} the error of each key that could not be removed
   * @throws {import('./store.js').Failure} if that goes for all of them
   */
  *removeMany(namesByKey, fence) {
    for (const name of namesByKey.values()) this.begin(name);
    /** @type {(key: string) => Outcome} */
    let outcomeOf = () => UNKNOWN;
    try {
      const { failed, date } = yield* this.#store.removeMany([...namesByKey.keys()], fence);
      outcomeOf = (key) => {
        if (!failed.has(key)) return this.#removed({ date });
        return isRefusal(failed.get(key)) ? NOTHING_DONE : UNKNOWN;
      };
      return failed;
    } catch (error) {
      if (isRefusal(error)) outcomeOf = () => NOTHING_DONE;
      throw error;
    } finally {
      for (const [key, name] of namesByKey) this.end(name, outcomeOf(key));
    }
  }

  /**
   * After what is under a prefix has been removed.
   *
   * @param {string} prefix
   */
  forgetUnder(prefix) {
    this.#session.forgetUnder(prefix);
    this.#local.dropUnder(prefix);
    this.#singleFlight.detachUnder(prefix);
  }

  /**
   * After tags were invalidated, or may have been.
   *
   * @param {string[]} tags
   */
  invalidated(tags) {
    this.#local.dropTagged(tags);
    this.#singleFlight.detachAll();
  }

  /**
   * What is stored may change from now on. Wants one call of {@link end}.
   *
   * @param {string} name
   */
  begin(name) {
    this.#session.begin(name);
    this.#local.drop(name);
    this.#singleFlight.detach(name);
  }

  /**
   * @param {string} name
   * @param {Outcome} outcome
   * @param {CachedValue} [copy] of what is stored now
   */
  end(name, outcome, copy) {
    const isNewest = this.#session.end(name, outcome);
    this.#singleFlight.detach(name); // their requests may have been sent before S3 had it
    if (isNewest && copy) this.#local.keep(name, copy);
  }

  /**
   * @param {import('./store.js').Stored} stored
   * @param {Prepared} prepared
   * @returns {State}
   */
  stateOf({ version, date }, { writeId, previous }) {
    const ids = [writeId, ...previous].slice(0, MAX_IDS);
    return { version, floor: date, knownAt: this.#clock(), ids, isOwn: true };
  }

  /**
   * @param {import('./store.js').Stored} stored
   * @param {Prepared} prepared
   * @param {number} start When the request began, in Unix milliseconds.
   * @returns {CachedValue}
   */
  copyOf({ version, date }, { draft, writeId, document, text, expiresAt, maxAge, took = 0, tagging }, start) {
    const { value, type, tagged } = draft;
    const content = { value, text, octets: document.length, type, tagged, expiresAt, took, write: writeId, tags: tagging?.generations };
    const copy = new CachedValue(content, { version, storedAt: date, start, age: 0, maxAge });
    if (tagging) copy.judge(tagging.until, tagging.turn);
    return copy;
  }

  /**
   * @param {{date: number}} removed
   * @returns {State}
   */
  #removed({ date }) {
    return { version: null, floor: date, knownAt: this.#clock(), ids: [] };
  }

  /**
   * @param {Draft} draft
   * @param {Form} form
   * @param {string} writeId
   * @param {string[]} [previous]
   * @param {number} [took]
   * @returns {Prepared}
   */
  #prepare(draft, form, writeId, previous = [], took = undefined) {
    const members = { expiresAt: form.expiresAt, previous, took, tags: form.tagging?.generations };
    return { ...form, ...draft.prepare(writeId, this.#config.maxValueBytes, members), draft, writeId, previous, took };
  }
}

/**
 * @param {unknown} error
 * @returns {boolean} whether it says that nothing was written (WRITE-2)
 */
function isRefusal(error) {
  if (error instanceof UnavailableError) return !error.outcomeUnknown;
  const isRefused = error instanceof AccessDeniedError || error instanceof ConfigurationError;
  return isRefused && !('outcomeUnknown' in error && error.outcomeUnknown);
}

module.exports = { Writer, isRefusal };
