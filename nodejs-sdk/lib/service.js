'use strict';

const { readConfig } = require('./config.js');
const { Edge } = require('./edge.js');
const { entryOf } = require('./entry.js');
const { decode, encode } = require('./envelope.js');
const errors = require('./errors.js');
const { checkServiceName, locate } = require('./names.js');
const { readPutOptions } = require('./options.js');
const { randomWriteId } = require('./platform.js');
const { Store } = require('./store.js');
const { version } = require('../package.json');

const { ConfigurationError, CorruptValueError } = errors;

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

  #config;
  #service;
  #clock;
  #edge;
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
    this.#edge = new Edge(this.#config, this.#service, clock);
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
   * Read a value, blocking this thread until it is there.
   *
   * @param {string} name
   * @returns {any} undefined if there is none
   */
  get(name) {
    return this.getEntry(name)?.value;
  }

  /**
   * Read a value.
   *
   * @param {string} name
   * @returns {Promise<any>} undefined if there is none
   */
  async getAsync(name) {
    return (await this.getEntryAsync(name))?.value;
  }

  /**
   * Read a value with what is known about it (GET-6), blocking this thread until it is there.
   *
   * @param {string} name
   * @returns {import('./entry.js').Entry | undefined}
   */
  getEntry(name) {
    return this.#open().runSync(this.#read(name));
  }

  /**
   * Read a value with what is known about it (GET-6).
   *
   * @param {string} name
   * @returns {Promise<import('./entry.js').Entry | undefined>}
   */
  async getEntryAsync(name) {
    return this.#open().run(this.#read(name));
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

  /** @param {unknown} name */
  #locate(name) {
    return locate(this.#config.visibility, this.#service, name);
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
   * @param {unknown} name
   * @returns {Program<import('./entry.js').Entry | undefined>}
   * @throws {errors.InvalidNameError} at once, not when the program runs
   */
  #read(name) {
    return this.#readFrom(name, this.#locate(name));
  }

  /**
   * @param {unknown} name
   * @param {{key: string, path: string}} place
   * @returns {Program<import('./entry.js').Entry | undefined>}
   */
  *#readFrom(name, { key, path }) {
    try {
      const answer = yield* this.#edge.read(path);
      const found = answer.document && decode(answer.document, this.#clock());
      this.#debug(`get ${JSON.stringify(name)} from edge (${answer.cache}${found ? '' : ', no value'})`);
      return found && entryOf(found, answer);
    } catch (error) {
      if (!(error instanceof CorruptValueError)) throw error;
      const where = `The document of ${JSON.stringify(name)} (${key} in the bucket ${this.#config.bucket})`;
      throw new CorruptValueError(`${where} is corrupt: ${error.message}. Put the value again.`, { cause: error.cause });
    }
  }

  /** @param {string} message */
  #debug(message) {
    if (this.#config.logLevel === 'debug') console.debug(`memory: ${message}`);
  }
}

/** @type {typeof import('../index.js')} Here the compiler checks the declarations that users see. */
const declared = MemoryService;

module.exports = declared;
