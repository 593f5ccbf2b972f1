'use strict';

require('./platform.js'); // gives the core what it wants of Node

const { readConfig } = require('./core/config.js');
const { Draft } = require('./core/envelope.js');
const errors = require('./core/errors.js');
const { Log } = require('./core/log.js');
const { checkServiceName, isPrefix, locate, locatePrefix, placeOf, refuseReserved } = require('./core/names.js');
const options = require('./core/options.js');
const { double } = require('./double.js');
const { Operations, isObserved } = require('./observer.js');

const { ConfigurationError, UnsupportedTypeError, ValueTooLargeError } = errors;

/** @typedef {import('./observer.js').Operation} Operation */
/** @typedef {import('./core/reading.js').Reading} Reading */
/** @typedef {import('./core/reader.js').Target} Target */
/** @typedef {import('./core/local.js').Place} Place */
/** @template T @typedef {import('./core/effects.js').Program<T>} Program */

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Load what only some calls need: where those are made, a program may have no descriptor left to open a file with. */
const loadTheRest = () => [
  require('./core/advice.js'),
  require('./core/answer.js'),
  require('./core/batch.js'),
  require('./core/cache-name.js'),
  require('./core/cached.js'),
  require('./compute.js'),
  require('./core/conditional.js'),
  require('./core/did-you-mean.js'),
  require('./core/grant.js'),
  require('./invalidation.js'),
  require('./core/many.js'),
  require('./role.js'),
  require('./core/tag-writer.js'),
  require('./updates.js'),
  require('./write-grant.js'),
];

/** @returns {number} Unix time in milliseconds: the machine's, or that of a test's cloud */
const clock = () => (double.current ? double.current.now() : Date.now());

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
  static ConflictError = errors.ConflictError;
  static BatchError = errors.BatchError;

  #config;
  #service;
  #place;
  #operations;
  #seams;
  #log;
  #components;
  #make;
  #generation = double.generation;
  #local;
  #stats;
  #clock;
  /** @type {import('./core/many.js').Many | undefined} */
  #many;
  /** @type {import('./compute.js').Compute | undefined} */
  #compute;
  /** @type {import('./core/cached.js').FunctionNames | undefined} */
  #functionNames;
  /** @type {import('./runtime.js').Runtime | undefined} Undefined once closed. */
  #runtime;

  /** @type {import('./core/conditional.js').Run} */
  #run = (program, budget = this.#config.deadline * 1000) => this.#open().run(program, budget, this.#seams.sleep);

  /**
   * @param {unknown} params
   * @param {unknown} serviceName
   * @param {Partial<import('./core/platform.js').Seams>} [seams] For tests.
   * @throws {errors.ConfigurationError}
   * @throws {errors.InvalidNameError} NAME-1
   */
  constructor(params, serviceName, seams) {
    const { Settings } = require('./settings.js');
    const settings = new Settings(process.env);
    this.#config = readConfig(params, process.env, () => settings.regionGiven);
    this.#service = checkServiceName(serviceName);
    this.#place = placeOf(this.#service, this.#config);
    this.#operations = new Operations(this.#service);
    this.#seams = { clock, random: Math.random, sleep, ...seams };
    this.#clock = this.#seams.clock;
    this.#log = new Log(this.#config.logLevel);
    const { Runtime } = require('./runtime.js'); // here, as the components, so that loading this SDK is quick
    const isTls = this.#config.edge.protocol === 'https:';
    const runtime = Runtime.acquire(isTls); // first, so that its thread starts while this one loads the rest
    try {
      const { Components } = require('./components.js');
      this.#make = () => new Components(this.#config, this.#service, settings, this.#seams, this.#log);
      this.#components = this.#make();
      loadTheRest();
      runtime.prepare(isTls);
    } catch (error) {
      runtime.release();
      throw error;
    }
    this.#local = this.#components.local;
    this.#stats = this.#components.stats;
    runtime.awaitThread();
    this.#runtime = runtime;
  }

  /**
   * Store a value. It is taken as it is at the time of the call.
   *
   * @param {string} name
   * @param {unknown} value
   * @param {unknown} [given] options
   * @returns {Promise<string>} its version: the ETag of the object
   * @throws {errors.ConflictError} COND-1, COND-2
   */
  put(name, value, given) {
    return this.#operations.run('put', this.put, async () => {
      this.#open();
      const { replaces, ...unjudged } = this.#taggable(options.readPutOptions(given, this.#config));
      const target = this.#locateToStore(name);
      const draft = new Draft(value);
      const { writer } = this.#components;
      if (unjudged.tags?.length) writer.prepare(draft, unjudged); // what is too large is refused before anything is asked for it
      const checked = unjudged.tags?.length ? await this.#tagged(unjudged) : unjudged; // without tags, the put begins with the call
      const stored = await (replaces === undefined
        ? this.#put(target, writer.prepare(draft, checked))
        : this.#components.conditional.put(this.#run, target, draft, checked, replaces));
      if (checked.invalidates) await this.#invalidate(target, 'stored');
      return stored;
    });
  }

  /**
   * Store several values, several at a time. All names and values are checked before the first is stored (MANY-1).
   *
   * @param {unknown} entries
   * @param {unknown} [given] options, for all of them
   * @returns {Promise<Map<string, string>>} the version of each
   * @throws {errors.BatchError}
   */
  putMany(entries, given) {
    return this.#operations.run('putMany', this.putMany, async () => {
      this.#open();
      const unjudged = this.#taggable(options.readPutManyOptions(given, this.#config));
      const { entriesIn } = require('./core/batch.js');
      const puts = entriesIn(entries).map(([name, value]) => this.#sealOneOfMany(name, () => new Draft(value), unjudged));
      if (!unjudged.tags?.length || puts.length === 0) return this.#batches.put(puts, unjudged.invalidates);
      const checked = await this.#tagged(unjudged);
      const tagged = puts.map(({ target, prepared }) => this.#sealOneOfMany(target.name, () => prepared.draft, checked));
      return this.#batches.put(tagged, checked.invalidates);
    });
  }

  /**
   * Read a value, blocking this thread until it is there.
   *
   * @param {string} name
   * @param {unknown} [given] options
   * @returns {any} undefined if there is none
   */
  get(name, given) {
    const kept = given === undefined && !isObserved() ? this.#find(name) : undefined;
    const copy = kept && this.#runtime ? this.#fresh(kept) : undefined;
    if (copy) return copy.value();
    return this.#operations.runSync('get', this.get, (operation) => this.#getEntry(operation, name, given, kept)?.value);
  }

  /**
   * Read a value.
   *
   * @param {string} name
   * @param {unknown} [given] options
   * @returns {Promise<any>} undefined if there is none
   */
  async getAsync(name, given) {
    const kept = given === undefined && !isObserved() ? this.#find(name) : undefined;
    const copy = kept && this.#runtime ? this.#fresh(kept) : undefined;
    if (copy) return copy.value();
    return this.#operations.run('get', this.getAsync, async (operation) => (await this.#getEntryAsync(operation, name, given, kept))?.value);
  }

  /**
   * Read a value with what is known about it (GET-6), blocking this thread until it is there.
   *
   * @param {string} name
   * @param {unknown} [given] options
   * @returns {import('../index.js').Entry | undefined}
   */
  getEntry(name, given) {
    return this.#operations.runSync('getEntry', this.getEntry, (operation) => this.#getEntry(operation, name, given));
  }

  /**
   * Read a value with what is known about it (GET-6).
   *
   * @param {string} name
   * @param {unknown} [given] options
   * @returns {Promise<import('../index.js').Entry | undefined>}
   */
  getEntryAsync(name, given) {
    return this.#operations.run('getEntry', this.getEntryAsync, (operation) => this.#getEntryAsync(operation, name, given));
  }

  /**
   * Read several values, several at a time. All names are checked before the first is read (MANY-1).
   *
   * @param {unknown} names
   * @param {unknown} [given] options, for all of them
   * @returns {Promise<Map<string, any>>} those found, in the order asked (MANY-2)
   * @throws {errors.BatchError}
   */
  getMany(names, given) {
    return this.#operations.run('getMany', this.getMany, async () => {
      this.#open();
      const { isConsistent } = options.readGetOptions(given);
      const { namesIn, runAll } = require('./core/batch.js');
      const targets = new Map(namesIn(names).map((name) => [/** @type {string} */ (name), this.#locate(name)]));
      return runAll(targets, async (target) => (await this.#read(target, isConsistent))?.value);
    });
  }

  /**
   * Remove a value.
   *
   * @param {string} name
   * @param {unknown} [given] options
   * @returns {Promise<void>}
   */
  remove(name, given) {
    return this.#operations.run('remove', this.remove, async () => {
      this.#open();
      const invalidates = options.readRemoveOptions(given, this.#config);
      const target = this.#locate(name);
      await this.#write([target.name], (fence) => this.#components.writer.remove(target, fence));
      if (invalidates) await this.#invalidate(target, 'removed');
    });
  }

  /**
   * Remove several values, up to 1,000 with one request. All names are checked before the first is removed (MANY-1).
   *
   * @param {unknown} names
   * @param {unknown} [given] options
   * @returns {Promise<void>}
   * @throws {errors.BatchError}
   */
  removeMany(names, given) {
    return this.#operations.run('removeMany', this.removeMany, async () => {
      this.#open();
      const invalidates = options.readRemoveOptions(given, this.#config);
      const { namesIn } = require('./core/batch.js');
      return this.#batches.remove(namesIn(names).map((name) => this.#locate(name)), invalidates);
    });
  }

  /**
   * List the names under a prefix, a page of S3's at a time, the next when it is wanted (LIST-2).
   *
   * @param {string} [prefix]
   * @returns {AsyncGenerator<string, void, undefined>}
   * @throws {errors.InvalidNameError} LIST-1
   */
  keys(prefix = '') {
    return this.#operations.runSync('keys', this.keys, () => {
      this.#open();
      return this.#operations.iterate(this.keys, this.#batches.names(this.#locatePrefix(prefix).key));
    });
  }

  /**
   * Remove all values under a prefix, page by page (LIST-3).
   *
   * @param {string} prefix
   * @param {unknown} [given] options
   * @returns {Promise<number>} how many there were
   * @throws {errors.BatchError} at the first page with a value that could not be removed
   */
  clear(prefix, given) {
    return this.#operations.run('clear', this.clear, async () => {
      this.#open();
      const invalidates = options.readRemoveOptions(given, this.#config);
      return this.#batches.clear(prefix, this.#locatePrefix(prefix), invalidates);
    });
  }

  /**
   * Replace a value by what a function makes of it, and lose no change that others make at the same time (UPD-1 to UPD-3).
   *
   * @param {string} name
   * @param {(value: any) => unknown} fn May give a promise, and is called again if somebody else was faster.
   * @param {unknown} [given] options
   * @returns {Promise<any>} the new value
   * @throws {errors.ConflictError} UPD-2
   */
  update(name, fn, given) {
    return this.#operations.run('update', this.update, async () => {
      this.#open();
      const checked = this.#taggable(options.readUpdateOptions(given, this.#config, false));
      const target = this.#locateToStore(name);
      checkFunction('update', fn);
      return this.#updated(target, await this.#components.updates.update(this.#run, target, fn, checked), checked);
    });
  }

  /**
   * Add to an int; what is absent counts as 0 (UPD-4).
   *
   * @param {string} name
   * @param {unknown} [by]
   * @param {unknown} [given] options
   * @returns {Promise<number | bigint>} the new value
   * @throws {errors.UnsupportedTypeError}
   * @throws {errors.ConflictError} UPD-2
   */
  increment(name, by = 1, given = undefined) {
    return this.#operations.run('increment', this.increment, async () => {
      this.#open();
      const checked = this.#taggable(options.readUpdateOptions(given, this.#config, true));
      const target = this.#locateToStore(name);
      if (typeof by !== 'bigint' && !Number.isSafeInteger(by)) {
        throw new UnsupportedTypeError('$: a value can be incremented by an integer only: a safe number or a bigint.');
      }
      const step = BigInt(/** @type {number | bigint} */ (by));
      return this.#updated(target, await this.#components.updates.increment(this.#run, target, step, checked), checked);
    });
  }

  /**
   * Change how long a value lives, and nothing else of it (TOUCH-1).
   *
   * @param {string} name
   * @param {unknown} ttlSeconds null for no end
   * @param {unknown} [given] options
   * @returns {Promise<string | undefined>} the new version; undefined if there is no value
   * @throws {errors.ConflictError} UPD-2
   */
  touch(name, ttlSeconds, given) {
    return this.#operations.run('touch', this.touch, async () => {
      this.#open();
      const checked = options.readTouchOptions(ttlSeconds, given, this.#config);
      const target = this.#locateToStore(name);
      const version = await this.#components.updates.touch(this.#run, target, checked);
      return version && this.#updated(target, version, checked);
    });
  }

  /**
   * Read a value; if there is none, compute and store it (COMP-1 to COMP-4).
   *
   * @param {string} name
   * @param {() => unknown} factory May give a promise.
   * @param {unknown} [given] options
   * @returns {Promise<any>}
   */
  getOrPut(name, factory, given) {
    return this.#operations.run('getOrPut', this.getOrPut, async () => {
      this.#open();
      const checked = this.#taggable(options.readStorageOptions(given, this.#config));
      const target = this.#locateToStore(name);
      checkFunction('getOrPut', factory);
      return this.#computing.getOrPut(target, factory, checked);
    });
  }

  /**
   * A function whose results are kept, each under a name made of its own and of the arguments.
   *
   * @param {unknown} fn
   * @param {any} [given] options
   * @throws {ConfigurationError} if it is given no name, or that of another function (CALL-1)
   * @throws {errors.InvalidNameError} if what it is given cannot be part of a name
   */
  cached(fn, given) {
    const { cacheName } = require('./core/cache-name.js');
    const { FunctionNames, checkFunctionName, refuseGenerator } = require('./core/cached.js');
    const tagsOf = typeof given?.tags === 'function' ? given.tags : undefined;
    const checked = this.#taggable(options.readStorageOptions(tagsOf ? { ...given, tags: undefined } : given, this.#config, 'cached', ['name']));
    checkFunction('cached', fn);
    refuseGenerator(fn);
    const name = checkFunctionName(fn, given?.name);
    this.#locate(cacheName(name, []));
    this.#functionNames ??= new FunctionNames();
    this.#functionNames.take(name, fn);
    const getOrPut = (/** @type {unknown[]} */ args, /** @type {() => unknown} */ factory) => {
      this.#open();
      const tagged = tagsOf ? this.#taggable({ ...checked, tags: options.checkTags(tagsOf(...args)) }) : checked;
      return this.#computing.getOrPut(this.#locate(cacheName(name, args)), factory, tagged);
    };
    const call = /** @this {unknown} @param {unknown[]} args */ async function (...args) {
      return getOrPut(args, () => fn.apply(this, args));
    };
    return Object.assign(call, { cacheName: (/** @type {unknown[]} */ ...args) => cacheName(name, args) });
  }

  /**
   * Make every value a miss that has one of some tags, by one put a tag (CTAG-14).
   *
   * @param {unknown} tags
   * @param {unknown} [given] options
   * @returns {Promise<void>}
   * @throws {errors.BatchError}
   */
  invalidateTags(tags, given) {
    return this.#operations.run('invalidateTags', this.invalidateTags, async () => {
      this.#open();
      const invalidates = options.readInvalidateOptions(given, this.#config);
      const records = new Map(options.checkTags(tags, Infinity).map((tag) => [tag, this.#components.tagReader.locate(tag)]));
      return this.#batches.invalidate(records, invalidates);
    });
  }

  /**
   * Open a prefix or a name of a private service to another program (GRANT-1 to GRANT-3).
   *
   * @param {string} prefixOrName
   * @param {unknown} ttlSeconds
   * @returns {Promise<import('./core/grant.js').Grant>}
   */
  grant(prefixOrName, ttlSeconds) {
    return this.#operations.run('grant', this.grant, async () => {
      this.#open();
      if (this.#config.visibility === 'public') throw new ConfigurationError('A grant is of a private service: values of this one are public.');
      const ttl = options.checkGrantTtl(ttlSeconds, this.#config.maxGrant);
      if (isPrefix(prefixOrName)) {
        return this.#run(this.#components.grant({ prefix: prefixOrName }, `${this.#locatePrefix(prefixOrName).path}*`, ttl));
      }
      return this.#run(this.#components.grant({ name: prefixOrName }, this.#locate(prefixOrName).path, ttl));
    });
  }

  /**
   * Let a program without credentials store values under a prefix or one name (WGRANT-1 to WGRANT-8).
   *
   * @param {string} prefixOrName
   * @param {unknown} ttlSeconds
   * @param {unknown} maxBytes
   * @param {unknown} [given] options
   * @returns {Promise<import('./write-grant.js').WriteGrant>}
   */
  grantPut(prefixOrName, ttlSeconds, maxBytes, given) {
    return this.#operations.run('grantPut', this.grantPut, async () => {
      this.#open();
      const { checkTerms } = require('./write-grant.js');
      const checked = this.#taggable(options.readGrantPutOptions(given, this.#config));
      const terms = checkTerms(this.#config, this.#place, prefixOrName, ttlSeconds, maxBytes, checked);
      return this.#components.writeGrant(this.#run, terms);
    });
  }

  /** What this object has counted since it was made, and keeps in memory. */
  stats() {
    const { items, bytes, evictions } = this.#local;
    return { ...this.#stats, tagReads: this.#stats.tagReads, items, bytes, evictions };
  }

  /** @returns {string} the version of this SDK */
  getVersion() {
    return require('../package.json').version;
  }

  /** Let go of connections and thread, which it shares with the other objects. Not needed for the process to end. */
  close() {
    this.#runtime?.release();
    this.#runtime = undefined;
  }

  #open() {
    if (this.#generation !== double.generation) this.#forget();
    if (this.#runtime) return this.#runtime;
    throw new ConfigurationError('This MemoryService is closed: make a new one.');
  }

  /** What this object knows is of another cloud than that which answers now. */
  #forget() {
    this.#generation = double.generation;
    this.#components = this.#make();
    this.#local = this.#components.local;
    this.#stats = this.#components.stats;
    this.#many = undefined;
    this.#compute = undefined;
  }

  get #batches() {
    const { Many } = require('./core/many.js');
    return (this.#many ??= new Many(this.#config, this.#place, this.#components, this.#run, this.#log));
  }

  get #computing() {
    const { Compute } = require('./compute.js');
    return (this.#compute ??= new Compute(
      {
        find: async (target, isConsistent) => {
          const kept = this.#find(target.name);
          const copy = kept && !isConsistent ? this.#fresh(kept) : undefined;
          return copy ? { copy, source: 'memory' } : this.#components.coalescingReader.awaited(this.#open(), target, isConsistent, kept?.value);
        },
        take: (tags) => this.#components.tagWriter.take(this.#run, tags),
        put: (target, draft, checked, took) => {
          const { writer } = this.#components;
          return this.#put(target, writer.prepare(draft, checked, { took }));
        },
      },
      this.#seams,
      this.#log,
    ));
  }

  /**
   * @param {Target} target
   * @param {import('./core/writer.js').Prepared} prepared
   * @returns {Promise<string>} its version
   */
  #put(target, prepared) {
    return this.#write([target.name], (fence) => this.#components.writer.put(target, prepared, fence));
  }

  /**
   * @template T
   * @param {string[]} names
   * @param {(fence?: import('./core/fence.js').Fence) => Program<T>} make
   * @returns {Promise<T>}
   */
  #write(names, make) {
    return this.#components.permit(this.#run, names).write(this.#run, make, { budget: this.#config.deadline * 1000 });
  }

  /** @param {unknown} name */
  #locate(name) {
    const { key, path } = locate(this.#config.visibility, this.#place, name);
    return { name: /** @type {string} */ (name), key, path };
  }

  /**
   * @param {unknown} name
   * @throws {errors.InvalidNameError} also if it is reserved (CALL-5)
   */
  #locateToStore(name) {
    const target = this.#locate(name);
    refuseReserved(target.name);
    return target;
  }

  /** @param {unknown} prefix */
  #locatePrefix(prefix) {
    return locatePrefix(this.#config.visibility, this.#place, prefix);
  }

  /**
   * Check and prepare, with an error that also says which of the values is refused.
   *
   * @param {unknown} name
   * @param {() => import('./core/writer.js').Draft} make
   * @param {import('./core/options.js').PutOptions} checked
   */
  #sealOneOfMany(name, make, checked) {
    const target = this.#locateToStore(name);
    try {
      return { target, prepared: this.#components.writer.prepare(make(), checked) };
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
   * @template {import('./core/options.js').PutOptions} T
   * @param {T} checked
   * @returns {T} the same
   * @throws {errors.InvalidNameError} if one of the tags is no name (CTAG-11)
   */
  #taggable(checked) {
    for (const tag of checked.tags ?? []) this.#components.tagReader.locate(tag);
    return checked;
  }

  /**
   * @template {import('./core/options.js').PutOptions} T
   * @param {T} checked
   * @returns {Promise<T>} with what is known of the tags now (CTAG-12)
   */
  async #tagged(checked) {
    return { ...checked, tagging: await this.#components.tagWriter.take(this.#run, checked.tags) };
  }

  /**
   * Look into memory, once a get.
   *
   * @param {string} name
   * @returns {Place | null} what there is, whatever its age
   */
  #find(name) {
    if (this.#generation !== double.generation) this.#forget();
    return this.#local.find(name) ?? null;
  }

  /**
   * @param {Place} kept
   * @returns {import('./core/cached-value.js').CachedValue | undefined} the copy, if that may be returned without asking anybody
   */
  #fresh(kept) {
    const { name, value: copy } = kept;
    const now = this.#clock();
    if (!copy.isFresh(now) && !this.#components.changeReader?.makesFresh(name, copy)) return undefined;
    this.#local.use(kept);
    this.#stats.countHit(copy, now);
    if (this.#log.isDebug) this.#log.debug(`get ${JSON.stringify(name)} from memory`);
    return copy;
  }

  /**
   * @param {Operation} operation
   * @param {string} name
   * @param {unknown} given
   * @param {Place | null} [found] What memory has of it, if that was looked up just now.
   */
  #getEntry(operation, name, given, found) {
    const runtime = this.#open();
    const { isConsistent } = options.readGetOptions(given);
    const target = this.#locate(name);
    const kept = found === undefined ? this.#find(name) : found;
    const copy = kept && !isConsistent ? this.#fresh(kept) : undefined;
    const entry = copy
      ? copy.entry('memory', this.#clock())
      : this.#entryOf(target, this.#components.coalescingReader.blocking(runtime, target, isConsistent, kept?.value));
    operation.source = entry?.source;  
    return entry;
  }

  /**
   * @param {Operation} operation
   * @param {string} name
   * @param {unknown} given
   * @param {Place | null} [found] What memory has of it, if that was looked up just now.
   */
  async #getEntryAsync(operation, name, given, found) {
    this.#open();
    const { isConsistent } = options.readGetOptions(given);
    const entry = await this.#read(this.#locate(name), isConsistent, found);
    operation.source = entry?.source;  
    return entry;
  }

  /**
   * @param {Target} target
   * @param {boolean} isConsistent
   * @param {Place | null} [kept] What memory has of it, looked up just now.
   */
  async #read(target, isConsistent, kept = this.#find(target.name)) {
    const copy = kept && !isConsistent ? this.#fresh(kept) : undefined;
    if (copy) return copy.entry('memory', this.#clock());
    return this.#entryOf(target, await this.#components.coalescingReader.awaited(this.#open(), target, isConsistent, kept?.value));
  }

  /**
   * @param {Target} target
   * @param {Reading} reading
   */
  #entryOf({ name }, { source, answer, copy }) {
    if (this.#log.isDebug) {
      const { cacheOf } = require('./core/answer.js');
      const outcome = [cacheOf(answer), copy ? undefined : 'no value'].filter(Boolean).join(', ');
      this.#log.debug(`get ${JSON.stringify(name)} from ${source}${outcome && ` (${outcome})`}`);
    }
    return copy?.entry(source, this.#clock());
  }

  /**
   * @template T
   * @param {Target} target
   * @param {T} value
   * @param {import('./core/options.js').PutOptions} checked
   * @returns {Promise<T>}
   */
  async #updated(target, value, { invalidates }) {
    if (invalidates) await this.#invalidate(target, 'stored');
    return value;
  }

  /**
   * @param {Target} target
   * @param {'stored' | 'removed'} done
   */
  #invalidate({ path }, done) {
    return this.#components.invalidation.drop([path], this.#run, done);
  }
}

/**
 * @param {string} method
 * @param {unknown} fn
 * @returns {asserts fn is Function}
 */
function checkFunction(method, fn) {
  if (typeof fn !== 'function') throw new ConfigurationError(`${method} wants a function, not ${typeof fn}.`);
}

/** @type {typeof import('../index.js')} Here the compiler checks the declarations that users see. */
const declared = MemoryService;

module.exports = declared;
