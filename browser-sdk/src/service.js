import './platform.js';

import { namesIn, runAll } from '../../nodejs-sdk/lib/core/batch.js';
import { ConfigurationError } from '../../nodejs-sdk/lib/core/errors.js';
import { Local } from '../../nodejs-sdk/lib/core/local.js';
import { Log } from '../../nodejs-sdk/lib/core/log.js';
import { locate } from '../../nodejs-sdk/lib/core/names.js';
import { Session } from '../../nodejs-sdk/lib/core/session.js';
import { SingleFlight } from '../../nodejs-sdk/lib/core/single-flight.js';
import { Stats } from '../../nodejs-sdk/lib/core/stats.js';
import { readConfig } from './config.js';
import { Reader } from './reader.js';
import { makeWatcher } from './watch.js';

/** @typedef {import('../../nodejs-sdk/lib/core/reading.js').Reading} Reading */

/**
 * The parts of one object.
 *
 * @typedef {object} Parts
 * @property {Session} session
 * @property {Local} local
 * @property {SingleFlight} flights
 * @property {Stats} stats
 * @property {Log} log
 * @property {Map<string, Promise<unknown>>} writing The last put of each name that is under way.
 * @property {ReturnType<import('./changes.js').makeChanges> | undefined} changes With a change record, once it is there.
 * @property {Promise<Parts['changes']> | undefined} makingChanges
 */

/** Reads values. */
export class MemoryService {
  /** @type {Map<string, ReturnType<typeof makeWatcher>>} */
  #watchers = new Map();
  #reader;
  #seams;

  /**
   * @param {unknown} params
   * @param {unknown} [service]
   * @param {{clock?: () => number, random?: () => number}} [seams] For tests.
   */
  constructor(params, service, seams) {
    this.#seams = { clock: Date.now, random: Math.random, ...seams };
    const { clock } = this.#seams;
    const config = readConfig(params, service);
    /** @type {Parts} */
    const parts = {
      session: new Session(clock),
      local: new Local(config),
      flights: new SingleFlight(),
      stats: new Stats(),
      log: new Log(/** @type {any} */ (config.logLevel)),
      writing: new Map(),
      changes: undefined,
      makingChanges: undefined,
    };
    if (config.changes && config.bucket && (!config.grant || config.grant.prefix === '')) {
      // Here, because most services have no change record.
      parts.makingChanges = /** @type {Parts['makingChanges']} */ (import('./changes.js').then(
        ({ makeChanges }) => (parts.changes = makeChanges(config, parts, clock)),
        ({ message }) => void parts.log.warn(`nothing is confirmed by the change record: ${message}`), // CHG-18
      ));
    }
    this.#reader = new Reader(config, parts, clock);
    /** What the rest of this SDK wants. */
    this._ = { config, parts, clock };
  }

  /**
   * @param {string} name
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async get(name, options) {
    const copy = options ? undefined : this.#reader.fresh(name);
    if (!copy) return (await this.getEntry(name, options))?.value;
    this._.parts.stats.countHit(copy, this._.clock());
    return copy.value();
  }

  /**
   * @param {string} name
   * @param {{signal?: AbortSignal}} [options]
   */
  async getEntry(name, options) {
    return this.#entryOf(name, await untilAborted(signalOf(options), () => this.#read(name)));
  }

  /**
   * @param {Iterable<string>} names
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Map<string, any>>}
   */
  async getMany(names, options) {
    const signal = signalOf(options);
    const targets = new Map(namesIn(names).map((name) => [/** @type {string} */ (name), this._locate(name)]));
    return untilAborted(signal, () => runAll(targets, async (target) => this.#entryOf(target.name, await this.#reader.read(target))?.value));
  }

  /**
   * @param {string} name
   * @param {(entry: any, error?: unknown) => void} listener
   * @param {{signal?: AbortSignal}} [options]
   * @returns {() => void}
   */
  watch(name, listener, options) {
    const signal = signalOf(options);
    const target = this._locate(name);
    let watcher = this.#watchers.get(name);
    if (!watcher) {
      watcher = makeWatcher({
        ...this.#seams,
        read: () => this.#reader.read(target),
        entryOf: (reading) => {
          const entry = this.#entryOf(name, reading);
          return entry && Object.freeze(entry);
        },
        end: () => this.#watchers.delete(name),
      });
      this.#watchers.set(name, watcher);
    }
    if (signal?.aborted) return () => {};
    const stop = watcher.add(listener);
    signal?.addEventListener('abort', stop);
    return stop;
  }

  stats() {
    const { stats, local } = this._.parts;
    const { items, bytes, evictions } = local;
    return { ...stats, tagReads: stats.tagReads, items, bytes, evictions };
  }

  /** @param {string} name which this object has put */
  _poke(name) {
    this.#watchers.get(name)?.poke();
  }

  /** @param {string} name */
  #read(name) {
    return this.#reader.read(this._locate(name));
  }

  /** @param {unknown} name */
  _locate(name) {
    const { visibility, place } = this._.config;
    return { name: /** @type {string} */ (name), ...locate(visibility, place, name) };
  }

  /**
   * @param {string} name
   * @param {Reading} reading
   */
  #entryOf(name, { source, copy }) {
    this._.parts.log.debug(`get ${JSON.stringify(name)} from ${source}${copy ? '' : ' (no value)'}`);
    return copy?.entry(source, this._.clock());
  }
}

/**
 * @param {unknown} options
 * @param {string[]} [known]
 * @returns {any} those that are known
 * @throws {ConfigurationError} for others (WEB-2)
 */
export function readOptions(options = {}, known = ['signal']) {
  if (typeof options !== 'object' || options === null) throw new ConfigurationError('The options must be an object like { signal }.');
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new ConfigurationError(`There is no option ${key} here: without credentials there is ${known.join(' and ')}.`);
  }
  const { signal } = /** @type {any} */ (options);
  if (signal === undefined || signal instanceof AbortSignal) return options;
  throw new ConfigurationError('signal must be an AbortSignal.');
}

/**
 * @param {unknown} options
 * @returns {AbortSignal | undefined}
 */
function signalOf(options) {
  return readOptions(options).signal;
}

/**
 * What others share goes on for them, and ends by itself.
 *
 * @template T
 * @param {AbortSignal | undefined} signal
 * @param {() => Promise<T>} start
 * @returns {Promise<T>} rejected with the signal's reason as soon as it says so
 */
async function untilAborted(signal, start) {
  if (!signal) return start();
  signal.throwIfAborted();
  /** @type {() => void} */
  let stop = () => {};
  /** @type {Promise<never>} */
  const aborted = new Promise((_, reject) => signal.addEventListener('abort', (stop = () => reject(signal.reason))));
  try {
    return await Promise.race([start(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
