'use strict';

/**
 * What this SDK does is written once, as generators: they yield an effect and are resumed with its outcome. One driver
 * awaits the outcome, the other blocks for it, and nothing else differs between `getAsync` and `get`.
 *
 * @typedef {import('./transport.js').Request} Request
 * @typedef {import('./transport.js').Response} Response
 * @typedef {import('./transport.js').Failure} Failure
 */

/** @typedef {{provider: string}} CredentialsRequest The file of the AWS SDK's credential provider. */

/**
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string | undefined} [sessionToken]
 * @property {Date | undefined} [expiration]
 */

/** @typedef {Request | CredentialsRequest} Effect */
/** @typedef {Response | Failure | {credentials: Credentials}} Outcome */

/**
 * @template T
 * @typedef {Generator<Effect, T, any>} Program
 */

/** @type {Failure} */
const TOO_LATE = { failure: { code: 'timeout', message: 'the deadline has passed' } };

/**
 * @template T
 * @param {Program<T>} program
 * @param {(effect: Effect, budget: number) => Promise<Outcome>} perform
 * @param {number} budget milliseconds for all effects together
 * @returns {Promise<T>}
 */
async function runAsync(program, perform, budget) {
  const deadline = performance.now() + budget;
  let step = program.next();
  while (!step.done) {
    const left = deadline - performance.now();
    step = program.next(left > 0 ? await perform(step.value, left) : TOO_LATE);
  }
  return step.value;
}

/**
 * @template T
 * @param {Program<T>} program
 * @param {(effect: Effect, budget: number) => Outcome} perform
 * @param {number} budget milliseconds for all effects together
 * @returns {T}
 */
function runSync(program, perform, budget) {
  const deadline = performance.now() + budget;
  let step = program.next();
  while (!step.done) {
    const left = deadline - performance.now();
    step = program.next(left > 0 ? perform(step.value, left) : TOO_LATE);
  }
  return step.value;
}

module.exports = { runAsync, runSync };
