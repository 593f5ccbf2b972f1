'use strict';

const { removeAll, runAll } = require('./batch.js');
const { BatchError, MemoryServiceError } = require('./errors.js');
const { nameOf } = require('./names.js');

/** @typedef {import('./reader.js').Target} Target */
/** @typedef {import('./writer.js').Prepared} Prepared */
/** @typedef {import('./conditional.js').Run} Run */

/** Puts, removes and lists many names at once (MANY-1, LIST-2, LIST-3). */
class Many {
  #config;
  #place;
  #components;
  #run;
  #log;

  /**
   * @param {Pick<import('./config.js').Config, 'visibility' | 'deadline'>} config
   * @param {string} place
   * @param {object} components
   * @param {import('./writer.js').Writer} components.writer
   * @param {import('./store.js').Store} components.store
   * @param {import('./tag-writer.js').TagWriter} components.tagWriter
   * @param {{drop: (paths: string[], run: Run, done: 'stored' | 'removed') => Promise<void>}} components.invalidation
   * @param {import('./permit.js').Permits} components.permit
   * @param {Run} run
   * @param {import('./log.js').Log} log
   */
  constructor(config, place, components, run, log) {
    this.#config = config;
    this.#place = place;
    this.#components = components;
    this.#run = run;
    this.#log = log;
  }

  /**
   * @param {{target: Target, prepared: Prepared}[]} puts
   * @param {boolean} invalidates
   * @returns {Promise<Map<string, string>>} the version of each
   * @throws {BatchError}
   */
  async put(puts, invalidates) {
    const { writer } = this.#components;
    const permit = this.#components.permit(this.#run, puts.map(({ target }) => target.name));
    const byName = new Map(puts.map((put) => [put.target.name, put]));
    const paths = new Map(puts.map(({ target }) => [target.name, target.path]));
    return this.#invalidateAfter(
      runAll(byName, ({ target, prepared }) => permit.write(this.#run, (fence) => writer.put(target, prepared, fence), this.#writing)),
      invalidates && paths,
      'stored',
    );
  }

  /**
   * @param {Target[]} targets
   * @param {boolean} invalidates
   * @returns {Promise<void>}
   * @throws {BatchError}
   */
  async remove(targets, invalidates) {
    const permit = this.#components.permit(this.#run, targets.map(({ name }) => name));
    const namesByKey = new Map(targets.map(({ key, name }) => [key, name]));
    const paths = new Map(targets.map(({ name, path }) => [name, path]));
    const removal = removeAll(namesByKey, (some) => this.#removed(some, permit));
    await this.#invalidateAfter(removal, invalidates && paths, 'removed');
  }

  /**
   * @param {Map<string, Target>} records of tags, by tag
   * @param {boolean} invalidates whether the edges drop them, too
   * @returns {Promise<void>}
   * @throws {BatchError}
   */
  async invalidate(records, invalidates) {
    const paths = new Map([...records].map(([tag, { path }]) => [tag, path]));
    await this.#invalidateAfter(this.#components.tagWriter.invalidate(this.#run, records), invalidates && paths, 'stored');
  }

  /**
   * Remove all values under a prefix, page by page.
   *
   * @param {string} prefix
   * @param {{key: string, path: string}} under What their keys and the paths of their URLs begin with.
   * @param {boolean} invalidates
   * @returns {Promise<number>} how many there were
   * @throws {BatchError} at the first page with a value that could not be removed
   */
  async clear(prefix, { key, path }, invalidates) {
    const paths = new Map([[prefix, `${path}*`]]);
    return this.#invalidateAfter(this.#clear(prefix, key), invalidates && paths, 'removed');
  }

  /**
   * @param {string} under What the keys begin with.
   * @returns {AsyncGenerator<string, void, undefined>}
   */
  async *names(under) {
    for await (const namesByKey of this.#pages(under)) yield* namesByKey.values();
  }

  /**
   * @param {string} prefix
   * @param {string} under
   */
  async #clear(prefix, under) {
    const permit = this.#components.permit(this.#run);
    let count = 0;
    try {
      for await (const namesByKey of this.#pages(under)) {
        await removeAll(namesByKey, (some) => this.#removed(some, permit));
        count += namesByKey.size;
      }
    } finally {
      this.#components.writer.forgetUnder(prefix);
    }
    return count;
  }

  /**
   * @param {string} under What the keys begin with.
   * @returns {AsyncGenerator<Map<string, string>, void, undefined>} names by key, page by page
   */
  async *#pages(under) {
    /** @type {string | undefined} */
    let token;
    do {
      const { keys, next } = await this.#run(this.#components.store.list(under, token));
      this.#log.debug(`list ${under} (${keys.length} keys${next === undefined ? '' : ', more to come'})`);
      const namesByKey = new Map();
      for (const key of keys) {
        const name = nameOf(this.#config.visibility, this.#place, key);
        if (name !== undefined) namesByKey.set(key, name);
      }
      yield namesByKey;
      token = next;
    } while (token !== undefined);
  }

  /**
   * Ask CloudFront to drop what has been written, also if that is not all that was to be (INV-1).
   *
   * @template T
   * @param {Promise<T>} writing
   * @param {Map<string, string> | false} paths by name; false if nobody asked for it
   * @param {'stored' | 'removed'} done
   * @returns {Promise<T>}
   */
  async #invalidateAfter(writing, paths, done) {
    try {
      const result = await writing;
      if (paths) await this.#components.invalidation.drop([...paths.values()], this.#run, done);
      return result;
    } catch (error) {
      if (paths && error instanceof BatchError) await this.#invalidateSome(error, paths, done);
      throw error;
    }
  }

  /**
   * @param {BatchError} error which comes first
   * @param {Map<string, string>} paths
   * @param {'stored' | 'removed'} done
   */
  async #invalidateSome({ errors }, paths, done) {
    const some = [...paths].filter(([name]) => !errors.has(name)).map(([, path]) => path);
    try {
      await this.#components.invalidation.drop(some, this.#run, done);
    } catch (error) {
      if (!(error instanceof MemoryServiceError)) throw error;
      this.#log.warn(error.message);
    }
  }

  /**
   * @param {Map<string, string>} namesByKey At most 1,000.
   * @param {import('./permit.js').Permission} permit
   * @returns {Promise<Map<string, import('./store.js').Failure>>} the error of each key that stays
   */
  async #removed(namesByKey, permit) {
    const { writer } = this.#components;
    const failed = await permit.write(this.#run, (fence) => writer.removeMany(namesByKey, fence), this.#writing);
    this.#log.debug(`remove ${namesByKey.size} keys (${failed.size} failed)`);
    return failed;
  }

  /** What each request of a call may take. */
  get #writing() {
    return { budget: this.#config.deadline * 1000 };
  }
}

module.exports = { Many };
