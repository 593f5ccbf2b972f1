'use strict';

const FAILURES_TO_SKIP = 3;
const SKIP = 10_000; // milliseconds

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

module.exports = { Circuit };
