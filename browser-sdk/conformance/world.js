import { MemoryService } from '../src/index.js';

/** Milliseconds by which a request has been sent. */
const UNDER_WAY = 500;

/** What the SDK's objects are given in place of the machine's time and chance, and the objects that are kept. */
export class World {
  /** @type {number | undefined} milliseconds; undefined is the machine's time */
  now;
  /** @type {number} how many milliseconds pass with each look at the clock */
  pace = 0;
  /** @type {number | undefined} what every random number above 0 up to 1 is; undefined is real chance */
  chance;
  /** @type {boolean} whether the SDK logs whatever it can */
  isLoud = false;

  #passes = { milliseconds: 0, at: 0 };
  #kept = new Map();

  seams = {
    clock: () => this.#time(),
    random: () => (this.chance === undefined ? Math.random() : 1 - this.chance),
  };

  /** Uses the object of a request: of a session that of the requests before, else one that remembers nothing. */
  use({ session, conf, service }, use) {
    if (session === undefined) return use(this.#open(conf, service));
    const key = JSON.stringify([session, conf, service]);
    if (!this.#kept.has(key)) this.#kept.set(key, this.#open(conf, service));
    return use(this.#kept.get(key));
  }

  close() {
    this.#kept.clear();
    this.chance = undefined;
    this.isLoud = false;
  }

  /** Lets so many milliseconds pass when the request that comes now is under way. */
  passLater(milliseconds) {
    this.#passes = { milliseconds, at: performance.now() + UNDER_WAY };
  }

  #open(conf, service) {
    const loud = this.isLoud ? { LOG_LEVEL: 'debug' } : {};
    return new MemoryService({ ...conf, ...loud }, service, this.seams);
  }

  #time() {
    if (this.now === undefined) return Date.now();
    this.now += this.pace;
    const { milliseconds, at } = this.#passes;
    return performance.now() >= at ? this.now + milliseconds : this.now;
  }
}

/** Changes whatever can be changed in a value. */
export function spoil(value) {
  if (value instanceof Uint8Array) value.fill(0);
  else if (Array.isArray(value)) {
    value.forEach(spoil);
    value.push('spoilt');
  } else if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(spoil);
    value.spoilt = true;
  }
}
