'use strict';

const { answer } = require('./answer.js');
const { decompress } = require('./compression.js');
const { AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError } = require('./errors.js');
const { errorCode, isOfS3 } = require('./refusals.js');

/** @typedef {import('./effects.js').Response} Response */

/** @typedef {import('./answer.js').Answer} Answer */

/** @typedef {{known?: string | undefined, maxBytes?: number, takesCorrupt?: boolean}} Asked The version that is known, so that the answer may be that there is no other; the most that is read; whether what S3 cannot have zipped so counts as empty. */

/** @typedef {{query: string}} Signature What follows the `?` of a signed URL. */

/**
 * Signs the reads of a private service.
 *
 * @typedef {object} Signer
 * @property {() => import('./effects.js').Program<Signature>} signature
 * @property {(refused: any) => boolean} renew After the refusal of a {@link Signature}: whether the next may be another.
 * @property {(path: string, expires: number) => import('./effects.js').Program<string>} queryFor For somebody else, until Unix time in seconds (GRANT-1).
 */

/** CloudFront's codes for a URL that should have been signed. */
const UNSIGNED_CODES = new Set(['MissingKey', 'InvalidKey']);

/** S3 refused the edge, not the edge its viewer: S3's errors have a RequestId, CloudFront's own have none (FAIL-1). */
class OriginRefusedError extends AccessDeniedError {}

/** Reads documents through CloudFront. */
class Edge {
  #config;
  #clock;
  #route;
  #signer;

  /**
   * @param {import('./config.js').Config} config
   * @param {() => number} clock Unix time in milliseconds
   * @param {object} [way]
   * @param {import('./effects.js').Route | undefined} [way.route] How it is reached, if the environment has a say in that.
   * @param {Signer | undefined} [way.signer] of a private service
   */
  constructor(config, clock, { route, signer } = {}) {
    this.#config = config;
    this.#clock = clock;
    this.#route = route;
    this.#signer = signer;
  }

  /** Signs for a private service. */
  get signer() {
    return this.#signer;
  }

  /**
   * @param {string} path
   * @param {Asked} [asked]
   * @returns {import('./effects.js').Program<Answer>}
   * @throws {AccessDeniedError}
   * @throws {OriginRefusedError} of a public distribution
   * @throws {ConfigurationError} if the distribution is private and the service is not
   * @throws {import('./errors.js').CorruptValueError} OBJ-4
   * @throws {UnavailableError}
   */
  *read(path, { known, maxBytes = this.#config.maxValueBytes } = {}) {
    const start = this.#clock();
    const signature = this.#signer && (yield* this.#signer.signature());
    let response = yield* this.#ask(path, signature, known, maxBytes);
    if (response.status === 403 && signature && this.#signer?.renew(signature)) {
      response = yield* this.#ask(path, yield* this.#signer.signature(), known, maxBytes);
    }
    const isUnchanged = response.status === 304 && known !== undefined;
    if (response.status !== 200 && response.status !== 404 && !isUnchanged) throw this.#errorFor(response, path);
    const document = response.status === 200 ? decompress(response, maxBytes) : undefined;
    const end = this.#config.changes ? this.#clock() : undefined;
    const read = answer('edge', start, response, document, end);
    if (!Number.isNaN(read.age)) return read;
    const failure = { code: 'garbled', message: 'its Age is no number' };
    throw UnavailableError.because(`Reading ${path} from ${this.#config.edge.host}`, failure); // WIRE-4
  }

  /**
   * @param {string} path
   * @param {Signature | undefined} signature
   * @param {string | undefined} known
   * @param {number} maxBytes
   * @returns {import('./effects.js').Program<Response>}
   */
  *#ask(path, signature, known, maxBytes) {
    const { edge, distribution } = this.#config;
    const query = signature ? `?${signature.query}` : '';
    const response = yield {
      method: 'GET',
      url: edge.origin + path + query,
      headers: { host: distribution.host, ...(known && { 'if-none-match': `"${known}"` }) },
      maxBytes,
      route: this.#route,
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
    const isOrigins = !this.#signer && isOfS3(response);
    return new (isOrigins ? OriginRefusedError : AccessDeniedError)(`${distribution.host} refused to read ${path} (${code}): ${advice}.`);
  }
}

/**
 * @param {unknown} error
 * @returns {error is UnavailableError | CorruptValueError | OriginRefusedError} whether the edge failed (GET-4, FAIL-1)
 */
function isEdgeFailure(error) {
  return error instanceof UnavailableError || error instanceof CorruptValueError || error instanceof OriginRefusedError;
}

module.exports = { Edge, isEdgeFailure };
