'use strict';

const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./effects.js').Response} Response */
/** @typedef {'s3' | 'ssm' | 'secretsmanager' | 'sts' | 'cloudfront'} Service */

/**
 * Where a service is asked.
 *
 * @typedef {object} Endpoint
 * @property {string} url without a slash at its end
 * @property {string} region that signs
 * @property {import('./effects.js').Route | undefined} route
 */

/**
 * @typedef {object} Call
 * @property {Service} service
 * @property {Endpoint} endpoint
 * @property {'GET' | 'PUT' | 'POST' | 'DELETE'} method
 * @property {string} path with what is asked, beginning with a slash
 * @property {Record<string, string>} headers in lower case
 * @property {Uint8Array | (() => Uint8Array)} [body] Or what makes another one each time that it is sent.
 * @property {string} what For the error message.
 * @property {number} [maxBytes] How much of the answer to read.
 * @property {import('./fence.js').Fence} [fence] What it was announced with: it is signed in its query, and not sent later than that allows (CHG-12).
 * @property {'write' | 'conditional write'} [kind] It changes something in S3; otherwise it may be asked as often as one likes.
 */

/** @typedef {{isInDoubt: boolean}} Doubt Whether an attempt before this one may have had its effect (WRITE-5). */

/**
 * Asks AWS, signed, and again if that is of use.
 *
 * @typedef {object} Client
 * @property {{bucket: (bucket: string, region: string | undefined) => Endpoint}} endpoints
 * @property {(call: Call) => import('./effects.js').Program<Response & Doubt>} ask Gives the response, whatever its status below 500.
 */

const ACCESS_CODES = new Set([
  'AccessDenied',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
]);
const REGION_CODES = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);

/** Asks S3 about one bucket, and knows what its refusals mean. */
class Bucket {
  #config;
  #client;
  /** @type {Endpoint | undefined} */
  #endpoint;

  /**
   * @param {Pick<import('./config.js').Config, 'bucket' | 'region'>} config
   * @param {Client} client
   * @throws {ConfigurationError} if the environment says where S3 is in a way that is not followed
   */
  constructor(config, client) {
    this.#config = config;
    this.#client = client;
    if (config.region !== undefined) this.#endpoint = client.endpoints.bucket(config.bucket, config.region);
  }

  /**
   * @param {object} call
   * @param {'GET' | 'PUT' | 'POST' | 'DELETE'} call.method
   * @param {string} call.path A key, or the query of what is asked of the bucket.
   * @param {Record<string, string>} [call.headers]
   * @param {Uint8Array | (() => Uint8Array)} [call.body]
   * @param {string} call.what For the error message.
   * @param {number} [call.maxBytes]
   * @param {Call['kind']} [call.kind]
   * @param {import('./fence.js').Fence | undefined} [call.fence] With a change record: what it was announced with.
   * @returns {import('./effects.js').Program<Response & Doubt>} the response, whatever its status below 500
   * @throws {ConfigurationError} without credentials
   * @throws {UnavailableError}
   */
  *ask({ headers = {}, path, ...call }) {
    const { bucket, region } = this.#config;
    const endpoint = (this.#endpoint ??= this.#client.endpoints.bucket(bucket, region));
    return yield* this.#client.ask({ service: 's3', endpoint, path: `/${path}`, headers, ...call });
  }

  /**
   * @param {{status: number, code: string, headers: Response['headers']}} refusal
   * @param {string} what
   * @returns {AccessDeniedError | ConfigurationError | UnavailableError}
   */
  errorFor({ status, code, headers }, what) {
    const { bucket, region } = this.#config;
    if (code === 'RequestTimeTooSkewed') {
      return new AccessDeniedError(`S3 refused ${what} (${code}): set the clock of this machine, best by NTP.`);
    }
    if (status === 403 || ACCESS_CODES.has(code)) {
      return new AccessDeniedError(`S3 refused ${what} (${code}): check the function's role and its credentials.`);
    }
    if (code === 'NoSuchBucket') return new ConfigurationError(`There is no bucket ${bucket}: check BUCKET_NAME.`);
    if ((status >= 300 && status < 400) || REGION_CODES.has(code)) {
      const [actual = 'another region'] = /^[a-z0-9-]{1,63}$/.exec(headers['x-amz-bucket-region'] ?? '') ?? [];
      return new ConfigurationError(`The bucket ${bucket} is in ${actual}, not in ${region}: set REGION.`);
    }
    return UnavailableError.because(what, { code, message: `status ${status}` });
  }
}

module.exports = { Bucket };
