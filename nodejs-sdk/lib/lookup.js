'use strict';

/** @typedef {import('./reader.js').Reading} Reading */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./engine.js').Engine} Engine */

/** Looks values up, so that callers who want the same at the same time share a request (MEM-4). */
class Lookup {
  #reader;
  #session;
  #flights;
  #stats;
  #budget;

  /**
   * @param {object} rooms
   * @param {import('./reader.js').Reader} rooms.reader
   * @param {import('./session.js').Session} rooms.session
   * @param {import('./flights.js').Flights} rooms.flights
   * @param {import('./stats.js').Stats} rooms.stats
   * @param {number} budget Milliseconds that a get may take.
   */
  constructor({ reader, session, flights, stats }, budget) {
    this.#reader = reader;
    this.#session = session;
    this.#flights = flights;
    this.#stats = stats;
    this.#budget = budget;
  }

  /**
   * @param {Engine} engine
   * @param {Target} target
   * @param {boolean} isConsistent
   * @returns {Reading}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  blocking(engine, target, isConsistent) {
    return engine.runSync(isConsistent ? this.#reader.readS3(target) : this.#reader.read(target), this.#budget);
  }

  /**
   * @param {Engine} engine
   * @param {Target} target
   * @param {boolean} isConsistent
   * @returns {Promise<Reading>}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  async awaited(engine, target, isConsistent) {
    // A consistent get shares nothing: a request sent before it began need not see what was stored before it began.
    if (isConsistent) return engine.run(this.#reader.readS3(target), this.#budget);
    const { name } = target;
    const flight = this.#flights.of(name);
    if (!flight) return this.#flights.add(name, engine.run(this.#reader.read(target), this.#budget));
    const began = performance.now();
    const reading = await flight;
    // Since this get began later than the request, it may have to be newer.
    if (this.#session.accepts(name, reading.answer)) {
      this.#stats.sharedReads++;
      return reading;
    }
    return engine.run(this.#reader.readBeyondEdge(target), this.#budget - (performance.now() - began));
  }
}

module.exports = { Lookup };
