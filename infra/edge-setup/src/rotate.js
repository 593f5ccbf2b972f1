'use strict';

const { connect } = require('./cloud');
const { rotate } = require('./rotation');

const ACTIONS = ['continue', 'start', 'revoke'];

/**
 * Takes a rotation of the signing key as far as it may go now.
 *
 * @param {{action?: string}} event `continue` unless it says otherwise
 * @param {{getRemainingTimeInMillis: () => number}} context
 * @returns {Promise<import('./rotation').Report>}
 */
exports.handler = async (event, context) => {
  const action = /** @type {import('./rotation').Action} */ (event?.action ?? 'continue');
  if (!ACTIONS.includes(action)) throw new Error(`action must be one of ${ACTIONS.join(', ')}, not ${action}`);
  const report = await rotate(connect(context), planOf(process.env), action);
  console.log(`${action}: ${JSON.stringify(report)}`); // it holds the key's id, never the key
  return report;
};

/**
 * @param {NodeJS.ProcessEnv} variables as the template sets them
 * @returns {import('./rotation').Plan}
 */
function planOf(variables) {
  const text = (/** @type {string} */ name) => {
    const value = variables[name];
    if (!value) throw new Error(`the environment variable ${name} is not set`);
    return value;
  };
  return {
    keyGroupId: text('KEY_GROUP_ID'),
    distributionId: text('DISTRIBUTION_ID'),
    parameterName: text('PARAMETER_NAME'),
    keyType: text('KEY_TYPE'),
    longestSignature: Number(text('LONGEST_SIGNATURE')),
    days: Number(text('ROTATION_DAYS')),
  };
}
