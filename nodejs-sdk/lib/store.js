'use strict';

const { gzipSync } = require('node:zlib');

const { askAws, endpoint, errorCode, versionOf } = require('./aws.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./transport.js').Response} Response */

const GZIP_FROM = 1024; // bytes (OBJ-2)

const ACCESS_CODES = new Set(['AccessDenied', 'ExpiredToken', 'InvalidToken', 'TokenRefreshRequired']);
const REGION_CODES = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);

/** Writes documents to S3 (section 4). */
class Store {
  #config;
  #clock;

  /**
   * @param {Pick<import('./config.js').Config, 'bucket' | 'region'>} config
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor(config, clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /**
   * @param {string} key
   * @param {Uint8Array} document
   * @param {import('./options.js').PutOptions} options
   * @returns {import('./effects.js').Program<string>} the version: the ETag without its quotes
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} if there is no such bucket in that region
   * @throws {UnavailableError}
   */
  *put(key, document, { maxAge, ttlDays, storageClass }) {
    const zipped = document.length >= GZIP_FROM ? gzipSync(document) : document;
    const isSmaller = zipped.length < document.length;
    const headers = {
      'content-type': 'application/json',
      'cache-control': `max-age=${maxAge}`, // OBJ-3
      ...(isSmaller && { 'content-encoding': 'gzip' }),
      ...(ttlDays !== undefined && { 'x-amz-tagging': `ttl-days=${ttlDays}` }), // OBJ-6
      ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }), // OBJ-5
    };
    return versionOf(yield* this.#ask({ method: 'PUT', path: key, headers, body: isSmaller ? zipped : document }));
  }

  /**
   * Removing what is not there is no error.
   *
   * @param {string} key
   * @returns {import('./effects.js').Program<void>}
   * @throws {AccessDeniedError | ConfigurationError | UnavailableError} as {@link put} does
   */
  *remove(key) {
    yield* this.#ask({ method: 'DELETE', path: key });
  }

  /**
   * @param {object} call
   * @param {'PUT' | 'DELETE'} call.method
   * @param {string} call.path A key.
   * @param {Record<string, string>} [call.headers]
   * @param {Uint8Array} [call.body]
   * @returns {import('./effects.js').Program<Response>}
   */
  *#ask({ headers = {}, path, ...call }) {
    const { bucket, region } = this.#config;
    const what = `${call.method} ${path} in the bucket ${bucket}`;
    const url = `${this.#bucketUrl()}/${path}`;
    const response = yield* askAws({ service: 's3', region, url, headers, what, ...call }, this.#clock);
    if (response.status < 300) return response;
    throw this.#errorFor({ ...response, code: errorCode(response) }, what);
  }

  #bucketUrl() {
    const { bucket, region } = this.#config;
    const { url, isOverridden } = endpoint('s3', region);
    // A bucket name with dots would not match S3's certificate as a host name.
    return isOverridden || bucket.includes('.') ? `${url}/${bucket}` : url.replace('://', `://${bucket}.`);
  }

  /**
   * @param {{status: number, code: string, headers: Response['headers']}} refusal
   * @param {string} what
   */
  #errorFor({ status, code, headers }, what) {
    const { bucket, region } = this.#config;
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
}

module.exports = { Store };
