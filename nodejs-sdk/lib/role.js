'use strict';

const { UnavailableError } = require('./core/errors.js');
const { double } = require('./double.js');
const { assumeRole } = require('./sts.js');

/** @typedef {import('./core/effects.js').Credentials} Credentials */
/** @template T @typedef {import('./core/effects.js').Program<T>} Program */

const RENEW_BEFORE = 5 * 60_000; // milliseconds

/** One for the process, role and service: a handler may make a MemoryService in each call. @type {Map<string, Role>} */
const roles = new Map();

/** A role that is assumed to ask S3 and CloudFront's API (ROLE-1). */
class Role {
  #arn;
  #session;
  #region;
  /** @type {(Credentials & {expiration: Date}) | undefined} */
  #assumed;

  /**
   * @param {string} arn
   * @param {string} service
   * @param {string | undefined} region where STS is asked: it answers in every one, and the nearest is the function's own
   */
  static at(arn, service, region) {
    const id = JSON.stringify([arn, service, region, double.generation]);
    const role = roles.get(id) ?? new Role(arn, service, region);
    roles.set(id, role);
    return role;
  }

  /**
   * @param {string} arn
   * @param {string} service
   * @param {string | undefined} region
   */
  constructor(arn, service, region) {
    this.#arn = arn;
    this.#session = `memory-service-${service}`;
    this.#region = region;
  }

  /**
   * @param {() => number} clock Unix time in milliseconds
   * @param {import('./aws.js').AwsClient} client Who assumes it.
   * @returns {Program<Credentials>}
   * @throws {import('./core/errors.js').AccessDeniedError}
   * @throws {import('./core/errors.js').ConfigurationError} without credentials of its own
   * @throws {UnavailableError}
   */
  *credentials(clock, client) {
    const left = Number(this.#assumed?.expiration ?? -Infinity) - clock();
    if (this.#assumed && left > RENEW_BEFORE) return this.#assumed;
    try {
      this.#assumed = yield* assumeRole(client, this.#region, { role: this.#arn, session: this.#session });
    } catch (error) {
      if (!this.#assumed || left <= 0 || !(error instanceof UnavailableError)) throw error;
    }
    return this.#assumed;
  }
}

module.exports = { Role };
