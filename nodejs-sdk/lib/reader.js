'use strict';

const { OriginRefusedError } = require('./edge.js');
const { decode } = require('./envelope.js');
const { CorruptValueError, UnavailableError } = require('./errors.js');

/** @typedef {import('./answer.js').Answer} Answer */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** @typedef {{answer: Answer, found: ReturnType<typeof decode>}} Reading What was read; nothing is found of a miss. */

const FAILURES_TO_SKIP = 3;
const SKIP = 10_000; // milliseconds

/** Reads values: from the edge, and from S3 when the edge fails or the newest is asked for. */
class Reader {
  #config;
  #edge;
  #origin;
  #clock;
  #log;
  #circuit;

  /**
   * @param {import('./config.js').Config} config
   * @param {{read: (path: string) => Program<Answer>}} edge
   * @param {{read: (key: string) => Program<Answer>}} origin
   * @param {() => number} clock Unix time in milliseconds
   * @param {import('./log.js').Log} log
   */
  constructor(config, edge, origin, clock, log) {
    this.#config = config;
    this.#edge = edge;
    this.#origin = origin;
    this.#clock = clock;
    this.#log = log;
    this.#circuit = new Circuit(clock);
  }

  /**
   * @param {{key: string, path: string}} place
   * @param {boolean} isConsistent Read S3 itself (CON-1).
   * @returns {Program<Reading>}
   * @throws {import('./errors.js').MemoryServiceError} if neither gave an answer that counts (GET-3 to GET-5, CON-2, FAIL-3)
   */
  *read({ key, path }, isConsistent) {
    const { failover } = this.#config;
    if (isConsistent || (failover && !this.#circuit.asks())) return this.#decoded(yield* this.#origin.read(key));
    try {
      const reading = this.#decoded(yield* this.#edge.read(path));
      this.#circuit.answered();
      return reading;
    } catch (error) {
      if (!isFailure(error)) {
        this.#circuit.answered(); // a refusal is an answer
        throw error;
      }
      this.#circuit.failed();
      if (!failover) throw error;
      this.#log.warn(`the edge failed, reading S3 for ${key}: ${error.message}`);
    }
    return this.#decoded(yield* this.#origin.read(key));
  }

  /**
   * @param {Answer} answer
   * @returns {Reading}
   * @throws {CorruptValueError}
   */
  #decoded(answer) {
    return { answer, found: answer.document && decode(answer.document, this.#clock()) };
  }
}

/** Counts the edge's failures in a row, and says when to leave it alone (FAIL-2). */
class Circuit {
  #clock;
  #failures = 0;
  #skippingSince = 0;

  /** @param {() => number} clock Unix time in milliseconds */
  constructor(clock) {
    this.#clock = clock;
  }

  /** @returns {boolean} whether to ask the edge; after a while, one caller tries it again for all */
  asks() {
    if (this.#failures < FAILURES_TO_SKIP) return true;
    const age = this.#clock() - this.#skippingSince;
    if (age >= 0 && age < SKIP) return false;
    this.#skippingSince = this.#clock();
    return true;
  }

  failed() {
    this.#failures++;
    this.#skippingSince = this.#clock();
  }

  answered() {
    this.#failures = 0;
  }
}

/**
 * @param {unknown} error
 * @returns {error is UnavailableError | CorruptValueError | OriginRefusedError} whether the edge failed (GET-4, FAIL-1)
 */
function isFailure(error) {
  return error instanceof UnavailableError || error instanceof CorruptValueError || error instanceof OriginRefusedError;
}

module.exports = { Reader };
