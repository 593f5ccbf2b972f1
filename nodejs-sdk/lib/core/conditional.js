'use strict';

const { Backoff } = require('./backoff.js');
const { ConflictError, CorruptValueError, UnavailableError } = require('./errors.js');
const { hidesHistory, lineage } = require('./lineage.js');
const { NOTHING_DONE, UNKNOWN, stateOf } = require('./session.js');
const { isRefusal } = require('./writer.js');

/** @typedef {import('./reading.js').Reading} Reading */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./writer.js').Prepared} Prepared */
/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @typedef {<T>(program: import('./effects.js').Program<T>, budget?: number) => Promise<T>} Run Within milliseconds: DEADLINE unless given. */

/**
 * What a put was made for.
 *
 * @typedef {object} Condition
 * @property {string | null} replaces The version that must be stored now; null: nothing must be.
 * @property {boolean} [takesExpired] Whether a value that has expired counts as none (COND-1).
 */

/** Milliseconds after which a writer that has not found its put cannot tell what became of it (COND-6). */
const PATIENCE = 30_000;

/** How often one put is sent, as long as it is not stored and its condition holds (WRITE-4). */
const SENDS = 4;

/** Puts on condition that do not count twice, whatever answer is lost (COND-1 to COND-6). */
class ConditionalWriter {
  #writer;
  #reader;
  #store;
  #session;
  #clock;
  #seams;
  #budget;
  #components;

  /**
   * @param {object} components
   * @param {import('./writer.js').Writer} components.writer
   * @param {import('./reader.js').Reader} components.reader
   * @param {import('./store.js').Store} components.store
   * @param {import('./session.js').Session} components.session
   * @param {import('./permit.js').Permits} components.permit
   * @param {import('./platform.js').Seams} seams
   * @param {number} budget Milliseconds that a put may take, whatever has to be sent and read for it.
   */
  constructor(components, seams, budget) {
    const { writer, reader, store, session } = components;
    this.#components = components;
    this.#writer = writer;
    this.#reader = reader;
    this.#store = store;
    this.#session = session;
    this.#clock = seams.clock;
    this.#seams = seams;
    this.#budget = budget;
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {import('./envelope.js').Draft} draft
   * @param {import('./options.js').PutOptions} options
   * @param {string | null} replaces
   * @param {string} [writeId] a new one, unless given
   * @returns {Promise<string>} the version
   * @throws {ConflictError} COND-1, COND-2
   * @throws {UnavailableError} also if nobody can tell whether it is stored (COND-6)
   */
  async put(run, target, draft, options, replaces, writeId) {
    const { name } = target;
    const previous = replaces === null ? [] : this.#session.idsOf(name, replaces);
    const condition = { replaces, takesExpired: replaces === null };
    const prepared = this.#writer.prepare(draft, options, { previous, ...(writeId && { writeId }) });
    const permit = this.#components.permit(run, [name]);
    const version = await this.settle(run, target, prepared, condition, new Backoff(this.#seams), permit);
    if (version !== undefined) return version;
    const why = replaces === null ? 'there is a value already' : `its version is no longer ${replaces}`;
    throw new ConflictError(`${JSON.stringify(name)} was not put: ${why}. Read it with { consistent: true } and decide again.`);
  }

  /**
   * Send a put until it is clear what became of it.
   *
   * @param {Run} run
   * @param {Target} target
   * @param {Prepared} prepared
   * @param {Condition} condition
   * @param {Backoff} backoff
   * @param {import('./permit.js').Permission} permit of the whole call
   * @returns {Promise<string | undefined>} the version; undefined if the condition does not hold
   * @throws {UnavailableError}
   */
  async settle(run, target, prepared, condition, backoff, permit) {
    const attempt = new Attempt(prepared, condition, this.#clock(), permit);
    const deadline = performance.now() + this.#budget;
    /** @type {Run} */
    const runInTime = (program) => run(program, deadline - performance.now());
    this.#writer.begin(target.name);
    try {
      await this.#settle(runInTime, target, attempt, backoff, deadline);
      return attempt.version;
    } catch (error) {
      if (!attempt.mayHaveArrived && isRefusal(error)) attempt.outcome = NOTHING_DONE;
      throw attempt.failure && error instanceof UnavailableError && !error.outcomeUnknown ? inDoubt(error) : error;
    } finally {
      this.#writer.end(target.name, attempt.outcome, attempt.copy);
    }
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {Attempt} attempt which gets the outcome
   * @param {Backoff} backoff
   * @param {number} deadline of `performance.now()`
   */
  async #settle(run, target, attempt, backoff, deadline) {
    for (let count = 0; count < SENDS; count++) {
      if (count > 0) await backoff.wait();
      if (await this.#send(run, target, attempt, deadline - performance.now())) return;
      const reading = await this.#look(run, target);
      if (!reading || !this.#isToBeSentAgain(target, attempt, reading)) return;
    }
    if (attempt.failure) throw attempt.failure;
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @returns {Promise<Reading | undefined>} what S3 has; undefined if no SDK has written it, and nobody knows its condition
   */
  async #look(run, target) {
    try {
      return await run(this.#reader.look(target));
    } catch (error) {
      if (error instanceof CorruptValueError) return undefined;
      throw error;
    }
  }

  /**
   * @param {Run} run
   * @param {Target} target
   * @param {Attempt} attempt
   * @param {number} budget milliseconds
   * @returns {Promise<boolean>} whether S3 says that it has stored the document
   */
  async #send(run, { key }, attempt, budget) {
    const { prepared, replaces, permit } = attempt;
    const start = this.#clock();
    /** @param {import('./fence.js').Fence} [fence] */
    const make = (fence) => this.#store.put(key, prepared.document, prepared, replaces, fence);
    let answer;
    try {
      answer = await permit.write(run, make, { budget, isConditional: true });
    } catch (error) {
      if (!(error instanceof UnavailableError) || !error.outcomeUnknown) throw error;
      attempt.failure = error;
    }
    attempt.mayHaveArrived = true; // even a refusal may be of the second of two: a dead connection is retried
    if (!answer || 'refused' in answer) return false;
    attempt.version = answer.version;
    attempt.outcome = this.#writer.stateOf(answer, prepared);
    attempt.copy = this.#writer.copyOf(answer, prepared, start);
    return true;
  }

  /**
   * COND-4 and COND-6.
   *
   * @param {Target} target
   * @param {Attempt} attempt
   * @param {Reading} reading What S3 has.
   * @returns {boolean} if not, the attempt has its outcome
   */
  #isToBeSentAgain(target, attempt, { answer, copy, document }) {
    const { prepared, replaces } = attempt;
    const isStored = document?.write === prepared.writeId;
    if (isStored || document?.previous.includes(prepared.writeId)) {
      attempt.know(stateOf(answer, this.#clock(), lineage(answer, document)), copy);
      attempt.version = isStored ? String(answer.version) : prepared.writeId;
      return false;
    }
    if (this.#clock() - attempt.begun > PATIENCE) throw cannotTell(target, 'its outcome came too late');
    if (answer.version === replaces) return true;
    const [replacedId] = prepared.previous;
    // A refusal is clear enough for a put that names nothing it replaces.
    if (document && (replacedId || attempt.failure) && hidesHistory(replacedId, document)) throw cannotTell(target, 'others have replaced it too often');
    const isAbsent = !copy; // what has expired, or was invalidated, is no value
    if (attempt.takesExpired && isAbsent) {
      attempt.replaces = answer.version;
      attempt.prepared = this.#writer.reprepare(prepared, lineage(answer, document));
      return true;
    }
    if (!attempt.failure) attempt.know(stateOf(answer, this.#clock(), lineage(answer, document)), copy);
    return false;
  }
}

/** One put on its way, and what became of it. */
class Attempt {
  /** Whether S3 may have got it. */
  mayHaveArrived = false;
  /** Why nobody knows whether it will still arrive. @type {UnavailableError | undefined} */
  failure;
  /** Undefined if the condition does not hold. @type {string | undefined} */
  version;
  /** @type {import('./writer.js').Outcome} */
  outcome = UNKNOWN;
  /** @type {CachedValue | undefined} */
  copy;

  /**
   * @param {Prepared} prepared
   * @param {Condition} condition
   * @param {number} begun Unix time in milliseconds
   * @param {import('./permit.js').Permission} permit
   */
  constructor(prepared, { replaces, takesExpired = false }, begun, permit) {
    this.permit = permit;
    this.prepared = prepared;
    this.replaces = replaces;
    this.takesExpired = takesExpired;
    this.begun = begun;
  }

  /**
   * @param {import('./session.js').State} state What is stored now.
   * @param {CachedValue | undefined} copy
   */
  know(state, copy) {
    this.outcome = state;
    this.copy = copy;
  }
}

/**
 * @param {Target} target
 * @param {string} why
 */
function cannotTell({ name }, why) {
  const message = `Nobody can tell whether the put of ${JSON.stringify(name)} is stored: ${why}. Read it with { consistent: true }.`;
  return new UnavailableError(message, { outcomeUnknown: true });
}

/**
 * @param {UnavailableError} error of reading what became of a put
 * @returns {UnavailableError} the same, of the put
 */
function inDoubt(error) {
  const message = `Nobody can tell whether the put is stored, since that cannot be read: ${error.message}`;
  return new UnavailableError(message, { cause: error, outcomeUnknown: true });
}

module.exports = { ConditionalWriter };
