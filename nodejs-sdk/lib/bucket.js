'use strict';

const { askAws, endpoint } = require('./aws.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./transport.js').Response} Response */

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
  #identity;

  /**
   * @param {Pick<import('./config.js').Config, 'bucket' | 'region'>} config
   * @param {import('./credentials.js').Identity} identity
   */
  constructor(config, identity) {
    this.#config = config;
    this.#identity = identity;
  }

  /**
   * @param {object} call
   * @param {'GET' | 'PUT' | 'POST' | 'DELETE'} call.method
   * @param {string} call.path A key, or the query of what is asked of the bucket.
   * @param {Record<string, string>} [call.headers]
   * @param {Uint8Array} [call.body]
   * @param {string} call.what For the error message.
   * @param {number} [call.maxBytes]
   * @returns {import('./effects.js').Program<Response>} the response, whatever its status below 500
   * @throws {ConfigurationError} without credentials
   * @throws {UnavailableError}
   */
  *ask({ headers = {}, path, ...call }) {
    const { region } = this.#config;
    return yield* askAws({ service: 's3', region, url: `${this.#url()}/${path}`, headers, ...call }, this.#identity);
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
      const actual = headers['x-amz-bucket-region'] ?? 'another region';
      return new ConfigurationError(`The bucket ${bucket} is in ${actual}, not in ${region}: set REGION.`);
    }
    return UnavailableError.because(what, { code, message: `status ${status}` });
  }

  #url() {
    const { bucket, region } = this.#config;
    const { url, isOverridden } = endpoint('s3', region);
    // A bucket name with dots would not match S3's certificate as a host name.
    return isOverridden || bucket.includes('.') ? `${url}/${bucket}` : url.replace('://', `://${bucket}.`);
  }
}

module.exports = { Bucket };
