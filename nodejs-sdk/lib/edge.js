'use strict';

const { gunzipSync } = require('node:zlib');

const { errorCode } = require('./aws.js');
const { AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError } = require('./errors.js');

/** @typedef {import('./transport.js').Response} Response */

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
   * @returns {import('./effects.js').Program<{document: Uint8Array | undefined, cache: string}>} no document if there is
   *   none, and what the edge's cache had to do with it
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} if the distribution is private and the service is not
   * @throws {CorruptValueError} OBJ-4
   * @throws {UnavailableError}
   */
  *read(path) {
    let response = yield* this.#ask(path);
    if (response.status === 403 && this.#signer?.renew()) response = yield* this.#ask(path);
    const cache = describeCache(response);
    if (response.status === 200) return { document: unpack(response, this.#config.maxValueBytes), cache };
    if (response.status === 404) return { document: undefined, cache };
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
 * @returns {string} for example "hit, age 3 s"
 */
function describeCache({ headers }) {
  const [result] = String(headers['x-cache'] ?? 'unknown').toLowerCase().split(' ');
  return headers.age === undefined ? result : `${result}, age ${headers.age} s`;
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
