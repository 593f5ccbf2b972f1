// The change record, in a file of its own: who has none loads none of it.

import { ChangeReader } from '../../nodejs-sdk/lib/core/change-reader.js';
import { UnavailableError } from '../../nodejs-sdk/lib/core/errors.js';
import { setPlatform } from '../../nodejs-sdk/lib/core/platform.js';
import { readEdge } from './edge.js';
import { sha256 } from './sha256.js';

setPlatform(/** @type {any} */ ({ sha256 }));

/** As often as the record may be asked for in vain, in seconds (CHG-18). */
const EDGE_TTL = 5;

/**
 * @param {import('./config.js').Config} config
 * @param {import('./service.js').Parts} parts
 * @param {() => number} clock Unix time in milliseconds
 */
export function makeChanges(config, { local, stats, log }, clock) {
  const edge = {
    /**
     * @param {string} path
     * @param {{maxBytes: number}} asked
     * @returns {Generator<any, any, any>}
     */
    *read(path, { maxBytes }) {
      return yield { ask: (/** @type {number} */ end) => readEdge(config, clock, { name: '/', key: path, path }, end, maxBytes) };
    },
  };
  const origin = {
    read() {
      throw new UnavailableError('what the edge has of it is stale'); // CHG-17: no S3 is here to say more
    },
  };
  const circuit = { asks: () => true, answered() {}, failed() {} };
  const reader = new ChangeReader(
    /** @type {any} */ ({ ...config, failover: false, edgeTtl: EDGE_TTL }),
    config.place,
    /** @type {any} */ ({ edge, origin, local, circuit, stats }),
    clock,
    log,
  );
  return {
    makesFresh: reader.makesFresh.bind(reader),
    compare: reader.compare.bind(reader),
    /**
     * @param {string} name
     * @param {import('../../nodejs-sdk/lib/core/cached-value.js').CachedValue} kept
     * @param {number} end of `performance.now()`
     */
    confirm: (name, kept, end) => run(reader.confirm(name, kept), end, config.deadline),
  };
}

/**
 * @template T
 * @param {Generator<any, T, any>} program
 * @param {number} end of `performance.now()`
 * @param {number} budget of the call, in milliseconds
 * @returns {Promise<T>}
 */
async function run(program, end, budget) {
  let step = program.next();
  while (!step.done) {
    const { ask, settled, reserve = 0 } = step.value;
    const ownEnd = end - reserve * budget;
    try {
      step = program.next(ask ? await ask(ownEnd) : { settled: await settled });
    } catch (error) {
      step = program.throw(error);
    }
  }
  return step.value;
}
