'use strict';

/**
 * What this SDK does is written once, as generators: they yield an effect and are resumed with its outcome. One driver
 * awaits the outcome, the other blocks for it, and nothing else differs between `getAsync` and `get`.
 *
 * @typedef {import('./wire.js').Request} Request
 * @typedef {import('./wire.js').Response} Response
 * @typedef {import('./wire.js').Failure} Failure
 */

/**
 * Who signs, where the environment has no keys: see `credential-chain.js`.
 *
 * @typedef {object} CredentialsRequest
 * @property {Record<string, string | undefined>} environment
 * @property {string[]} places Folders in which the AWS SDK is looked for.
 * @property {number} [reserve]
 */

/** @typedef {{provider: string, reserve?: number}} ProviderRequest The file of the AWS SDK's credential provider. */
/** @typedef {{pause: number, reserve?: number}} Pause Milliseconds to wait. */

/**
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string | undefined} [sessionToken]
 * @property {Date | undefined} [expiration]
 */

/** @typedef {{settled: Promise<boolean>, reserve?: number}} Wait For what another program does; one that blocks is told that it is alone. */

/** @typedef {Request | CredentialsRequest | ProviderRequest | Pause} Deed What is done elsewhere: in a worker, or by a double. */
/** @typedef {{settled: boolean} | {isAlone: true}} Waited */
/** @typedef {Deed | Wait} Effect */
/** @typedef {Response | Failure | {credentials: Credentials} | {paused: true}} Outcome */

/**
 * @template T
 * @typedef {Generator<Effect, T, any>} Program
 */

/** @type {Failure} */
const TOO_LATE = { failure: { code: 'timeout', message: 'the time of the call has ended', fate: 'unsent' } };

/** @type {{paused: true}} */
const PAUSED = { paused: true };

/**
 * @template T
 * @param {Program<T>} program
 * @param {(effect: Effect, budget: number) => Promise<Outcome | Waited>} perform
 * @param {number} budget milliseconds for all effects together
 * @returns {Promise<T>}
 */
async function runAsync(program, perform, budget) {
  const deadline = performance.now() + budget;
  let step = program.next();
  while (!step.done) {
    const left = deadline - performance.now() - reserveOf(step.value, budget);
    step = program.next(left > 0 ? await perform(step.value, left) : TOO_LATE);
  }
  return step.value;
}

/**
 * @template T
 * @param {Program<T>} program
 * @param {(effect: Effect, budget: number) => Outcome | Waited} perform
 * @param {number} budget milliseconds for all effects together
 * @returns {T}
 */
function runSync(program, perform, budget) {
  const deadline = performance.now() + budget;
  let step = program.next();
  while (!step.done) {
    const left = deadline - performance.now() - reserveOf(step.value, budget);
    step = program.next(left > 0 ? perform(step.value, left) : TOO_LATE);
  }
  return step.value;
}

/**
 * @param {Effect} effect
 * @param {number} budget
 */
function reserveOf({ reserve }, budget) {
  return reserve === undefined ? 0 : reserve * budget;
}

/**
 * Let a program end its effects in a share of the call's time: the rest is kept for what comes after (TIME-3).
 *
 * @template T
 * @param {number} share
 * @param {Program<T>} program
 * @returns {Program<T>}
 */
function* withinShare(share, program) {
  let step = program.next();
  while (!step.done) {
    step.value.reserve = 1 - share;
    step = program.next(yield step.value);
  }
  return step.value;
}

module.exports = { PAUSED, TOO_LATE, runAsync, runSync, withinShare };
