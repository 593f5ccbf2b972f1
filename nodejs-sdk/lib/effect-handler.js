'use strict';

const { pathToFileURL } = require('node:url');

const { Transport } = require('./transport.js');

/** @typedef {import('./effects.js').Effect} Effect */
/** @typedef {import('./effects.js').Outcome} Outcome */
/** @typedef {import('./effects.js').Credentials} Credentials */

/** Performs effects. Runs in the main thread for asynchronous calls and in the worker for synchronous ones. */
class EffectHandler {
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
      if ('provider' in effect) return await inTime(loadCredentials(effect.provider), budget);
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
 * @param {Promise<Outcome>} outcome
 * @param {number} budget milliseconds
 * @returns {Promise<Outcome>}
 */
async function inTime(outcome, budget) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const message = `it took more than ${Math.round(budget)} ms`;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, budget), { failure: { code: 'timeout', message } });
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} provider
 * @returns {Promise<{credentials: Credentials}>}
 */
async function loadCredentials(provider) {
  const { defaultProvider } = await import(pathToFileURL(provider).href);
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await defaultProvider()();
  return { credentials: { accessKeyId, secretAccessKey, sessionToken, expiration } };
}

module.exports = { EffectHandler };
