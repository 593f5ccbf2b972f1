'use strict';

const { askAws, endpoint, errorCode } = require('./aws.js');
const { credentials } = require('./credentials.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');
const { textOf } = require('./xml.js');

/** @typedef {import('./effects.js').Credentials} Credentials */
/** @template T @typedef {import('./effects.js').Program<T>} Program */

const RENEW_BEFORE = 5 * 60_000; // milliseconds
const MAX_SESSION_NAME = 64; // letters
const CONFIGURATION_CODES = new Set(['ValidationError', 'RegionDisabledException', 'MalformedPolicyDocument']);

/** One for the process, role and service: a handler may make a MemoryService in each call. @type {Map<string, Role>} */
const roles = new Map();

/** A role that is assumed to ask S3 and CloudFront's API (ROLE-1). */
class Role {
  #arn;
  #sessionName;
  #region;
  /** @type {(Credentials & {expiration: Date}) | undefined} */
  #assumed;

  /**
   * @param {string} arn
   * @param {string} service
   * @param {string} bucketRegion
   */
  static at(arn, service, bucketRegion) {
    // STS answers in every region; the nearest is where the function runs.
    const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || bucketRegion;
    const id = JSON.stringify([arn, service, region]);
    const role = roles.get(id) ?? new Role(arn, service, region);
    roles.set(id, role);
    return role;
  }

  /**
   * @param {string} arn
   * @param {string} service
   * @param {string} region
   */
  constructor(arn, service, region) {
    this.#arn = arn;
    this.#sessionName = `memory-service-${service}`.slice(0, MAX_SESSION_NAME);
    this.#region = region;
  }

  /**
   * @param {() => number} clock Unix time in milliseconds
   * @returns {Program<Credentials>}
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} without credentials of its own
   * @throws {UnavailableError}
   */
  *credentials(clock) {
    const left = Number(this.#assumed?.expiration ?? -Infinity) - clock();
    if (this.#assumed && left > RENEW_BEFORE) return this.#assumed;
    try {
      this.#assumed = yield* this.#assume(clock);
    } catch (error) {
      if (!this.#assumed || left <= 0 || !(error instanceof UnavailableError)) throw error;
    }
    return this.#assumed;
  }

  /**
   * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
   *
   * @param {() => number} clock
   * @returns {Program<Credentials & {expiration: Date}>}
   */
  *#assume(clock) {
    const question = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: this.#arn,
      RoleSessionName: this.#sessionName,
    });
    const what = `Assuming the role ${this.#arn}`;
    const response = yield* askAws(
      {
        service: 'sts',
        region: this.#region,
        method: 'POST',
        url: `${endpoint('sts', this.#region).url}/`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(question.toString()),
        what,
      },
      () => credentials(clock),
    );
    if (response.status !== 200) throw refusal(errorCode(response), this.#arn);
    const xml = Buffer.from(response.body).toString();
    const [accessKeyId, secretAccessKey, sessionToken, end] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'].map(
      (tag) => textOf(xml, tag),
    );
    const expiration = new Date(end ?? NaN);
    if (accessKeyId && secretAccessKey && sessionToken && !Number.isNaN(expiration.getTime())) {
      return { accessKeyId, secretAccessKey, sessionToken, expiration };
    }
    throw UnavailableError.because(what, { code: 'garbled', message: 'the answer has no credentials' });
  }
}

/**
 * @param {string} code
 * @param {string} arn
 */
function refusal(code, arn) {
  if (CONFIGURATION_CODES.has(code)) return new ConfigurationError(`STS cannot assume ROLE_ARN ${arn} (${code}).`);
  return new AccessDeniedError(
    `STS refused to assume ROLE_ARN ${arn} (${code}): the function's role must be allowed to, and the role must trust it.`,
  );
}

module.exports = { Role };
