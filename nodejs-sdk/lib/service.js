'use strict';

const { entriesIn, namesIn, removeAll, runAll } = require('./batch.js');
const { readConfig } = require('./config.js');
const { Edge } = require('./edge.js');
const { entryOf } = require('./entry.js');
const { encode } = require('./envelope.js');
const errors = require('./errors.js');
const { Log } = require('./log.js');
const { checkServiceName, locate, locatePrefix, nameOf } = require('./names.js');
const { readGetOptions, readPutOptions } = require('./options.js');
const { Origin } = require('./origin.js');
const { randomWriteId } = require('./platform.js');
const { Reader } = require('./reader.js');
const { Store } = require('./store.js');
const { version } = require('../package.json');

const { ConfigurationError, CorruptValueError, UnsupportedTypeError, ValueTooLargeError } = errors;

/** @template T @typedef {import('./effects.js').Program<T>} Program */

/** A cache in S3, read through CloudFront. */
class MemoryService {
  static MemoryServiceError = errors.MemoryServiceError;
  static ConfigurationError = errors.ConfigurationError;
  static InvalidNameError = errors.InvalidNameError;
  static UnsupportedTypeError = errors.UnsupportedTypeError;
  static ValueTooLargeError = errors.ValueTooLargeError;
  static CorruptValueError = errors.CorruptValueError;
  static AccessDeniedError = errors.AccessDeniedError;
  static UnavailableError = errors.UnavailableError;
  static BatchError = errors.BatchError;

  #config;
  #service;
  #clock;
  #log;
  #reader;
  #store;
  /** @type {import('./engine.js').Engine | undefined} Undefined once closed. */
  #engine;

  /**
   * @param {unknown} params
   * @param {unknown} serviceName
   * @param {{clock?: () => number}} [seams] For tests: the clock gives Unix time in milliseconds.
   * @throws {errors.ConfigurationError}
   * @throws {errors.InvalidNameError} NAME-1
   */
  constructor(params, serviceName, { clock = Date.now } = {}) {
    this.#config = readConfig(params, process.env);
    this.#service = checkServiceName(serviceName);
    this.#clock = clock;
    this.#log = new Log(this.#config.logLevel);
    const edge = new Edge(this.#config, this.#service, clock);
    this.#reader = new Reader(this.#config, edge, new Origin(this.#config, clock), clock, this.#log);
    this.#store = new Store(this.#config, clock);
    this.#engine = require('./engine.js').Engine.acquire(); // here, so that loading this SDK is quick
  }

  /**
   * Store a value. It is taken as it is at the time of the call.
   *
   * @param {string} name
   * @param {unknown} value
   * @param {unknown} [options]
   * @returns {Promise<string>} its version: the ETag of the object
   */
  async put(name, value, options) {
    return this.#open().run(this.#write(name, value, this.#readOptions(options)));
  }

  /**
   * Store several values, several at a time. All names and values are checked before the first is stored (MANY-1).
   *
   * @param {unknown} entries
   * @param {unknown} [options] for all of them
   * @returns {Promise<Map<string, string>>} the version of each
   * @throws {errors.BatchError}
   */
  async putMany(entries, options) {
    const engine = this.#open();
    const checked = this.#readOptions(options);
    const programs = new Map();
    for (const [name, value] of entriesIn(entries)) programs.set(name, this.#writeOneOfMany(name, value, checked));
    return runAll(programs, (program) => engine.run(program));
  }

  /**
   * Read a value, blocking this thread until it is there.
   *
   * @param {string} name
   * @param {unknown} [options]
   * @returns {any} undefined if there is none
   */
  get(name, options) {
    return this.getEntry(name, options)?.value;
  }

  /**
   * Read a value.
   *
   * @param {string} name
   * @param {unknown} [options]
   * @returns {Promise<any>} undefined if there is none
   */
  async getAsync(name, options) {
    return (await this.getEntryAsync(name, options))?.value;
  }

  /**
   * Read a value with what is known about it (GET-6), blocking this thread until it is there.
   *
   * @param {string} name
   * @param {unknown} [options]
   * @returns {import('./entry.js').Entry | undefined}
   */
  getEntry(name, options) {
    return this.#open().runSync(this.#read(name, readGetOptions(options)), this.#deadline());
  }

  /**
   * Read a value with what is known about it (GET-6).
   *
   * @param {string} name
   * @param {unknown} [options]
   * @returns {Promise<import('./entry.js').Entry | undefined>}
   */
  async getEntryAsync(name, options) {
    return this.#open().run(this.#read(name, readGetOptions(options)), this.#deadline());
  }

  /**
   * Read several values, several at a time. All names are checked before the first is read (MANY-1).
   *
   * @param {unknown} names
   * @param {unknown} [options] for all of them
   * @returns {Promise<Map<string, any>>} those found, in the order asked (MANY-2)
   * @throws {errors.BatchError}
   */
  async getMany(names, options) {
    const engine = this.#open();
    const checked = readGetOptions(options);
    const programs = new Map();
    for (const name of namesIn(names)) programs.set(name, this.#read(name, checked));
    return runAll(programs, async (program) => (await engine.run(program, this.#deadline()))?.value);
  }

  /**
   * Remove a value. An edge may serve its copy until that is `EDGE_TTL` old.
   *
   * @param {string} name
   * @returns {Promise<void>}
   */
  async remove(name) {
    return this.#open().run(this.#store.remove(this.#locate(name).key));
  }

  /**
   * Remove several values, up to 1,000 with one request. All names are checked before the first is removed (MANY-1).
   *
   * @param {unknown} names
   * @returns {Promise<void>}
   * @throws {errors.BatchError}
   */
  async removeMany(names) {
    this.#open();
    const namesByKey = new Map();
    for (const name of namesIn(names)) namesByKey.set(this.#locate(name).key, name);
    return this.#removeKeys(namesByKey);
  }

  /**
   * List the names under a prefix, a page of S3's at a time, the next when it is wanted (LIST-2).
   *
   * @param {string} [prefix]
   * @returns {AsyncGenerator<string, void, undefined>}
   * @throws {errors.InvalidNameError} LIST-1
   */
  keys(prefix = '') {
    this.#open();
    return this.#names(this.#locatePrefix(prefix));
  }

  /**
   * Remove all values under a prefix, page by page (LIST-3).
   *
   * @param {string} prefix
   * @returns {Promise<number>} how many there were
   * @throws {errors.BatchError} at the first page with a value that could not be removed
   */
  async clear(prefix) {
    let removed = 0;
    for await (const namesByKey of this.#pages(this.#locatePrefix(prefix))) {
      await this.#removeKeys(namesByKey);
      removed += namesByKey.size;
    }
    return removed;
  }

  /** @returns {string} the version of this SDK */
  getVersion() {
    return version;
  }

  /** Let go of connections and thread, which it shares with the other objects. Not needed for the process to end. */
  close() {
    this.#engine?.release();
    this.#engine = undefined;
  }

  #open() {
    if (this.#engine) return this.#engine;
    throw new ConfigurationError('This MemoryService is closed: make a new one.');
  }

  /** @returns {number} milliseconds a get may take */
  #deadline() {
    return this.#config.deadline * 1000;
  }

  /** @param {unknown} name */
  #locate(name) {
    return locate(this.#config.visibility, this.#service, name);
  }

  /** @param {unknown} prefix */
  #locatePrefix(prefix) {
    return locatePrefix(this.#config.visibility, this.#service, prefix);
  }

  /** @param {unknown} options */
  #readOptions(options) {
    return readPutOptions(options, this.#config, this.#clock());
  }

  /**
   * Check and encode, which the program that comes back has no need to.
   *
   * @param {unknown} name
   * @param {unknown} value
   * @param {import('./options.js').PutOptions} options
   * @returns {Program<string>} gives the version
   */
  #write(name, value, options) {
    const { key } = this.#locate(name);
    const document = encode(value, randomWriteId(), this.#config.maxValueBytes, options.expiresAt);
    return this.#store.put(key, document, options);
  }

  /**
   * As {@link #write}, with an error that also says which of the values is refused.
   *
   * @param {unknown} name
   * @param {unknown} value
   * @param {import('./options.js').PutOptions} options
   */
  #writeOneOfMany(name, value, options) {
    try {
      return this.#write(name, value, options);
    } catch (error) {
      const which = JSON.stringify(name);
      if (error instanceof UnsupportedTypeError) {
        throw new UnsupportedTypeError(`${which}: ${error.message}`, { path: error.path });
      }
      if (error instanceof ValueTooLargeError) throw new ValueTooLargeError(`${which}: ${error.message}`);
      throw error;
    }
  }

  /**
   * @param {unknown} name
   * @param {{isConsistent: boolean}} options
   * @returns {Program<import('./entry.js').Entry | undefined>}
   * @throws {errors.InvalidNameError} at once, not when the program runs
   */
  #read(name, options) {
    return this.#readFrom(name, this.#locate(name), options);
  }

  /**
   * @param {unknown} name
   * @param {{key: string, path: string}} place
   * @param {{isConsistent: boolean}} options
   * @returns {Program<import('./entry.js').Entry | undefined>}
   */
  *#readFrom(name, place, { isConsistent }) {
    try {
      const { answer, found } = yield* this.#reader.read(place, isConsistent);
      const outcome = `from ${answer.source} (${answer.cache}${found ? '' : ', no value'})`;
      this.#log.debug(`get ${JSON.stringify(name)} ${outcome}`);
      return found && entryOf(found, answer);
    } catch (error) {
      if (!(error instanceof CorruptValueError)) throw error;
      const where = `The document of ${JSON.stringify(name)} (${place.key} in the bucket ${this.#config.bucket})`;
      throw new CorruptValueError(`${where} is corrupt: ${error.message}. Put the value again.`, { cause: error.cause });
    }
  }

  /**
   * @param {string} under What the keys begin with.
   * @returns {AsyncGenerator<Map<string, string>, void, undefined>} names by key, page by page
   */
  async *#pages(under) {
    /** @type {string | undefined} */
    let token;
    do {
      const { keys, next } = await this.#open().run(this.#store.list(under, token));
      this.#log.debug(`list ${under} (${keys.length} keys${next === undefined ? '' : ', more to come'})`);
      const namesByKey = new Map();
      for (const key of keys) {
        const name = nameOf(this.#config.visibility, this.#service, key);
        if (name !== undefined) namesByKey.set(key, name);
      }
      yield namesByKey;
      token = next;
    } while (token !== undefined);
  }

  /** @param {string} under */
  async *#names(under) {
    for await (const namesByKey of this.#pages(under)) yield* namesByKey.values();
  }

  /**
   * @param {Map<string, string>} namesByKey
   * @throws {errors.BatchError}
   */
  async #removeKeys(namesByKey) {
    await removeAll(namesByKey, async (keys) => {
      const failed = await this.#open().run(this.#store.removeMany(keys));
      this.#log.debug(`remove ${keys.length} keys (${failed.size} failed)`);
      return failed;
    });
  }
}

/** @type {typeof import('../index.js')} Here the compiler checks the declarations that users see. */
const declared = MemoryService;

module.exports = declared;
