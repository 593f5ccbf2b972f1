'use strict';

const { dateOf, versionOf } = require('./answer.js');
const { Bucket } = require('./bucket.js');
const { compress } = require('./compression.js');
const { UnavailableError } = require('./errors.js');
const { cacheControlOf } = require('./options.js');
const { platform } = require('./platform.js');
const { errorCode } = require('./refusals.js');
const { elements, isDocument, textOf } = require('./xml.js');

/** @typedef {import('./errors.js').AccessDeniedError} AccessDeniedError */
/** @typedef {import('./errors.js').ConfigurationError} ConfigurationError */
/** @typedef {import('./effects.js').Response & import('./bucket.js').Doubt} Response */

/** @typedef {AccessDeniedError | ConfigurationError | UnavailableError} Failure */
/** @typedef {{version: string, date: number}} Stored The ETag without its quotes, and S3's `Date` in Unix milliseconds. */
/** @typedef {import('./fence.js').Fence} Fence */
/** @typedef {{refused: number} & import('./bucket.js').Doubt} Refused The status with which S3 refused the condition. */

/** A page of 1,000 keys of 1,024 bytes, each of which may have to be written as a reference, and what stands around them. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

const utf8 = new TextDecoder();

/** Writes documents to S3 (section 4), removes and lists them. */
class Store {
  #config;
  #bucket;

  /**
   * @param {Pick<import('./config.js').Config, 'bucket' | 'region' | 'staleIfError'>} config
   * @param {import('./bucket.js').Client} client
   */
  constructor(config, client) {
    this.#config = config;
    this.#bucket = new Bucket(config, client);
  }

  /**
   * @param {string} key
   * @param {Uint8Array | (() => Uint8Array)} document Or what makes another small one each time that it is sent (CTAG-14).
   * @param {import('./options.js').Form} form
   * @param {string | null} [replaces] The version that must be stored now; null: nothing must be.
   * @param {Fence} [fence] With a change record: what it was announced with.
   * @returns {import('./effects.js').Program<Stored | Refused>} refused only if it says what it replaces
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} if there is no such bucket in that region
   * @throws {UnavailableError}
   */
  *put(key, document, form, replaces, fence) {
    const { ttlDays, storageClass } = form;
    const { body, isZipped } = typeof document === 'function' ? { body: document, isZipped: false } : compress(document);
    const headers = {
      'content-type': 'application/json',
      'cache-control': cacheControlOf(form, this.#config.staleIfError),
      ...(isZipped && { 'content-encoding': 'gzip' }),
      ...(ttlDays !== undefined && { 'x-amz-tagging': `ttl-days=${ttlDays}` }), // OBJ-6
      ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }), // OBJ-5
      ...(replaces === null && { 'if-none-match': '*' }),
      ...(typeof replaces === 'string' && { 'if-match': `"${replaces}"` }),
    };
    const kind = replaces === undefined ? 'write' : 'conditional write';
    const accepts = replaces === undefined ? undefined : isConditionRefused;
    const response = yield* this.#ask({ method: 'PUT', path: key, headers, body, kind, accepts, fence });
    if (response.status >= 300) return { refused: response.status, isInDoubt: response.isInDoubt };
    return { version: versionOf(response), date: dateOf(response) };
  }

  /**
   * Removing what is not there is no error.
   *
   * @param {string} key
   * @param {Fence} [fence]
   * @returns {import('./effects.js').Program<{date: number}>} when, in S3's time
   * @throws {AccessDeniedError | ConfigurationError | UnavailableError} as {@link put} does
   */
  *remove(key, fence) {
    return { date: dateOf(yield* this.#ask({ method: 'DELETE', path: key, kind: 'write', fence })) };
  }

  /**
   * Remove with one request.
   *
   * @param {string[]} keys At most 1,000, of the letters that KEY-2 leaves: none needs an escape in XML.
   * @param {Fence} [fence]
   * @returns {import('./effects.js').Program<{failed: Map<string, Failure>, date: number}>} the error of each key that could
   *   not be removed, and when the others were, in S3's time
   * @throws {AccessDeniedError | ConfigurationError | UnavailableError} as {@link put} does, if that goes for all of them
   */
  *removeMany(keys, fence) {
    const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`);
    const body = platform.toUtf8('', `<Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`, '');
    const what = `Removing ${keys.length} keys from the bucket ${this.#config.bucket}`;
    // S3 wants a checksum. MD5, the usual one, fails where Node runs in FIPS mode.
    const checksum = platform.sha256(body, 'base64');
    const headers = { 'content-type': 'application/xml', 'x-amz-checksum-sha256': checksum };
    const response = yield* this.#ask({ method: 'POST', path: '?delete=', headers, body, what, kind: 'write', maxBytes: MAX_PAGE_BYTES, fence });
    const failed = elements(documentOf(response, 'DeleteResult', what, true), 'Error').map((error) => {
      const key = textOf(error, 'Key') ?? '';
      const code = textOf(error, 'Code') ?? 'unknown';
      const where = `DELETE ${key} in the bucket ${this.#config.bucket}`;
      return /** @type {const} */ ([key, this.#bucket.errorFor({ status: response.status, code, headers: {} }, where)]);
    });
    return { failed: new Map(failed), date: dateOf(response) };
  }

  /**
   * List one page of the keys that begin with a prefix, in the order of their bytes.
   *
   * @param {string} prefix of the letters that KEY-2 leaves
   * @param {string | undefined} token What the page before gave as `next`.
   * @returns {import('./effects.js').Program<{keys: string[], next: string | undefined}>} no `next` after the last page
   * @throws {AccessDeniedError | ConfigurationError | UnavailableError} as {@link put} does
   */
  *list(prefix, token) {
    const what = `Listing ${prefix} in the bucket ${this.#config.bucket}`;
    const start = token === undefined ? '' : `continuation-token=${encodeURIComponent(token)}&`;
    const path = `?${start}list-type=2&prefix=${encodeURIComponent(prefix)}`;
    const response = yield* this.#ask({ method: 'GET', path, what, maxBytes: MAX_PAGE_BYTES });
    const page = documentOf(response, 'ListBucketResult', what);
    const isLast = textOf(page, 'IsTruncated') === 'false';
    const next = isLast ? undefined : textOf(page, 'NextContinuationToken');
    if (!isLast && !next) throw UnavailableError.because(what, { code: 'garbled', message: 'it does not say what comes next' });
    return { keys: elements(page, 'Contents').map((found) => textOf(found, 'Key') ?? ''), next };
  }

  /**
   * @param {object} call
   * @param {'GET' | 'PUT' | 'POST' | 'DELETE'} call.method
   * @param {string} call.path A key, or the query of what is asked of the bucket.
   * @param {Record<string, string>} [call.headers]
   * @param {Uint8Array | (() => Uint8Array)} [call.body]
   * @param {string} [call.what]
   * @param {number} [call.maxBytes]
   * @param {import('./bucket.js').Call['kind']} [call.kind]
   * @param {Fence | undefined} [call.fence]
   * @param {(status: number, code: string) => boolean} [call.accepts] Which refusals are an answer.
   * @returns {import('./effects.js').Program<Response>}
   */
  *#ask({ what, accepts, ...call }) {
    const asked = what ?? `${call.method} ${call.path} in the bucket ${this.#config.bucket}`;
    const response = yield* this.#bucket.ask({ ...call, what: asked });
    if (response.status < 300) {
      call.fence?.answered(dateOf(response));
      return response;
    }
    const code = errorCode(response);
    if (accepts?.(response.status, code)) return response;
    const error = this.#bucket.errorFor({ ...response, code }, asked);
    throw response.isInDoubt ? Object.assign(error, { outcomeUnknown: true }) : error;
  }
}

/**
 * @param {number} status
 * @param {string} code
 * @returns {boolean} whether S3 refused a conditional put for its condition, or because another was under way
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function isConditionRefused(status, code) {
  return status === 412 || status === 409 || (status === 404 && code !== 'NoSuchBucket');
}

/**
 * @param {Response} response
 * @param {string} root
 * @param {string} what
 * @param {boolean} [isWrite]
 * @returns {string} the XML
 * @throws {UnavailableError} if it is something else: no list of errors is not a list of no errors
 */
function documentOf({ body, cut, status }, root, what, isWrite = false) {
  const xml = utf8.decode(body);
  if (!cut && isDocument(xml, root)) return xml;
  throw UnavailableError.because(what, { code: String(status), message: `the answer is no ${root}` }, isWrite);
}

module.exports = { Store };
