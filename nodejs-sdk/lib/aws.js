'use strict';

const { learnClock } = require('./core/aws-clock.js');
const { dateIn } = require('./core/dates.js');
const { UnavailableError } = require('./core/errors.js');
const { ExpiredError } = require('./core/fence.js');
const { errorCode, isOutOfTime } = require('./core/refusals.js');
const { sign, signQuery } = require('./sigv4.js');

/** @typedef {import('./core/effects.js').Response} Response */
/** @typedef {import('./core/effects.js').Failure} Failure */
/** @typedef {import('./core/bucket.js').Call} Call */
/** @typedef {import('./core/bucket.js').Doubt} Doubt */

const MAX_ANSWER_BYTES = 64 * 1024;

/** How often a request is sent at most (RETRY-1). */
const MAX_SENDS = 4;

const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504]);
const RETRIED_CODES = new Set([
  'SlowDown',
  'RequestTimeout',
  'RequestTimeoutException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'TransactionInProgressException',
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'PriorRequestNotComplete',
  'EC2ThrottledException',
]);
const CLOCK_CODES = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture', 'InvalidSignatureException', 'SignatureDoesNotMatch']);
/** Minutes that AWS's clock may differ before it refuses; a wrong signature may have other reasons. */
const TOLERATED_SKEW = 4 * 60_000;

/** Milliseconds: as between two attempts of an update (UPD-2). */
const FIRST_PAUSE = 20;
const MAX_PAUSE = 1000;
/** After S3 has asked for it, a pause is longer by this factor (RETRY-1). */
const SLOW_DOWN = 5;

/** Asks AWS, signed with Signature Version 4, and again if that is of use (RETRY-1 to RETRY-3, WRITE-1 to WRITE-3). */
class AwsClient {
  #identity;
  #random;

  /**
   * @param {import('./endpoints.js').Endpoints} endpoints
   * @param {import('./credential-source.js').Identity} identity Who asks.
   * @param {() => number} [random]
   */
  constructor(endpoints, identity, random = Math.random) {
    this.endpoints = endpoints;
    this.#identity = identity;
    this.#random = random;
  }

  /** @returns {import('./core/effects.js').Program<import('./core/effects.js').Credentials>} what requests are signed with now */
  credentials() {
    return this.#identity();
  }

  /**
   * @param {Call} call
   * @returns {import('./core/effects.js').Program<Response & Doubt>} the response, whatever its status below 500
   * @throws {UnavailableError}
   * @throws {ExpiredError} if its announcement is too old
   * @throws {import('./core/errors.js').ConfigurationError} without credentials
   */
  *ask(call) {
    let isInDoubt = false;
    let hasLearntClock = false;
    for (let count = 1, limit = FIRST_PAUSE; ; count++, limit = Math.min(2 * limit, MAX_PAUSE)) {
      if (call.fence?.isOver) throw expired(call, isInDoubt);
      const outcome = yield* this.#send(call);
      const code = 'failure' in outcome ? '' : codeOf(outcome);
      if (!('failure' in outcome) && !hasLearntClock && isClockWrong(outcome, code)) {
        hasLearntClock = true;
        if (!call.fence) continue;
        throw expired(call, isInDoubt); // its signature would be the same
      }
      if (call.fence && !('failure' in outcome) && isExpired(outcome, code)) throw expired(call, isInDoubt || Boolean(outcome.isResent));
      const again = count < MAX_SENDS && isToBeSentAgain(outcome, code, call.kind);
      isInDoubt ||= leavesDoubt(outcome, call.kind);
      if (again) {
        const factor = 'status' in outcome && (outcome.status === 429 || outcome.status === 503) ? SLOW_DOWN : 1;
        const paused = yield { pause: this.#random() * limit * factor };
        if (!('failure' in paused)) continue;
      }
      if ('failure' in outcome) throw UnavailableError.because(call.what, outcome.failure, isInDoubt);
      if (outcome.status < 500 && outcome.status !== 429) return { ...outcome, isInDoubt };
      throw UnavailableError.because(call.what, { code, message: `status ${outcome.status}` }, isInDoubt);
    }
  }

  /**
   * @param {Call} call
   * @returns {import('./core/effects.js').Program<Response | Failure>}
   */
  *#send({ service, endpoint, method, path, headers, body: given, fence, maxBytes = MAX_ANSWER_BYTES }) {
    const isSentOnce = typeof given === 'function';
    const isLong = method === 'POST' && service === 's3'; // it removes many
    const body = isSentOnce ? given() : given;
    const url = new URL(endpoint.url + path);
    const { region, route } = endpoint;
    if (fence) {
      const request = signQuery({ region, method, url, headers, body }, fence.time, fence.lifetime, yield* this.#identity());
      return yield { method, ...request, body, maxBytes, route, end: fence.end, isSentOnce, isLong };
    }
    const signed = sign({ service, region, method, url, headers, body }, yield* this.#identity());
    return yield { method, url: url.href, headers: signed, body, maxBytes, route, isSentOnce, isLong };
  }
}

/**
 * @param {Response | Failure} outcome
 * @param {string} code
 * @param {Call['kind']} kind
 * @returns {boolean} RETRY-1, RETRY-3, WRITE-3, WRITE-4
 */
function isToBeSentAgain(outcome, code, kind) {
  if ('failure' in outcome) {
    const { fate = 'unsent' } = outcome.failure;
    if (fate === 'unsent') return true;
    return kind === undefined || (kind === 'write' && fate === 'ended');
  }
  const { status } = outcome;
  if (!RETRIED_STATUSES.has(status) && !RETRIED_CODES.has(code)) return false;
  // What became of a conditional write is looked at first.
  return kind !== 'conditional write' || status === 429 || status === 503;
}

/**
 * @param {Response | Failure} outcome
 * @param {Call['kind']} kind
 * @returns {boolean} WRITE-2
 */
function leavesDoubt(outcome, kind) {
  if (kind === undefined) return false;
  if (outcome.isResent) return true;
  if ('failure' in outcome) return outcome.failure.fate !== 'unsent';
  return outcome.status >= 500 && outcome.status !== 503;
}

/**
 * @param {Response} response
 * @param {string} code
 * @returns {boolean} whether AWS has refused the time of the signature, and another one will do (AWS-1)
 */
function isClockWrong({ status, headers }, code) {
  if (status < 400 || status >= 500 || !CLOCK_CODES.has(code)) return false;
  const date = dateIn(headers.date);
  const isCertain = code.startsWith('Request') || Math.abs(date - Date.now()) > TOLERATED_SKEW;
  return isCertain && learnClock(date);
}

/**
 * @param {Response} response
 * @param {string} code
 * @returns {boolean} whether S3 has refused a signature in a query because it came too late
 */
function isExpired(response, code) {
  return response.status === 403 && code === 'AccessDenied' && isOutOfTime(response);
}

/**
 * @param {Call} call
 * @param {boolean} isInDoubt
 */
function expired({ what }, isInDoubt) {
  const failure = { code: 'expired', message: 'its announcement is too old' };
  return ExpiredError.because(what, failure, isInDoubt);
}

/**
 * @param {Response} response
 * @returns {string} the code in the answer to a request that was refused
 */
function codeOf(response) {
  return response.status < 400 ? '' : errorCode(response);
}

module.exports = { AwsClient };
