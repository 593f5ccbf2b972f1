'use strict';

const { gunzipSync } = require('node:zlib');

const { errorCode, versionOf } = require('./aws.js');
const { AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError } = require('./errors.js');

/** @typedef {import('./transport.js').Response} Response */

/**
 * @typedef {object} Answer
 * @property {Uint8Array | undefined} document undefined if there is none
 * @property {string} cache What the edge's cache had to do with it, for example "hit, age 3 s".
 * @property {number} age Whole seconds since the edge fetched its copy.
 * @property {string} version The ETag without its quotes.
 * @property {Date | undefined} storedAt When the object was written; undefined if the answer does not say.
 */

/** CloudFront's codes for a URL that should have been signed. */
const UNSIGNED_CODES = new Set(['MissingKey', 'InvalidKey']);

/** Reads documents through CloudFront. */
class Edge {
  #config;
  /** @type {import('./signing.js').Signer | undefined} */
  #signer;

  /**
   * @param {import('./config.js').Config} config
   * @param {string} service
   * @param {() => number} clock Unix time in milliseconds
   * @throws {ConfigurationError} if the service is private and its key is of no use
   */
  constructor(config, service, clock) {
    this.#config = config;
    if (config.visibility === 'public') return;
    const { Signer } = require('./signing.js'); // here, because public services need none of it
    this.#signer = new Signer(config, service, clock);
  }

  /**
   * @param {string} path
   * @returns {import('./effects.js').Program<Answer>}
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} if the distribution is private and the service is not
   * @throws {CorruptValueError} OBJ-4
   * @throws {UnavailableError}
   */
  *read(path) {
    let response = yield* this.#ask(path);
    if (response.status === 403 && this.#signer?.renew()) response = yield* this.#ask(path);
    if (response.status === 200) return answer(response, unpack(response, this.#config.maxValueBytes));
    if (response.status === 404) return answer(response, undefined);
    throw this.#errorFor(response, path);
  }

  /**
   * @param {string} path
   * @returns {import('./effects.js').Program<Response>}
   */
  *#ask(path) {
    const { edge, distribution, maxValueBytes } = this.#config;
    const query = this.#signer ? `?${yield* this.#signer.query()}` : '';
    const response = yield {
      method: 'GET',
      url: edge.origin + path + query,
      headers: { host: distribution.host },
      maxBytes: maxValueBytes,
    };
    if ('failure' in response) throw UnavailableError.because(`Reading ${path} from ${edge.host}`, response.failure);
    return response;
  }

  /**
   * @param {Response} response
   * @param {string} path
   */
  #errorFor(response, path) {
    const { distribution, edge } = this.#config;
    const code = errorCode(response);
    if (response.status !== 403) {
      return UnavailableError.because(`Reading ${path} from ${edge.host}`, {
        code: String(response.status),
        message: `status ${response.status}`,
      });
    }
    if (!this.#signer && UNSIGNED_CODES.has(code)) {
      return new ConfigurationError(
        `${distribution.host} is a private distribution (${code}): give PK_PATH and PUBLIC_KEY_ID, or set DISTRIBUTION.`,
      );
    }
    const advice = this.#signer ? 'check PK_PATH and PUBLIC_KEY_ID' : 'the distribution may not list its bucket';
    return new AccessDeniedError(`${distribution.host} refused to read ${path} (${code}): ${advice}.`);
  }
}

/**
 * @param {Response} response
 * @param {Uint8Array | undefined} document
 * @returns {Answer}
 */
function answer(response, document) {
  const { age = '', 'last-modified': modified = '', 'x-cache': xCache = 'unknown' } = response.headers;
  const [word] = String(xCache).toLowerCase().split(' '); // "Hit from cloudfront"
  const storedAt = new Date(String(modified));
  return {
    document,
    cache: age === '' ? word : `${word}, age ${age} s`,
    age: /^[0-9]+$/.test(String(age)) ? Number(age) : 0,
    version: versionOf(response),
    storedAt: Number.isNaN(storedAt.getTime()) ? undefined : storedAt,
  };
}

/**
 * Undo the gzip of OBJ-2, never beyond the limit.
 *
 * @param {Response} response
 * @param {number} maxBytes
 * @returns {Uint8Array}
 */
function unpack({ headers, body, cut }, maxBytes) {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (cut) throw new CorruptValueError(`it is larger than MAX_VALUE_BYTES, ${maxBytes} bytes`);
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new CorruptValueError(`its encoding ${encoding} is not gzip`);
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw new CorruptValueError(`it does not inflate to ${maxBytes} bytes or less`, { cause });
  }
}

module.exports = { Edge };
