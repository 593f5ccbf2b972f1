'use strict';

const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./wire.js').Response} Response */

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
  /** @type {import('./endpoints.js').Endpoint | undefined} */
  #endpoint;

  /**
   * @param {Pick<import('./config.js').Config, 'bucket' | 'region'>} config
   * @param {import('./aws.js').AwsClient} client
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
   * @param {import('./aws.js').Call['kind']} [call.kind]
   * @param {import('./fence.js').Fence | undefined} [call.fence] With a change record: what it was announced with.
   * @returns {import('./effects.js').Program<Response & import('./aws.js').Doubt>} the response, whatever its status below 500
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
