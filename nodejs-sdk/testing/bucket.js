'use strict';

const { createHash } = require('node:crypto');

/** @typedef {import('../lib/core/effects.js').Response} Response */

/**
 * @typedef {object} StoredObject
 * @property {Uint8Array} body as it is stored
 * @property {Record<string, string>} headers `content-type`, `content-encoding` and `cache-control`, as far as they are set
 * @property {string} version The ETag without quotes.
 * @property {number} modified Unix time in milliseconds
 * @property {string} storageClass
 * @property {Record<string, string>} tags
 */

const PAGE = 1000;
const TOKEN = '1+/='; // S3's tokens have all that a query must escape
const KEPT = ['content-type', 'content-encoding', 'cache-control'];

/** S3 as Memory Service asks it: objects, conditions, listings. */
class Bucket {
  #now;
  /** By key. @type {Map<string, StoredObject>} */
  objects = new Map();
  /** Of a bucket with versions a listing passes what was removed, and a page may have nothing else. @type {Set<string>} */
  #removedKeys = new Set();

  /** @param {() => number} now Unix time in milliseconds */
  constructor(now) {
    this.#now = now;
  }

  /**
   * @param {string} key
   * @param {Uint8Array} body
   * @param {Record<string, string>} given Headers of a put.
   * @returns {StoredObject}
   */
  put(key, body, given) {
    const own = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
    const stored = {
      body: Uint8Array.from(body),
      headers: Object.fromEntries(KEPT.filter((name) => name in own).map((name) => [name, own[name]])),
      version: createHash('md5').update(body).digest('hex'),
      modified: this.#now(),
      storageClass: own['x-amz-storage-class'] ?? 'STANDARD',
      tags: Object.fromEntries(new URLSearchParams(own['x-amz-tagging'] ?? '')),
    };
    this.objects.set(key, stored);
    return stored;
  }

  /**
   * @param {import('../lib/core/effects.js').Request} request
   * @param {string} key Empty for the bucket itself.
   * @param {URLSearchParams} query
   * @returns {Response}
   */
  answer({ method, headers, body = new Uint8Array() }, key, query) {
    if (key === '') return query.has('delete') ? this.#removed(body) : this.#listed(query);
    if (method === 'PUT') return this.#put(key, headers, body);
    if (method === 'GET') return unchanged(this.found(key), headers['if-none-match']);
    this.#remove(key);
    return this.#response(204, {});
  }

  /** @param {string} key */
  found(key) {
    const stored = this.objects.get(key);
    if (!stored) return this.refusal(404, 'NoSuchKey');
    /** @type {Record<string, string>} */
    const headers = { ...stored.headers, etag: `"${stored.version}"`, 'last-modified': httpDate(stored.modified) };
    if (stored.storageClass !== 'STANDARD') headers['x-amz-storage-class'] = stored.storageClass; // as S3 does it
    return this.#response(200, headers, stored.body);
  }

  /**
   * @param {number} status
   * @param {string} code
   * @param {string} [message]
   */
  refusal(status, code, message = '') {
    return this.#response(status, {}, text(`<Error><Code>${code}</Code><Message>${message}</Message><RequestId>0</RequestId></Error>`));
  }

  /**
   * @param {string} key
   * @param {Record<string, string>} headers
   * @param {Uint8Array} body
   */
  #put(key, headers, body) {
    const stored = this.objects.get(key);
    const wanted = headers['if-match'];
    if (headers['if-none-match'] === '*' && stored) return this.refusal(412, 'PreconditionFailed');
    if (wanted !== undefined && !stored) return this.refusal(404, 'NoSuchKey');
    if (wanted !== undefined && wanted !== `"${stored?.version}"`) return this.refusal(412, 'PreconditionFailed');
    return this.#response(200, { etag: `"${this.put(key, body, headers).version}"` });
  }

  /** @param {Uint8Array} body */
  #removed(body) {
    for (const [, key] of Buffer.from(body).toString().matchAll(/<Key>(.*?)<\/Key>/g)) this.#remove(key);
    return this.#response(200, {}, text('<DeleteResult></DeleteResult>'));
  }

  /** @param {string} key */
  #remove(key) {
    this.objects.delete(key);
    this.#removedKeys.add(key);
  }

  /** @param {URLSearchParams} query */
  #listed(query) {
    const prefix = query.get('prefix') ?? '';
    const token = query.get('continuation-token') ?? TOKEN;
    if (!token.startsWith(TOKEN)) return this.refusal(400, 'InvalidArgument');
    const after = token.slice(TOKEN.length);
    const passed = [...new Set([...this.objects.keys(), ...this.#removedKeys])];
    const keys = passed.filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE);
    const isCut = keys.length > PAGE;
    const next = isCut ? `<NextContinuationToken>${escape(TOKEN + page.at(-1))}</NextContinuationToken>` : '';
    const stored = page.filter((key) => this.objects.has(key));
    const contents = stored.map((key) => `<Contents><Key>${escape(key)}</Key></Contents>`).join('');
    return this.#response(200, {}, text(`<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents}</ListBucketResult>`));
  }

  /**
   * @param {number} status
   * @param {Record<string, string>} headers
   * @param {Uint8Array} [body]
   * @returns {Response}
   */
  #response(status, headers, body = new Uint8Array()) {
    return { status, headers: { ...headers, date: httpDate(this.#now()) }, body, cut: false };
  }
}

/**
 * @param {Response} answer
 * @param {string | undefined} known The `If-None-Match` of the request.
 * @returns {Response} the same, without its body if that is known
 */
function unchanged(answer, known) {
  if (answer.status !== 200 || known === undefined || known !== answer.headers.etag) return answer;
  return { ...answer, status: 304, body: new Uint8Array() };
}

/** @param {number} time Unix time in milliseconds */
function httpDate(time) {
  return new Date(time).toUTCString();
}

/** @param {string} characters */
function text(characters) {
  return Buffer.from(characters);
}

/** @param {string} characters */
function escape(characters) {
  return characters.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
}

module.exports = { Bucket, httpDate, unchanged };
