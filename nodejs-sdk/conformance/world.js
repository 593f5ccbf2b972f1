'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { readFileSync } = require('node:fs');
const { setTimeout } = require('node:timers/promises');

const MemoryService = require('..');

/** Milliseconds by which a request has been sent. */
const UNDER_WAY = 500;

/** What the SDK's objects are given in place of the machine's time and chance, and the objects that are kept. */
class World {
  /** @type {number | undefined} milliseconds; undefined is the machine's time */
  now;

  /** @type {string | undefined} a file that says by how many seconds the clock is ahead of the machine's, and that waits are real */
  ahead;

  /** @type {number} how many milliseconds pass with each look at the clock */
  pace = 0;

  /** @type {number | undefined} what every random number above 0 up to 1 is; undefined is real chance */
  chance;

  /** @type {boolean} whether the SDK logs whatever it can */
  isLoud = false;

  #passes = { milliseconds: 0, at: 0 };
  #kept = new Map();
  #functions = new Map();
  #waits = new AsyncLocalStorage();

  /** Keeps the SDK's threads and connections for all objects to come, as a function does that makes one in each call. */
  #anchor;

  /**
   * Uses the object of a request: of a session that of the requests before, else one that remembers nothing.
   */
  async use({ session, conf, service }, use) {
    this.#anchor ??= this.#open(conf, service);
    if (session === undefined) {
      const mem = this.#open(conf, service);
      try {
        return await use(mem);
      } finally {
        mem.close();
      }
    }
    const key = JSON.stringify([session, conf, service]);
    if (!this.#kept.has(key)) this.#kept.set(key, this.#open(conf, service));
    return use(this.#kept.get(key));
  }

  /** The function of a request: of a session and a function that of the requests before. It gives what its `make` gives. */
  function({ session, conf, service, function: label }) {
    const key = JSON.stringify([session, conf, service, label]);
    const kept = session === undefined ? undefined : this.#functions.get(key);
    if (kept) return kept;
    const fn = () => fn.make();
    if (session !== undefined) this.#functions.set(key, fn);
    return fn;
  }

  /** Does something with a list of how many milliseconds the SDK wants to wait meanwhile, which it need not. */
  withWaits(use) {
    const waits = [];
    return this.#waits.run(waits, () => use(waits));
  }

  /** Closes all objects, and leaves chance to itself again. */
  close() {
    for (const mem of this.#kept.values()) mem.close();
    this.#kept.clear();
    this.#functions.clear();
    this.chance = undefined;
    this.isLoud = false;
  }

  /** So that the process can end. */
  end() {
    this.close();
    this.#anchor?.close();
  }

  #open(conf, service) {
    const loud = this.isLoud ? { LOG_LEVEL: 'debug' } : {};
    return new MemoryService({ ...undefinedForNull(conf), ...loud }, service, {
      clock: () => this.time(),
      // The SDK takes a number below 1, and what it lacks to 1 is the number of the specification.
      random: () => (this.chance === undefined ? Math.random() : 1 - this.chance),
      sleep: (milliseconds) => this.#sleep(milliseconds),
    });
  }

  time() {
    if (this.ahead !== undefined) return Date.now() + Number(readFileSync(this.ahead, 'ascii')) * 1000;
    if (this.now === undefined) return Date.now();
    this.now += this.pace;
    const { milliseconds, at } = this.#passes;
    return performance.now() >= at ? this.now + milliseconds : this.now;
  }

  /**
   * Lets so many milliseconds pass when the request that comes now is under way.
   *
   * @param {number} milliseconds
   */
  passLater(milliseconds) {
    this.#passes = { milliseconds, at: performance.now() + UNDER_WAY };
  }

  async #sleep(milliseconds) {
    if (this.ahead !== undefined) await setTimeout(milliseconds);
    this.#waits.getStore()?.push(milliseconds);
  }
}

function undefinedForNull(conf) {
  return Object.fromEntries(Object.entries(conf).map(([key, value]) => [key, value ?? undefined]));
}

/** Changes whatever can be changed in a value. */
function spoil(value) {
  if (value instanceof Uint8Array) value.fill(0);
  else if (Array.isArray(value)) {
    value.forEach(spoil);
    value.push('spoilt');
  } else if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(spoil);
    value.spoilt = true;
  }
}

module.exports = { World, spoil, undefinedForNull };
