'use strict';

const { readHeaders } = require('../lib/headers.js');

/** @typedef {import('../lib/core/effects.js').Response} Response */
/** @typedef {import('../lib/core/effects.js').Failure} Failure */
/** @typedef {import('./index.js').FaultOptions} FaultOptions */
/** @typedef {{left: number, silence: number}} Limits Milliseconds that a request has, and of silence. */

/** The request is not carried out. */
const BEFORE = ['refuse', 'reset', 'hang', 'status', 'keys', 'no-http'];
/** What only a real connection can have. */
const OF_CONNECTIONS = ['reset-kept'];
const AFTER = ['lost', 'slow', 'slow-head', 'cut', 'garbled', 'headers', 'early'];
const MAX_HEAD_BYTES = 64 * 1024;
const FLIPPED = 0xa5; // changes every byte

/** Something that goes wrong. No time passes: what is too slow fails at once, as it would have in the end. */
class Fault {
  #met = 0;

  /**
   * @param {'edge' | 's3' | 'origin'} where
   * @param {string} kind
   * @param {FaultOptions} [options]
   * @throws {RangeError} if there is no such kind
   */
  constructor(where, kind, options = {}) {
    if (OF_CONNECTIONS.includes(kind)) throw new RangeError(`a cloud in memory keeps no connections: ${kind} is for the local cloud`);
    if (![...BEFORE, ...AFTER].includes(kind)) throw new RangeError(`a cloud in memory has no fault ${kind}`);
    const { method, pop, times = Infinity, every = 1, status = 503, code = '', delay = 0, pause = 0, headers = '' } = options;
    this.where = where;
    this.kind = kind;
    // What an edge asks of S3 is known by its key; the bucket is one for all.
    const path = (options.path ?? '/').replace(where === 'origin' ? /^\/[^/]+(?=\/(public|private)\/)/ : /$^/, '');
    this.options = { path, method, pop, times, every, status, code, delay: delay * 1000, pause: pause * 1000, headers };
  }

  /** Whether the request is not carried out. */
  get isBefore() {
    return BEFORE.includes(this.kind);
  }

  /**
   * @param {string} where
   * @param {string} method
   * @param {string} path
   * @param {number | undefined} pop
   * @returns {boolean} whether such a request meets it
   */
  meets(where, method, path, pop) {
    const own = this.options;
    const isFor = this.where === where && path.startsWith(own.path) && (own.method ?? method) === method;
    if (!isFor || (own.pop !== undefined && own.pop !== pop)) return false;
    this.#met++;
    return this.#met % own.every === 0 && this.#met / own.every <= own.times;
  }

  /**
   * @param {Limits} limits
   * @param {Uint8Array} [asked] The body of the request.
   * @returns {Response | Failure} what comes instead of an answer
   */
  instead(limits, asked = new Uint8Array()) {
    if (this.kind === 'refuse') return failure('ECONNREFUSED', 'no connection to the cloud in memory', 'unsent');
    if (this.kind === 'hang' || this.#isLate(this.options.delay, limits)) return failure('timeout', 'the answer took too long', 'under way');
    if (this.kind === 'reset') return failure('ECONNRESET', 'the connection ended', 'ended');
    if (this.kind === 'no-http') return garbled();
    const { status, code } = this.options;
    if (this.kind === 'keys') return { status: 200, headers: {}, body: removalOfNone(asked, code), cut: false };
    const body = this.where === 'edge' ? Buffer.from(code && `<Error><Code>${code}</Code></Error>`) : refusal(status, code);
    return { status, headers: {}, body, cut: false };
  }

  /**
   * @param {Response} answer
   * @param {Limits} limits
   * @returns {Response | Failure} what becomes of it
   */
  spoilt(answer, limits) {
    const { delay, pause, headers } = this.options;
    if (this.kind === 'lost') return failure('ECONNRESET', 'the connection ended', 'ended');
    if (this.kind === 'cut') return failure('cut', 'the body ended early', 'ended');
    const bytes = { slow: answer.body.length, 'slow-head': answer.body.length + 300 }[this.kind] ?? 0;
    const isEndless = this.kind === 'early' && pause > 0;
    if (isEndless || this.#isLate(delay + bytes * pause, limits) || pause >= limits.silence) {
      return failure('timeout', 'the answer took too long', 'under way');
    }
    if (this.kind === 'garbled') return { ...answer, body: answer.body.map((byte) => byte ^ FLIPPED) };
    return this.kind === 'headers' ? withHeaders(answer, headers) : answer;
  }

  /**
   * @param {number} milliseconds
   * @param {Limits} limits
   */
  #isLate(milliseconds, { left, silence }) {
    return milliseconds > left || this.options.delay >= silence;
  }
}

/**
 * @param {number} status
 * @param {string} code
 * @returns {Uint8Array} an error of S3, whose `RequestId` tells it from one of CloudFront
 */
function refusal(status, code) {
  const told = code || (status === 403 ? 'AccessDenied' : '');
  return Buffer.from(`<Error>${told && `<Code>${told}</Code>`}<RequestId>0</RequestId></Error>`);
}

/**
 * @param {Uint8Array} asked The body of a removal of many keys.
 * @param {string} code
 * @returns {Uint8Array} what S3 says if it has removed none of them
 */
function removalOfNone(asked, code) {
  const errors = [...Buffer.from(asked).toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([key]) => `<Error>${key}<Code>${code || 'InternalError'}</Code></Error>`);
  return Buffer.from(`<DeleteResult>${errors.join('')}</DeleteResult>`);
}

/**
 * @param {Response} answer
 * @param {string} text Lines that replace the answer's own of these names; the first may be a status line.
 * @returns {Response | Failure} as it would be read from a connection
 */
function withHeaders(answer, text) {
  const lines = text.split('\n');
  const [, status = answer.status] = /^HTTP\/1\.1 (\d{3})/.exec(lines[0]) ?? [];
  if (lines[0].startsWith('HTTP/')) lines.shift();
  const pairs = lines.filter(Boolean).map((line) => /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line));
  if (pairs.includes(null) || text.length > MAX_HEAD_BYTES || Number(status) === 101) return garbled();
  const replaced = new Set(pairs.map((pair) => String(pair?.[1]).toLowerCase()));
  const kept = Object.entries(answer.headers).filter(([name, value]) => !replaced.has(name) && value !== undefined);
  const raw = [...kept.flat(), ...pairs.flatMap((pair) => pair?.slice(1) ?? [])];
  const headers = readHeaders(/** @type {string[]} */ (raw));
  const lengths = new Set(pairs.filter((pair) => pair?.[1].toLowerCase() === 'content-length').map((pair) => pair?.[2]));
  if (!headers || lengths.size > 1) return garbled();
  const [length] = lengths;
  if (length !== undefined && !/^[0-9]+$/.test(length)) return garbled();
  if (Number(length) > answer.body.length) return failure('cut', 'the body ended early', 'ended');
  return { ...answer, status: Number(status), headers, body: answer.body.subarray(0, length === undefined ? undefined : Number(length)) };
}

function garbled() {
  return failure('garbled', 'the answer is no HTTP/1.1', 'garbled');
}

/**
 * @param {string} code
 * @param {string} message
 * @param {import('../lib/core/effects.js').Fate} fate
 * @returns {Failure}
 */
function failure(code, message, fate) {
  return { failure: { code, message, fate } };
}

module.exports = { Fault };
