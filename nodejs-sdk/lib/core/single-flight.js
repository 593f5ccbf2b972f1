'use strict';

/** @typedef {Promise<import('./reading.js').Reading>} Flight */

/** The reads that are under way, so that many callers share one request (MEM-4). */
class SingleFlight {
  /** @type {Map<string, Flight>} */
  #open = new Map();

  /**
   * @param {string} name
   * @returns {Flight | undefined} the read of it that may be joined
   */
  of(name) {
    return this.#open.get(name);
  }

  /**
   * @param {string} name
   * @param {Flight} flight
   * @returns {Flight} the same
   */
  add(name, flight) {
    this.#open.set(name, flight);
    const end = () => this.end(name, flight);
    flight.then(end, end);
    return flight;
  }

  /**
   * @param {string} name
   * @param {Flight} flight that is over
   */
  end(name, flight) {
    if (this.#open.get(name) === flight) this.#open.delete(name);
  }

  /**
   * Let nobody else join: what is stored changes, and a request was sent before.
   *
   * @param {string} name
   */
  detach(name) {
    this.#open.delete(name);
  }

  /** The same for all names. */
  detachAll() {
    this.#open.clear();
  }

  /** @param {string} prefix */
  detachUnder(prefix) {
    for (const name of this.#open.keys()) if (name.startsWith(prefix)) this.#open.delete(name);
  }
}

module.exports = { SingleFlight };
