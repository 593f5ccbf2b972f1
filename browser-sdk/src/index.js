import { entriesIn, runAll } from '../../nodejs-sdk/lib/core/batch.js';
import { Draft } from '../../nodejs-sdk/lib/core/envelope.js';
import { refuseReserved } from '../../nodejs-sdk/lib/core/names.js';
import { MemoryService as Reading, readOptions } from './service.js';
import { checkWriteGrant } from './write-grant.js';
import { prepare, put } from './writer.js';

/** Reads values, and puts them with a write grant. */
export class MemoryService extends Reading {
  /**
   * @param {string} name
   * @param {unknown} value
   * @param {unknown} options
   * @returns {Promise<string>} its version
   */
  async put(name, value, options) {
    const { send } = this.#sender(options);
    return send(name, value)();
  }

  /**
   * @param {unknown} entries
   * @param {unknown} options
   * @returns {Promise<Map<string, string>>} the version of each
   */
  async putMany(entries, options) {
    const { send } = this.#sender(options);
    return runAll(new Map(entriesIn(entries).map(([name, value]) => [/** @type {string} */ (name), send(name, value)])), (start) => start());
  }

  /** @param {unknown} options */
  #sender(options) {
    const { config, parts, clock } = this._;
    const { grant: given, signal } = readOptions(options, ['grant', 'signal']);
    signal?.throwIfAborted();
    const grant = checkWriteGrant(given, config);
    return {
      /**
       * @param {unknown} name
       * @param {unknown} value
       * @returns {() => Promise<string>} which posts it
       */
      send: (name, value) => {
        const target = this._locate(name);
        refuseReserved(target.name);
        const prepared = prepare(target, new Draft(value), grant, config, clock());
        return async () => {
          try {
            return await put(prepared, parts, clock, config.deadline, signal);
          } finally {
            this._poke(target.name);
          }
        };
      },
    };
  }
}

export { MemoryService as default };
export * from './errors.js';
