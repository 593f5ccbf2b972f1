'use strict';

/**
 * What stands in for the network and for time in a test: see `testing/`.
 *
 * @typedef {import('./core/effects.js').Outcome} Outcome
 * @typedef {object} Double
 * @property {(effect: import('./core/effects.js').Deed, budget: number) => Outcome | Promise<Outcome>} perform A promise is for asynchronous calls only.
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
