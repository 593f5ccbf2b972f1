'use strict';

/**
 * What stands in for the network and for time in a test: see `testing/`.
 *
 * @typedef {object} Double
 * @property {(effect: import('./effects.js').Effect, budget: number) => import('./effects.js').Outcome} perform
 * @property {() => number} now Unix time in milliseconds
 */

const double = {
  /** @type {Double | undefined} */
  current: undefined,
  /** How often it was replaced: what was learnt before is of another cloud. */
  generation: 0,

  /** @param {Double | undefined} next */
  replace(next) {
    double.current = next;
    double.generation++;
  },
};

module.exports = { double };
