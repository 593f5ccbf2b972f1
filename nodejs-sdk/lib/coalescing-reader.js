'use strict';

/** @typedef {import('./reader.js').Reading} Reading */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./runtime.js').Runtime} Runtime */

/** Looks values up, so that callers who want the same at the same time share a request (MEM-4). */
class CoalescingReader {
  #reader;
  #session;
  #singleFlight;
  #stats;
  #budget;

  /**
   * @param {object} components
   * @param {import('./reader.js').Reader} components.reader
   * @param {import('./session.js').Session} components.session
   * @param {import('./single-flight.js').SingleFlight} components.singleFlight
   * @param {import('./stats.js').Stats} components.stats
   * @param {number} budget Milliseconds that a get may take.
   */
  constructor({ reader, session, singleFlight, stats }, budget) {
    this.#reader = reader;
    this.#session = session;
    this.#singleFlight = singleFlight;
    this.#stats = stats;
    this.#budget = budget;
  }

  /**
   * @param {Runtime} runtime
   * @param {Target} target
   * @param {boolean} isConsistent
   * @returns {Reading}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  blocking(runtime, target, isConsistent) {
    return runtime.runSync(isConsistent ? this.#reader.readS3(target) : this.#reader.read(target), this.#budget);
  }

  /**
   * @param {Runtime} runtime
   * @param {Target} target
   * @param {boolean} isConsistent
   * @returns {Promise<Reading>}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  async awaited(runtime, target, isConsistent) {
    // A consistent get shares nothing: a request sent before it began need not see what was stored before it began.
    if (isConsistent) return runtime.run(this.#reader.readS3(target), this.#budget);
    const { name } = target;
    const flight = this.#singleFlight.of(name);
    if (!flight) return this.#singleFlight.add(name, runtime.run(this.#reader.read(target), this.#budget));
    const began = performance.now();
    const reading = await flight;
    // Since this get began later than the request, it may have to be newer.
    if (this.#session.accepts(name, reading.answer)) {
      this.#stats.sharedReads++;
      return reading;
    }
    return runtime.run(this.#reader.readBeyondEdge(target), this.#budget - (performance.now() - began));
  }
}

module.exports = { CoalescingReader };
