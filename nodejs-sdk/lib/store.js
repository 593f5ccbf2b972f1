'use strict';

const { gzipSync } = require('node:zlib');

const { askAws, endpoint, errorCode } = require('./aws.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./transport.js').Response} Response */

const GZIP_FROM = 1024; // bytes (OBJ-2)

const ACCESS_CODES = new Set(['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired']);
const REGION_CODES = new Set(['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);

/** Writes documents to S3 (section 4). */
class Store {
  #config;
  #clock;

  /**
   * @param {Pick<import('./config.js').Config, 'bucket' | 'region' | 'edgeTtl'>} config
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor(config, clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /**
   * @param {string} key
   * @param {Uint8Array} document
   * @returns {import('./effects.js').Program<string>} the version: the ETag without its quotes
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} if there is no such bucket in that region
   * @throws {UnavailableError}
   */
  *put(key, document) {
    const zipped = document.length >= GZIP_FROM ? gzipSync(document) : document;
    const isSmaller = zipped.length < document.length;
    const response = yield* this.#ask('PUT', key, isSmaller ? zipped : document, {
      'content-type': 'application/json',
      'cache-control': `max-age=${this.#config.edgeTtl}`, // OBJ-3
      ...(isSmaller && { 'content-encoding': 'gzip' }),
    });
    return String(response.headers.etag ?? '').replace(/^"|"$/g, '');
  }

  /**
   * Removing what is not there is no error.
   *
   * @param {string} key
   * @returns {import('./effects.js').Program<void>}
   * @throws {AccessDeniedError | ConfigurationError | UnavailableError} as {@link put} does
   */
  *remove(key) {
    yield* this.#ask('DELETE', key, undefined, {});
  }

  /**
   * @param {'PUT' | 'DELETE'} method
   * @param {string} key
   * @param {Uint8Array | undefined} body
   * @param {Record<string, string>} headers
   * @returns {import('./effects.js').Program<Response>}
   */
  *#ask(method, key, body, headers) {
    const { bucket, region } = this.#config;
    const what = `${method} ${key} in the bucket ${bucket}`;
    const url = `${this.#bucketUrl()}/${key}`;
    const call = { service: /** @type {const} */ ('s3'), region, method, url, headers, what };
    const response = yield* askAws(body ? { ...call, body } : call, this.#clock);
    if (response.status >= 300) throw this.#errorFor(response, what);
    return response;
  }

  #bucketUrl() {
    const { bucket, region } = this.#config;
    const { url, isOverridden } = endpoint('s3', region);
    // A bucket name with dots would not match S3's certificate as a host name.
    return isOverridden || bucket.includes('.') ? `${url}/${bucket}` : url.replace('://', `://${bucket}.`);
  }

  /**
   * @param {Response} response
   * @param {string} what
   */
  #errorFor(response, what) {
    const { bucket, region } = this.#config;
    const code = errorCode(response);
    if (response.status === 403 || ACCESS_CODES.has(code)) {
      return new AccessDeniedError(`S3 refused ${what} (${code}): check the function's role and its credentials.`);
    }
    if (code === 'NoSuchBucket') return new ConfigurationError(`There is no bucket ${bucket}: check BUCKET_NAME.`);
    if (response.status < 400 || REGION_CODES.has(code)) {
      const actual = response.headers['x-amz-bucket-region'] ?? 'another region';
      return new ConfigurationError(`The bucket ${bucket} is in ${actual}, not in ${region}: set REGION.`);
    }
    return UnavailableError.because(what, { code, message: `status ${response.status}` });
  }
}

module.exports = { Store };
