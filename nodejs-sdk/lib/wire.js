'use strict';

const { ConnectionPool } = require('./pool.js');
const { Exchange } = require('./exchange.js');
const { LIMITS } = require('./limits.js');
const { lookUp } = require('./lookup.js');

/**
 * @typedef {object} Request
 * @property {'GET' | 'PUT' | 'POST' | 'DELETE'} method
 * @property {string} url Where to connect, and what to ask for.
 * @property {Record<string, string>} headers in lower case
 * @property {Uint8Array | undefined} [body]
 * @property {number} maxBytes How much of the response's body to read.
 * @property {import('./route.js').Route | undefined} [route] A proxy, or authorities of the environment's choice.
 * @property {number} [end] Unix time in milliseconds after which nothing more of it may be sent, not by the kernel either (CHG-13).
 * @property {number} [reserve] The share of the call's whole time that must be left when this ends (TIME-3).
 */

/**
 * @typedef {object} Response
 * @property {number} status
 * @property {Record<string, string | undefined>} headers Those that somebody reads, see `headers.js`.
 * @property {Uint8Array} body
 * @property {boolean} cut whether the body goes on beyond `maxBytes`
 * @property {boolean} [isResent] whether this answers a second sending: what became of the first nobody knows
 */

/**
 * What became of a request that was not answered (WRITE-1): no connection was made; the other side ended it; this side
 * gave up waiting; or there was an answer that is no HTTP.
 *
 * @typedef {'unsent' | 'ended' | 'under way' | 'garbled'} Fate
 */

/** @typedef {{failure: {code: string, message: string, fate?: Fate}, isResent?: boolean}} Failure No response; nothing here is thrown. */

/**
 * The one seam to the network: each request that this SDK makes is one call of `send`, with a deadline on every phase of it
 * and connections that are kept. Node's built-in modules are all it needs, so that its text also runs inside the worker.
 */
class Wire {
  /** By origin and route. @type {Map<string, ConnectionPool>} */
  #pools = new Map();
  #limits;
  #lookUp;

  /** @param {{limits?: import('./limits.js').Limits, lookUp?: import('./lookup.js').LookUp}} [options] For tests. */
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
