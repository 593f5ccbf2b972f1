'use strict';

const { pathToFileURL } = require('node:url');

const { Transport } = require('./transport.js');

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

/** Performs effects. Runs in the main thread for asynchronous calls and in the worker for synchronous ones. */
class Performer {
  #transport;

  /** @param {import('./transport.js').Limits} [limits] */
  constructor(limits) {
    this.#transport = new Transport(limits);
  }

  /**
   * @param {Effect} effect
   * @param {number} budget milliseconds
   * @returns {Promise<Outcome>} never rejected
   */
  async perform(effect, budget) {
    try {
      if ('provider' in effect) return { credentials: await loadCredentials(effect.provider) };
      return await this.#transport.send(effect, budget);
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      return { failure: { code: code ?? 'error', message } };
    }
  }

  close() {
    this.#transport.close();
  }
}

/**
 * @param {string} provider
 * @returns {Promise<Credentials>}
 */
async function loadCredentials(provider) {
  const { defaultProvider } = await import(pathToFileURL(provider).href);
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await defaultProvider()();
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}

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
  while (!step.done) step = program.next(await perform(step.value, deadline - performance.now()));
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
  while (!step.done) step = program.next(perform(step.value, deadline - performance.now()));
  return step.value;
}

module.exports = { Performer, runAsync, runSync };
