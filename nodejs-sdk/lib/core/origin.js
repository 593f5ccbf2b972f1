'use strict';

const { answer } = require('./answer.js');
const { Bucket } = require('./bucket.js');
const { decompress } = require('./compression.js');
const { CorruptValueError } = require('./errors.js');
const { errorCode } = require('./refusals.js');

/** Reads documents from S3 itself: strongly consistent, and there when the edge is not. */
class Origin {
  #config;
  #bucket;
  #clock;

  /**
   * @param {import('./config.js').Config} config
   * @param {import('./bucket.js').Client} client
   * @param {() => number} clock Unix time in milliseconds
   */
  constructor(config, client, clock) {
    this.#config = config;
    this.#bucket = new Bucket(config, client);
    this.#clock = clock;
  }

  /**
   * @param {string} key
   * @param {import('./edge.js').Asked} [asked]
   * @returns {import('./effects.js').Program<import('./answer.js').Answer>}
   * @throws {import('./errors.js').AccessDeniedError} without s3:ListBucket also for a key that is not there
   * @throws {import('./errors.js').ConfigurationError} if there is no such bucket in that region, or no credentials
   * @throws {import('./errors.js').CorruptValueError} OBJ-4
   * @throws {import('./errors.js').UnavailableError}
   */
  *read(key, { known, maxBytes = this.#config.maxValueBytes, takesCorrupt = false } = {}) {
    const { bucket } = this.#config;
    const what = `GET ${key} in the bucket ${bucket}`;
    const start = this.#clock();
    const response = yield* this.#bucket.ask({ method: 'GET', path: key, headers: known ? { 'if-none-match': `"${known}"` } : {}, what, maxBytes });
    const end = this.#config.changes ? this.#clock() : undefined;
    if (response.status === 200) return answer('s3', start, response, documentOf(response, maxBytes, takesCorrupt), end);
    if (response.status === 304 && known !== undefined) return answer('s3', start, response, undefined, end);
    const code = errorCode(response);
    if (response.status === 404 && code !== 'NoSuchBucket') return answer('s3', start, response, undefined, end);
    throw this.#bucket.errorFor({ ...response, code }, what);
  }
}

/**
 * @param {import('./effects.js').Response} response
 * @param {number} maxBytes
 * @param {boolean} takesCorrupt
 * @returns {Uint8Array} nothing, if it is corrupt and that is taken
 */
function documentOf(response, maxBytes, takesCorrupt) {
  try {
    return decompress(response, maxBytes);
  } catch (error) {
    if (takesCorrupt && error instanceof CorruptValueError) return new Uint8Array();
    throw error;
  }
}

module.exports = { Origin };
