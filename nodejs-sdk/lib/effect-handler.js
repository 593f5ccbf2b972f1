'use strict';

const { PAUSED, TOO_LATE, runAsync } = require('./core/effects.js');
const { Wire } = require('./wire.js');

/** @typedef {import('./core/effects.js').Deed} Deed */
/** @typedef {import('./core/effects.js').Outcome} Outcome */
/** @typedef {import('./core/effects.js').Credentials} Credentials */

/** Performs effects. Runs in the main thread for asynchronous calls and in the worker for synchronous ones. */
class EffectHandler {
  #wire;

  /** @param {Wire} [wire] */
  constructor(wire = new Wire()) {
    this.#wire = wire;
  }

  /**
   * @param {Deed} effect
   * @param {number} budget milliseconds
   * @returns {Promise<Outcome>} never rejected
   */
  async perform(effect, budget) {
    try {
      if ('pause' in effect) return await pause(effect.pause, budget);
      if ('provider' in effect) return await inTime(askProvider(effect.provider), budget);
      if ('environment' in effect) return await this.#findCredentials(effect, budget);
      return await this.#wire.send(effect, budget);
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      return { failure: { code: code ?? 'error', message, fate: 'unsent' } };
    }
  }

  /**
   * @param {import('./core/effects.js').Deeds} deeds
   * @returns {Promise<{outcomes: Outcome[]}>} never rejected
   */
  async performAll({ deeds }) {
    return { outcomes: await Promise.all(deeds.map(({ deed, budget }) => this.perform(deed, budget))) };
  }

  /**
   * Load what every request wants.
   *
   * @param {boolean} isTls whether that is TLS as well, with the authorities
   */
  prepare(isTls) {
    require('node:http');
    if (!isTls) return;
    require('node:https');
    require('./trust.js').contextOf(undefined, false);
  }

  close() {
    this.#wire.close();
  }

  /**
   * @param {import('./core/effects.js').CredentialsRequest} effect
   * @param {number} budget
   * @returns {Promise<Outcome>}
   */
  async #findCredentials({ environment, places }, budget) {
    const { findCredentials } = require('./credential-chain.js'); // here, because a function has them in its environment
    return { credentials: await runAsync(findCredentials(environment, places), (effect, left) => this.perform(/** @type {Deed} */ (effect), left), budget) };
  }
}

/**
 * @param {number} milliseconds
 * @param {number} budget
 * @returns {Promise<Outcome>}
 */
async function pause(milliseconds, budget) {
  if (milliseconds >= budget) return TOO_LATE;
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return PAUSED;
}

/**
 * @param {Promise<Outcome>} outcome
 * @param {number} budget milliseconds
 * @returns {Promise<Outcome>}
 */
async function inTime(outcome, budget) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, budget), TOO_LATE);
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
async function askProvider(provider) {
  const { pathToFileURL } = require('node:url');
  const { defaultProvider } = await import(pathToFileURL(provider).href);
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await defaultProvider()();
  return { credentials: { accessKeyId, secretAccessKey, sessionToken, expiration } };
}

module.exports = { EffectHandler };
