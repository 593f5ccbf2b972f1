'use strict';

const { LIMITS } = require('./core/limits.js');
const { Exchange } = require('./exchange.js');
const { lookUp } = require('./lookup.js');
const { ConnectionPool } = require('./pool.js');

/** @typedef {import('./core/effects.js').Request} Request */
/** @typedef {import('./core/effects.js').Response} Response */
/** @typedef {import('./core/effects.js').Failure} Failure */

/**
 * The one seam to the network: each request that this SDK makes is one call of `send`, with a deadline on every phase of it
 * and connections that are kept. Node's built-in modules are all it needs, so that its text also runs inside the worker.
 */
class Wire {
  /** By origin and route. @type {Map<string, ConnectionPool>} */
  #pools = new Map();
  #limits;
  #lookUp;

  /** @param {{limits?: import('./core/limits.js').Limits, lookUp?: import('./lookup.js').LookUp}} [options] For tests. */
  constructor({ limits = LIMITS, lookUp: find = lookUp } = {}) {
    this.#limits = limits;
    this.#lookUp = find;
  }

  /**
   * @param {Request} request
   * @param {number} budget Milliseconds for everything, a second attempt included.
   * @returns {Promise<Response | Failure>}
   */
  async send(request, budget) {
    const deadline = performance.now() + budget;
    const pool = this.#poolOf(request);
    const first = await new Exchange(request, pool, this.#limits, deadline, budget).run();
    if (!('failure' in first) || !first.wasDead) return first;
    // The connection had died while nobody looked (RETRY-2). So may have the others.
    pool.dropIdle();
    if (request.isSentOnce) return first;
    return { ...(await new Exchange(request, pool, this.#limits, deadline, budget).run()), isResent: true };
  }

  close() {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }

  /** @param {Request} request */
  #poolOf({ url, route }) {
    // To take a URL apart costs as much as parsing a small answer.
    const pathAt = url.indexOf('/', url.indexOf('//') + 2);
    const origin = pathAt < 0 ? url : url.slice(0, pathAt);
    const id = route ? `${origin} ${route.id}` : origin;
    const known = this.#pools.get(id);
    if (known) return known;
    const pool = new ConnectionPool(origin, route, this.#limits.connect, this.#lookUp);
    this.#pools.set(id, pool);
    return pool;
  }
}

module.exports = { Wire };
