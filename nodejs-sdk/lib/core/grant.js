'use strict';

const { locate } = require('./names.js');

/**
 * What opens one prefix or one name of a private service to whoever holds it, until its end (GRANT-1).
 *
 * @implements {Readonly<{distribution: string, service: string, prefix?: string, name?: string, expiresAt: Date}>}
 */
class Grant {
  #expires;
  #query;

  /**
   * @param {{distribution: string, service: string, prefix?: string, name?: string}} what
   * @param {number} expires Unix time in seconds
   * @param {string} query What follows the `?` of a URL that it opens.
   */
  constructor({ distribution, service, prefix, name }, expires, query) {
    this.distribution = distribution;
    this.service = service;
    /** @type {string | undefined} */
    this.prefix = undefined;
    /** @type {string | undefined} */
    this.name = undefined;
    if (prefix === undefined) this.name = name;
    else this.prefix = prefix;
    this.expiresAt = new Date(expires * 1000);
    this.#expires = expires;
    this.#query = query;
    Object.freeze(this);
  }

  /** What follows the `?` of a URL that it opens: whoever sees it can read. It is not printed with the rest (KEYS-4). */
  get query() {
    return this.#query;
  }

  /**
   * @param {string} name
   * @returns {string} the URL that reads it
   * @throws {import('./errors.js').InvalidNameError}
   */
  url(name) {
    return `https://${this.distribution}${locate('private', this.service, name).path}?${this.#query}`;
  }

  /** GRANT-3 */
  toJSON() {
    const { distribution, service, prefix, name } = this;
    const what = prefix === undefined ? { name } : { prefix };
    return { distribution, service, ...what, query: this.#query, expires_at: this.#expires * 1000 };
  }
}

module.exports = { Grant };
