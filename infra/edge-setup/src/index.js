'use strict';

const { answer } = require('./answer');
const { connect } = require('./cloud');
const { route } = require('./route');

/**
 * Creates, keeps or removes what the event asks for, and tells CloudFormation how it went.
 *
 * @param {import('./route').Event & import('./answer').Callback} event
 * @param {{getRemainingTimeInMillis: () => number}} context
 * @returns {Promise<void>}
 */
exports.handler = async (event, context) => answer(event, await route(connect(context), event));
