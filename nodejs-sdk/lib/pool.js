'use strict';

const { Connection } = require('./connection.js');
const { Dial } = require('./dial.js');

/** Connections to one origin at one time (WIRE-5). A function has 1,024 descriptors for all that it does. */
const MAX_CONNECTIONS = 64;

/** Milliseconds of the wall clock: a frozen function's connections are dead when it thaws, and only that clock knows (WIRE-6). */
const MAX_IDLE = 4000;

/**
 * Who wants a connection. One of the two is called, at once or later, unless {@link ConnectionPool#leave} comes first.
 *
 * @typedef {object} Waiter
 * @property {(connection: Connection) => void} use A kept one is free.
 * @property {() => void} dial There is room for a new one. Wants one call of {@link ConnectionPool#opened} or {@link ConnectionPool#release}.
 */

/** The connections to one origin: kept for the next request, bounded, and handed out in the order of asking. */
class ConnectionPool {
  /** Those that are used least at the beginning. @type {Connection[]} */
  #idle = [];
  /** How many there are or are being made. */
  #open = 0;
  /** @type {Set<Waiter>} */
  #waiting = new Set();
  #peer;
  #time;
  #lookUp;
  /** @type {typeof import('node:http') | typeof import('node:https') | undefined} */
  #http;

  /**
   * @param {string} origin
   * @param {import('./route.js').Route | undefined} route
   * @param {number} time Milliseconds that making a connection may take.
   * @param {import('./lookup.js').LookUp} lookUp
   */
  constructor(origin, route, time, lookUp) {
    const { protocol, hostname, port } = new URL(origin);
    const isTls = protocol === 'https:';
    /** @type {import('./dial.js').Peer} */
    this.#peer = {
      isTls,
      hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname, // an IPv6 address stands in brackets
      port: Number(port) || (isTls ? 443 : 80),
      proxy: route?.proxy,
      authorities: route?.authorities,
      session: undefined,
    };
    /** Where it leads to, as `http.request` wants to be told. */
    this.target = { protocol, hostname: this.#peer.hostname, port: this.#peer.port };
    this.#time = time;
    this.#lookUp = lookUp;
  }

  /** Node's module for its requests, loaded with the first of them. */
  get http() {
    return (this.#http ??= this.#peer.isTls ? require('node:https') : require('node:http'));
  }

  /** @param {Waiter} waiter */
  join(waiter) {
    const connection = this.#newestIdle();
    if (connection) waiter.use(connection);
    else if (this.#open < MAX_CONNECTIONS) this.#allow(waiter);
    else this.#waiting.add(waiter);
  }

  /** @param {Waiter} waiter */
  leave(waiter) {
    this.#waiting.delete(waiter);
  }

  /** @returns {Dial} */
  dial() {
    return new Dial(this.#peer, this.#time, this.#lookUp);
  }

  /**
   * @param {import('node:net').Socket} socket
   * @returns {Connection} whose end makes room for another
   */
  opened(socket) {
    socket.on('close', () => this.release());
    return new Connection(socket);
  }

  /** There is room again: a connection has ended, or could not be made. */
  release() {
    this.#open--;
    const [next] = this.#waiting;
    if (!next) return;
    this.#waiting.delete(next);
    this.#allow(next);
  }

  /**
   * A connection has done its work.
   *
   * @param {Connection} connection
   */
  keep(connection) {
    if (!connection.isUsable) return connection.close();
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next.use(connection);
    } else {
      connection.rest();
      this.#idle.push(connection);
    }
  }

  /** Let go of all that nobody uses. */
  dropIdle() {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  close() {
    this.dropIdle();
  }

  /** @returns {Connection | undefined} */
  #newestIdle() {
    const now = Date.now();
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection) return undefined;
      const age = now - /** @type {number} */ (connection.idleSince);
      if (connection.isUsable && age >= 0 && age <= MAX_IDLE) {
        connection.use();
        return connection;
      }
      connection.close();
      if (age > MAX_IDLE || age < 0) this.dropIdle(); // the others have rested for longer, or nobody can tell
    }
  }

  /** @param {Waiter} waiter */
  #allow(waiter) {
    this.#open++;
    waiter.dial();
  }
}

module.exports = { ConnectionPool, MAX_CONNECTIONS };
