'use strict';

const { randomUUID } = require('node:crypto');

const { AccessDeniedError, ConfigurationError, MemoryServiceError, UnavailableError } = require('./core/errors.js');
const { errorCode } = require('./core/refusals.js');

/** Paths of one request (INV-1). */
const MAX_PATHS = 1000;

/** Asks CloudFront to drop what its edges have (INV-1, INV-2). */
class Invalidation {
  #distributionId;
  #region;
  #client;

  /**
   * @param {Pick<import('./core/config.js').Config, 'distributionId' | 'region'>} config
   * @param {import('./aws.js').AwsClient} client
   */
  constructor({ distributionId, region }, client) {
    this.#distributionId = distributionId;
    this.#region = region;
    this.#client = client;
  }

  /**
   * @param {string[]} paths of URLs, of the letters that KEY-2 leaves: none needs an escape in XML
   * @param {(program: import('./core/effects.js').Program<void>) => Promise<void>} run
   * @param {'stored' | 'removed'} done What has happened all the same if this fails.
   * @returns {Promise<void>}
   * @throws {AccessDeniedError | ConfigurationError | UnavailableError} INV-2
   */
  async drop(paths, run, done) {
    try {
      for (let start = 0; start < paths.length; start += MAX_PATHS) await run(this.#ask(paths.slice(start, start + MAX_PATHS)));
    } catch (error) {
      if (!(error instanceof MemoryServiceError)) throw error;
      const Kind = /** @type {typeof MemoryServiceError} */ (error.constructor);
      const what = paths.length === 1 ? 'It was' : 'All were';
      throw new Kind(`${what} ${done}, but edges may serve their copies until these end: ${error.message}`, { cause: error });
    }
  }

  /**
   * https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html
   *
   * @param {string[]} paths
   * @returns {import('./core/effects.js').Program<void>}
   */
  *#ask(paths) {
    const items = paths.map((path) => `<Path>${path}</Path>`).join('');
    const batch = `<Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths>`;
    const namespace = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';
    const reference = `<CallerReference>${randomUUID()}</CallerReference>`;
    const what = `Invalidating ${paths.length === 1 ? paths[0] : `${paths.length} paths`} of the distribution ${this.#distributionId}`;
    const response = yield* this.#client.ask({
      service: 'cloudfront',
      endpoint: this.#client.endpoints.of('cloudfront', this.#region),
      method: 'POST',
      path: `/2020-05-31/distribution/${this.#distributionId}/invalidation`,
      headers: { 'content-type': 'application/xml' },
      body: Buffer.from(`<InvalidationBatch xmlns="${namespace}">${batch}${reference}</InvalidationBatch>`),
      what,
    });
    if (response.status < 300) return;
    const code = errorCode(response);
    if (code === 'NoSuchDistribution' || response.status === 404) {
      throw new ConfigurationError(`There is no distribution ${this.#distributionId} (${code}): check DISTRIBUTION_ID.`);
    }
    if (response.status === 403) {
      throw new AccessDeniedError(`CloudFront refused (${code}): allow cloudfront:CreateInvalidation on the distribution.`);
    }
    throw UnavailableError.because(what, { code, message: `status ${response.status}` });
  }
}

module.exports = { Invalidation };
