'use strict';

const FIRST = 20; // milliseconds
const MOST = 1000; // milliseconds

/** Waits that get longer, and are random so that those who collided do not collide again (UPD-2). */
class Backoff {
  #random;
  #sleep;
  #limit = FIRST;

  /** @param {{random: () => number, sleep: (milliseconds: number) => Promise<void>}} seams */
  constructor({ random, sleep }) {
    this.#random = random;
    this.#sleep = sleep;
  }

  async wait() {
    const milliseconds = this.#random() * this.#limit;
    this.#limit = Math.min(2 * this.#limit, MOST);
    await this.#sleep(milliseconds);
  }
}

module.exports = { Backoff };
