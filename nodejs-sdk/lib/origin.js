'use strict';

const { answer } = require('./answer.js');
const { errorCode } = require('./aws.js');
const { Bucket } = require('./bucket.js');
const { decompress } = require('./compression.js');

/** Reads documents from S3 itself: strongly consistent, and there when the edge is not. */
class Origin {
  #config;
  #bucket;
  #clock;

  /**
   * @param {import('./config.js').Config} config
   * @param {import('./aws.js').AwsClient} client
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor(config, client, clock) {
    this.#config = config;
    this.#bucket = new Bucket(config, client);
    this.#clock = clock;
  }

  /**
   * @param {string} key
   * @returns {import('./effects.js').Program<import('./answer.js').Answer>}
   * @throws {import('./errors.js').AccessDeniedError} without s3:ListBucket also for a key that is not there
   * @throws {import('./errors.js').ConfigurationError} if there is no such bucket in that region, or no credentials
   * @throws {import('./errors.js').CorruptValueError} OBJ-4
   * @throws {import('./errors.js').UnavailableError}
   */
  *read(key) {
    const { bucket, maxValueBytes } = this.#config;
    const what = `GET ${key} in the bucket ${bucket}`;
    const start = this.#clock();
    const response = yield* this.#bucket.ask({ method: 'GET', path: key, what, maxBytes: maxValueBytes });
    if (response.status === 200) return answer('s3', start, response, decompress(response, maxValueBytes));
    const code = errorCode(response);
    if (response.status === 404 && code !== 'NoSuchBucket') return answer('s3', start, response, undefined);
    throw this.#bucket.errorFor({ ...response, code }, what);
  }
}

module.exports = { Origin };
