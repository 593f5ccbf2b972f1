'use strict';

/** @typedef {{address: string, family: number}} Address */
/** @typedef {(host: string) => Promise<Address[]>} LookUp */

/** The look-ups under way: one that hangs holds one of libuv's four threads, so nobody asks for the same host again. @type {Map<string, Promise<Address[]>>} */
const pending = new Map();

/**
 * @param {string} host
 * @returns {Promise<Address[]>} its addresses, the families by turns (RFC 8305, section 4)
 */
function lookUp(host) {
  const running = pending.get(host);
  if (running) return running;
  const { isIP } = require('node:net');
  const family = isIP(host);
  if (family) return Promise.resolve([{ address: host, family }]);
  const asked = require('node:dns').promises.lookup(host, { all: true, order: 'verbatim' }).then(interleave);
  pending.set(host, asked);
  const end = () => pending.delete(host);
  asked.then(end, end);
  return asked;
}

/**
 * @param {Address[]} addresses
 * @returns {Address[]}
 */
function interleave(addresses) {
  const [first] = addresses;
  const preferred = addresses.filter(({ family }) => family === first?.family);
  const others = addresses.filter(({ family }) => family !== first?.family);
  return preferred.flatMap((address, at) => (at < others.length ? [address, others[at]] : [address])).concat(others.slice(preferred.length));
}

module.exports = { lookUp, interleave };
