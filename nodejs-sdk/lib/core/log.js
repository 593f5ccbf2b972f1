'use strict';

/** @typedef {'debug' | 'info' | 'warn' | 'error' | 'silent'} LogLevel */

/** From the one that shows most to the one that shows nothing. */
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/** Lines for people. No line has a query string: it may be a signature (KEYS-4). */
class Log {
  #level;

  /** @param {LogLevel} level */
  constructor(level) {
    this.#level = LOG_LEVELS.indexOf(level);
    /** Whether anybody reads what {@link debug} says: making the line costs more than a hit in memory. */
    this.isDebug = this.#shows('debug');
  }

  /** @param {string} message */
  debug(message) {
    if (this.isDebug) console.debug(`memory: ${message}`);
  }

  /** @param {string} message */
  warn(message) {
    if (this.#shows('warn')) console.warn(`memory: ${message}`);
  }

  /** @param {LogLevel} level */
  #shows(level) {
    return this.#level <= LOG_LEVELS.indexOf(level);
  }
}

module.exports = { Log, LOG_LEVELS };
