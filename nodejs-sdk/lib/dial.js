'use strict';

const net = require('node:net');

/**
 * Whom to connect to.
 *
 * @typedef {object} Peer
 * @property {boolean} isTls
 * @property {string} hostname
 * @property {number} port
 * @property {import('./route.js').Proxy | undefined} proxy
 * @property {import('./route.js').Authorities | undefined} authorities
 * @property {Buffer | undefined} session TLS's last, with which the next handshake is shorter.
 */

/** Milliseconds at most between two addresses (RFC 8305, section 5). */
const MAX_PACE = 250;

/** The part of the time in which the last address has its turn as well. */
const TIME_TO_START_ALL = 0.75;

/** Makes one connection: look-up, all addresses in a race, a proxy's tunnel, TLS. Who has no time left cancels it. */
class Dial {
  #peer;
  #time;
  #lookUp;
  #isCancelled = false;
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();

  /**
   * @param {Peer} peer
   * @param {number} time Milliseconds that there are.
   * @param {import('./lookup.js').LookUp} lookUp
   */
  constructor(peer, time, lookUp) {
    this.#peer = peer;
    this.#time = time;
    this.#lookUp = lookUp;
  }

  /**
   * @param {(milliseconds: number) => void} [worked] Told of time that is none of the connection's.
   * @returns {Promise<import('node:net').Socket>} ready for the first request
   * @throws {NodeJS.ErrnoException}
   */
  async connect(worked) {
    try {
      return await this.#connect();
    } catch (error) {
      if (this.#isCancelled || !(/** @type {{mayBeSystems?: boolean}} */ (error).mayBeSystems)) throw error;
      // Node's own authorities come first: to read the system's takes long, once, and few hosts need them (TRUST-1).
      const began = performance.now();
      require('./trust.js').contextOf(undefined, true);
      worked?.(performance.now() - began);
      return await this.#connect();
    }
  }

  /** @returns {Promise<import('node:net').Socket>} */
  async #connect() {
    const { isTls, proxy } = this.#peer;
    const { hostname, port } = proxy ?? this.#peer;
    const addresses = await this.#lookUp(hostname);
    const plain = await this.#race(addresses, port);
    if (!isTls) return plain;
    const { secure } = require('./trust.js');
    if (proxy) await require('./tunnel.js').openTunnel(plain, this.#peer, proxy.authorization);
    return secure(plain, this.#peer);
  }

  /** Nobody waits for it any more. */
  cancel() {
    this.#isCancelled = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * Try one address after the other without waiting for the one before to fail, and take the first that answers.
   *
   * @param {import('./lookup.js').Address[]} addresses
   * @param {number} port
   * @returns {Promise<import('node:net').Socket>}
   */
  #race(addresses, port) {
    const pace = Math.min(MAX_PACE, (this.#time * TIME_TO_START_ALL) / addresses.length);
    const left = [...addresses];
    return new Promise((resolve, reject) => {
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      /** @type {NodeJS.ErrnoException} */
      let reason = Object.assign(new Error('the host has no address'), { code: 'ENOTFOUND' });
      let isWon = false;
      const next = () => {
        clearTimeout(timer);
        if (isWon) return;
        const address = this.#isCancelled ? undefined : left.shift();
        if (address) this.#open(address, port, win, (error) => (reason = error), next);
        else if (this.#sockets.size === 0) reject(reason);
        if (left.length > 0) timer = setTimeout(next, pace);
      };
      /** @param {import('node:net').Socket} socket */
      const win = (socket) => {
        if (isWon) return;
        isWon = true;
        clearTimeout(timer);
        for (const other of this.#sockets) if (other !== socket) other.destroy();
        resolve(socket);
      };
      next();
    });
  }

  /**
   * @param {import('./lookup.js').Address} address
   * @param {number} port
   * @param {(socket: import('node:net').Socket) => void} opened
   * @param {(error: NodeJS.ErrnoException) => void} failed
   * @param {() => void} ended
   */
  #open({ address, family }, port, opened, failed, ended) {
    const socket = net.connect({ host: address, port, family, autoSelectFamily: false });
    this.#sockets.add(socket);
    socket.on('connect', () => opened(socket));
    socket.on('error', failed);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      ended();
    });
  }
}

module.exports = { Dial };
