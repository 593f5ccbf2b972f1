'use strict';

const { UnavailableError, copyOf } = require('./errors.js');
const { EDGE_SHARE } = require('./limits.js');

/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @typedef {import('./reading.js').Reading} Reading */
/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./effects.js').Runner} Runner */

/** Looks values up, so that callers who want the same at the same time share a request (MEM-4). */
class CoalescingReader {
  #reader;
  #session;
  #singleFlight;
  #stats;
  #budget;
  #failover;
  #sleep;
  #clock;

  /**
   * @param {object} components
   * @param {import('./reader.js').Reader} components.reader
   * @param {import('./session.js').Session} components.session
   * @param {import('./single-flight.js').SingleFlight} components.singleFlight
   * @param {import('./stats.js').Stats} components.stats
   * @param {object} options
   * @param {number} options.budget Milliseconds that a get may take.
   * @param {boolean} options.failover
   * @param {import('./effects.js').Sleep} options.sleep
   * @param {() => number} options.clock Unix time in milliseconds
   */
  constructor({ reader, session, singleFlight, stats }, { budget, failover, sleep, clock }) {
    this.#reader = reader;
    this.#session = session;
    this.#singleFlight = singleFlight;
    this.#stats = stats;
    this.#budget = budget;
    this.#failover = failover;
    this.#sleep = sleep;
    this.#clock = clock;
  }

  /**
   * @param {Runner} runtime
   * @param {Target} target
   * @param {boolean} isConsistent
   * @param {CachedValue | undefined} kept What memory has of it, which is not fresh.
   * @returns {Reading}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  blocking(runtime, target, isConsistent, kept) {
    return runtime.runSync(isConsistent ? this.#reader.readS3(target) : this.#reader.read(target, kept), this.#budget);
  }

  /**
   * @param {Runner} runtime
   * @param {Target} target
   * @param {boolean} isConsistent
   * @param {CachedValue | undefined} kept What memory has of it, which is not fresh.
   * @returns {Promise<Reading>}
   * @throws {import('./errors.js').MemoryServiceError}
   */
  async awaited(runtime, target, isConsistent, kept) {
    // A consistent get shares nothing: a request sent before it began need not see what was stored before it began.
    if (isConsistent) return runtime.run(this.#reader.readS3(target), this.#budget, this.#sleep);
    const { name } = target;
    const flight = this.#singleFlight.of(name);
    if (!flight) return this.#singleFlight.add(name, runtime.run(this.#reader.read(target, kept), this.#budget, this.#sleep));
    const began = performance.now();
    const reading = await this.#share(flight);
    if (!reading) {
      if (!this.#failover) throw UnavailableError.because(`Reading ${name}`, { code: 'timeout', message: 'another call for it took too long' });
      return this.#readBeyondEdge(runtime, target, began);
    }
    // Since this get began later than the request, it may have to be newer; and what was fetched before its end says nothing
    // after it (EXP-1).
    if (!reading.copy?.hasExpired(this.#clock()) && this.#session.accepts(name, reading.answer)) {
      if (reading.source === 'memory') this.#stats.countHit(/** @type {CachedValue} */ (reading.copy), this.#clock());
      else this.#stats.sharedReads++;
      return reading;
    }
    return this.#readBeyondEdge(runtime, target, began);
  }

  /**
   * @param {Runner} runtime
   * @param {Target} target
   * @param {number} began
   */
  #readBeyondEdge(runtime, target, began) {
    return runtime.run(this.#reader.readBeyondEdge(target), this.#budget - (performance.now() - began), this.#sleep);
  }

  /**
   * Wait for another's request, but keep the time that S3 needs (TIME-4).
   *
   * @param {Promise<Reading>} flight
   * @returns {Promise<Reading | undefined>} undefined if it takes too long
   */
  async #share(flight) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    /** @type {Promise<undefined>} */
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#budget * (this.#failover ? EDGE_SHARE : 1), undefined);
    });
    try {
      return await Promise.race([flight, late]);
    } catch (error) {
      throw copyOf(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

module.exports = { CoalescingReader };
