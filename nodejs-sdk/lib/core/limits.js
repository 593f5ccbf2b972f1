'use strict';

/**
 * How long what may take, in milliseconds (TIME-2, TIME-3).
 *
 * @typedef {object} Limits
 * @property {number} connect Look-up, connecting to all addresses and the TLS handshake together.
 * @property {number} silence How long no byte may move while a request is sent and answered.
 */

/** @type {Limits} */
const LIMITS = { connect: 1000, silence: 2000 };

/** The edge's share of a get's time; the rest is kept for S3 (TIME-3, TIME-4). */
const EDGE_SHARE = 3 / 5;

module.exports = { LIMITS, EDGE_SHARE };
