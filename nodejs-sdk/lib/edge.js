'use strict';

const { answer } = require('./answer.js');
const { errorCode } = require('./aws.js');
const { decompress } = require('./compression.js');
const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./wire.js').Response} Response */

/** @typedef {import('./answer.js').Answer} Answer */

/** CloudFront's codes for a URL that should have been signed. */
const UNSIGNED_CODES = new Set(['MissingKey', 'InvalidKey']);

/** S3 refused the edge, not the edge its viewer: S3's errors have a RequestId, CloudFront's own have none (FAIL-1). */
class OriginRefusedError extends AccessDeniedError {}

/** Reads documents through CloudFront. */
class Edge {
  #config;
  #clock;
  #route;
  /** @type {import('./signing.js').Signer | undefined} */
  #signer;

  /**
   * @param {import('./config.js').Config} config
   * @param {string} service
   * @param {() => number} clock Unix time in milliseconds
   * @param {object} [aws]
   * @param {import('./route.js').Route} [aws.route] How it is reached, if the environment has a say in that.
   * @param {() => import('./aws.js').AwsClient} [aws.client] What a key behind an ARN is read with.
   * @throws {ConfigurationError} if the service is private and its key is of no use
   */
  constructor(config, service, clock, { route, client } = {}) {
    this.#config = config;
    this.#clock = clock;
    this.#route = route;
    if (config.visibility === 'public') return;
    const { Signer } = require('./signing.js'); // here, because public services need none of it
    this.#signer = new Signer(config, service, clock, client);
  }

  /** Signs for a private service. */
  get signer() {
    return this.#signer;
  }

  /**
   * @param {string} path
   * @returns {import('./effects.js').Program<Answer>}
   * @throws {AccessDeniedError}
   * @throws {OriginRefusedError} of a public distribution
   * @throws {ConfigurationError} if the distribution is private and the service is not
   * @throws {import('./errors.js').CorruptValueError} OBJ-4
   * @throws {UnavailableError}
   */
  *read(path) {
    const start = this.#clock();
    const signature = this.#signer && (yield* this.#signer.signature());
    let response = yield* this.#ask(path, signature);
    if (response.status === 403 && signature && this.#signer?.renew(signature)) {
      response = yield* this.#ask(path, yield* this.#signer.signature());
    }
    if (response.status !== 200 && response.status !== 404) throw this.#errorFor(response, path);
    const document = response.status === 200 ? decompress(response, this.#config.maxValueBytes) : undefined;
    const read = answer('edge', start, response, document);
    if (!Number.isNaN(read.age)) return read;
    const failure = { code: 'garbled', message: 'its Age is no number' };
    throw UnavailableError.because(`Reading ${path} from ${this.#config.edge.host}`, failure); // WIRE-4
  }

  /**
   * @param {string} path
   * @param {import('./signing.js').Signature | undefined} signature
   * @returns {import('./effects.js').Program<Response>}
   */
  *#ask(path, signature) {
    const { edge, distribution, maxValueBytes } = this.#config;
    const query = signature ? `?${signature.query}` : '';
    const response = yield {
      method: 'GET',
      url: edge.origin + path + query,
      headers: { host: distribution.host },
      maxBytes: maxValueBytes,
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
    const isOrigins = !this.#signer && Buffer.from(response.body).includes('<RequestId>');
    return new (isOrigins ? OriginRefusedError : AccessDeniedError)(`${distribution.host} refused to read ${path} (${code}): ${advice}.`);
  }
}

module.exports = { Edge, OriginRefusedError };
