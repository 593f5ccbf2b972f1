'use strict';

const { httpDate, unchanged } = require('./bucket.js');
const { refusalOf } = require('./signatures.js');

/** @typedef {import('../lib/core/effects.js').Response} Response */
/** @typedef {import('../lib/core/effects.js').Failure} Failure */

const DEFAULT_TTL = 86_400; // seconds

/** CloudFront as Memory Service asks it: points of presence that keep copies, and signatures that open them. */
class Edges {
  #now;
  #origin;
  /** By point of presence and key. @type {Map<string, {key: string, answer: Response, fetched: number}>} */
  #copies = new Map();

  /** Whether a distribution wants signatures; of another, that a request has one says it. @type {Map<string, boolean>} */
  isPrivate = new Map();
  /** The public keys by their ids. @type {Map<string, import('node:crypto').KeyLike>} */
  keys = new Map();

  /**
   * @param {() => number} now Unix time in milliseconds
   * @param {(key: string) => Response | Failure} origin Asks S3, as an edge does.
   */
  constructor(now, origin) {
    this.#now = now;
    this.#origin = origin;
  }

  /**
   * @param {string} host the distribution's
   * @param {string} path
   * @param {URLSearchParams} query
   * @param {number} pop
   * @param {string} [known] The `If-None-Match` of the request.
   * @returns {Response}
   */
  answer(host, path, query, pop, known) {
    if (!(this.isPrivate.get(host) ?? query.has('Key-Pair-Id'))) return unchanged(this.#fromCache(`public${path}`, pop), known);
    const code = refusalOf(`https://${host}${path}`, query, this.keys, this.#now());
    return code === undefined ? unchanged(this.#fromCache(`private${path}`, pop), known) : this.#error(403, `<Error><Code>${code}</Code></Error>`);
  }

  /**
   * @param {'public' | 'private'} visibility
   * @param {string[]} paths of which one may end with `*`
   */
  drop(visibility, paths) {
    for (const path of paths) {
      const wanted = visibility + path;
      const isMeant = (/** @type {string} */ key) => (wanted.endsWith('*') ? key.startsWith(wanted.slice(0, -1)) : key === wanted);
      for (const [id, { key }] of this.#copies) if (isMeant(key)) this.#copies.delete(id);
    }
  }

  /**
   * @param {string} key
   * @param {number} pop
   * @returns {Response}
   */
  #fromCache(key, pop) {
    const id = `${pop} ${key}`;
    const held = this.#copies.get(id);
    const now = this.#now();
    const age = held ? (now - held.fetched) / 1000 : NaN;
    if (held && age >= 0 && age < lifetime(held.answer)) return this.#served(held.answer, 'Hit', age);
    const found = this.#origin(key);
    if ('failure' in found || found.status >= 500) {
      if (held && age < lifetime(held.answer) + seconds(/stale-if-error=([0-9]+)/, held.answer, 0)) return this.#served(held.answer, 'Hit', age);
      return this.#error('failure' in found ? 502 : found.status, '');
    }
    if (found.status !== 200) {
      this.#copies.delete(id);
      return this.#served(found, 'Error');
    }
    const isSame = held?.answer.headers.etag === found.headers.etag;
    this.#copies.set(id, { key, answer: found, fetched: now });
    return this.#served(found, isSame ? 'RefreshHit' : 'Miss');
  }

  /**
   * @param {Response} answer
   * @param {string} cache
   * @param {number} [age] seconds
   * @returns {Response}
   */
  #served(answer, cache, age) {
    const headers = { ...answer.headers, 'x-cache': `${cache} from cloudfront`, date: httpDate(this.#now()) };
    return { ...answer, headers: age === undefined ? headers : { ...headers, age: String(Math.floor(age)) } };
  }

  /**
   * @param {number} status
   * @param {string} body
   * @returns {Response}
   */
  #error(status, body) {
    return { status, headers: { 'x-cache': 'Error from cloudfront', date: httpDate(this.#now()) }, body: Buffer.from(body), cut: false };
  }
}

/** @param {Response} answer */
function lifetime(answer) {
  return seconds(/max-age=([0-9]+)/, answer, DEFAULT_TTL);
}

/**
 * @param {RegExp} directive
 * @param {Response} answer
 * @param {number} fallback
 */
function seconds(directive, { headers }, fallback) {
  return Number(directive.exec(headers['cache-control'] ?? '')?.[1] ?? fallback);
}

module.exports = { Edges };
