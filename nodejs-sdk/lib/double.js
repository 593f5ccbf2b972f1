'use strict';

/**
 * What stands in for the network in a test: see `testing/`.
 *
 * @typedef {object} Double
 * @property {(effect: import('./effects.js').Effect) => import('./effects.js').Outcome} perform
 */

/** @type {{current: Double | undefined}} */
const double = { current: undefined };

module.exports = { double };
