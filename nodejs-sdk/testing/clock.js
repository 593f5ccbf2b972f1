'use strict';

/** A clock that goes with the machine's until a test moves or stops it. */
class Clock {
  #ahead = 0;
  /** @type {number | undefined} */
  #stopped;

  /** @returns {number} Unix time in milliseconds */
  now() {
    return this.#stopped ?? Date.now() + this.#ahead;
  }

  /** @param {number} seconds Less than 0 sets it back. */
  advance(seconds) {
    if (this.#stopped === undefined) this.#ahead += seconds * 1000;
    else this.#stopped += seconds * 1000;
  }

  /** @param {number} time Unix time in milliseconds, at which it stands still. */
  set(time) {
    this.#stopped = time;
  }
}

module.exports = { Clock };
