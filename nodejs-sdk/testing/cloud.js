'use strict';

const { LIMITS } = require('../lib/core/limits.js');
const { double } = require('../lib/double.js');
const { Bucket, httpDate } = require('./bucket.js');
const { Clock } = require('./clock.js');
const { Edges } = require('./edges.js');
const { Fault } = require('./fault.js');
const { Services } = require('./services.js');

/** @typedef {import('../lib/core/effects.js').Deed} Effect */
/** @typedef {import('../lib/core/effects.js').Outcome} Outcome */
/** @typedef {import('../lib/core/effects.js').Request} Request */
/** @typedef {import('../lib/core/effects.js').Response} Response */
/** @typedef {import('../lib/core/effects.js').Failure} Failure */

const ACCESS_KEY = 'AKIATESTING';
const SCOPE = /Credential=([^/]+)\/[0-9]+\/[^/]+\/([a-z0-9]+)\/aws4_request/;
/** The same of a request that is signed in its query. */
const QUERY_SCOPE = /^([^/]+)\/[0-9]+\/[^/]+\/([a-z0-9]+)\/aws4_request$/;
const BUCKET_HOST = /^(.+)\.s3[.-].+/;

/** S3, CloudFront and what else Memory Service asks, in memory. */
class Cloud {
  #now;
  #bucket;
  #edges;
  #services;
  #points;
  #buckets;
  #distributionIds;
  #pop = 0;
  /** @type {Fault[]} */
  #faults = [];
  /** @type {{act: () => void | Promise<void>, method: string, key: string, times: number}[]} */
  #hooks = [];
  /** Those that it has taken the place of. @type {(import('../lib/double.js').Double | undefined)[]} */
  #before = [];

  /** @type {import('./index.js').Asked[]} */
  requests = [];

  /** @param {import('./index.js').CloudOptions} [options] */
  constructor({ clock = new Clock(), pointsOfPresence = 1, buckets, distributions = {}, distributionIds } = {}) {
    this.clock = clock;
    this.#now = () => clock.now();
    this.#points = pointsOfPresence;
    this.#buckets = buckets && new Set(buckets);
    this.#distributionIds = distributionIds;
    this.#bucket = new Bucket(this.#now);
    this.#edges = new Edges(this.#now, (key) => this.#fromOrigin(key));
    this.#edges.isPrivate = new Map(Object.entries(distributions).map(([host, kind]) => [host, kind === 'private']));
    this.#services = new Services(this.#now, (id, paths) => this.#drop(id, paths));
  }

  /** @param {Record<string, unknown>} [changes] */
  conf(changes) {
    return { DISTRIBUTION: 'public.testing', BUCKET_NAME: 'testing', REGION: 'us-east-1', ...changes };
  }

  get objects() {
    return this.#bucket.objects;
  }

  get parameters() {
    return this.#services.parameters;
  }

  get secrets() {
    return this.#services.secrets;
  }

  get invalidations() {
    return this.#services.invalidations;
  }

  /**
   * @param {string} publicKeyId
   * @param {import('node:crypto').KeyLike} publicKey
   */
  trust(publicKeyId, publicKey) {
    this.#edges.keys.set(publicKeyId, publicKey);
  }

  /**
   * @param {string} key
   * @param {Uint8Array | string} body
   * @param {Record<string, string>} [headers]
   */
  put(key, body, headers = {}) {
    return this.#bucket.put(key, Buffer.from(body), headers);
  }

  /** @param {number} pop */
  roam(pop) {
    if (!(pop >= 0 && pop < this.#points)) throw new RangeError(`there are ${this.#points} points of presence, from 0`);
    this.#pop = pop;
  }

  /**
   * @param {'edge' | 's3' | 'origin'} where
   * @param {string} kind
   * @param {import('./index.js').FaultOptions} [options]
   */
  fail(where, kind, options) {
    this.#faults.push(new Fault(where, kind, options));
  }

  /**
   * @param {() => void | Promise<void>} act
   * @param {{method: string, key?: string, times?: number}} when
   */
  meanwhile(act, { method, key = '', times = 1 }) {
    this.#hooks.push({ act, method, key, times });
  }

  heal() {
    this.#faults = [];
    this.#hooks = [];
  }

  /**
   * @param {string} host
   * @param {string} target Path and query.
   * @returns {{status: number}} what an edge says to a program without an SDK
   */
  fetch(host, target) {
    const { pathname, searchParams } = new URL(target, `https://${host}`);
    return { status: this.#edges.answer(host, pathname, searchParams, this.#pop).status };
  }

  start() {
    this.#before.push(double.current);
    double.replace({ perform: (effect, left) => this.#perform(effect, left), now: this.#now });
    return this;
  }

  stop() {
    double.replace(this.#before.pop());
  }

  [Symbol.dispose ?? Symbol.for('dispose')]() {
    this.stop();
  }

  /**
   * @param {Effect} effect
   * @param {number} left milliseconds
   * @returns {Outcome | Promise<Outcome>} a promise if somebody's `meanwhile` takes its time
   */
  #perform(effect, left) {
    if ('pause' in effect) return { paused: true };
    if ('url' in effect) return this.#send(effect, left);
    return { credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: 'testing' } };
  }

  /**
   * @param {Request} request
   * @param {number} left milliseconds
   * @returns {Response | Failure | Promise<Response | Failure>}
   */
  #send(request, left) {
    const { method, url, headers, body } = request;
    const { host, pathname, searchParams } = new URL(url);
    const signed = SCOPE.exec(headers.authorization ?? '') ?? QUERY_SCOPE.exec(searchParams.get('X-Amz-Credential') ?? '');
    const [, accessKey = null, service = 'edge'] = signed ?? [];
    if (service === 'edge') {
      const pop = this.#pop;
      // There is nothing at an EDGE_ENDPOINT: this cloud has the distributions themselves.
      if (headers.host !== host) return { failure: { code: 'ECONNREFUSED', message: 'no connection in a cloud in memory', fate: 'unsent' } };
      const act = () => this.#edges.answer(host, pathname, searchParams, pop, headers['if-none-match']);
      return this.#carryOut({ where: 'edge', method, path: pathname, pop, accessKey }, request, left, act);
    }
    if (service !== 's3') {
      const text = Buffer.from(body ?? '').toString();
      const act = () => this.#services.answer(service, pathname, text);
      return this.#carryOut({ where: service, method, path: pathname, pop: undefined, accessKey }, request, left, act);
    }
    const [, own] = BUCKET_HOST.exec(host) ?? [];
    const [bucket, ...parts] = own ? [own, pathname.slice(1)] : pathname.slice(1).split('/');
    const key = parts.join('/');
    const act = () => this.#ofS3(request, bucket, key, searchParams);
    const asked = { where: 's3', method, path: `/${bucket}/${key}`, pop: undefined, accessKey, ...signatureIn(searchParams) };
    const carryOut = () => this.#carryOut(asked, request, left, act);
    const happening = this.#runHooks(method, key);
    return happening ? happening.then(carryOut) : carryOut();
  }

  /**
   * @param {Request} request
   * @param {string} bucket
   * @param {string} key
   * @param {URLSearchParams} query
   */
  #ofS3(request, bucket, key, query) {
    if (this.#buckets && !this.#buckets.has(bucket)) return this.#bucket.refusal(404, 'NoSuchBucket');
    if (hasExpired(query, this.#now())) return this.#bucket.refusal(403, 'AccessDenied', 'Request has expired');
    return this.#bucket.answer(request, key, query);
  }

  /** @param {string} key */
  #fromOrigin(key) {
    const fault = this.#faults.find((one) => one.isBefore && one.meets('origin', 'GET', `/${key}`, undefined));
    return fault ? fault.instead({ left: Infinity, silence: LIMITS.silence }) : this.#bucket.found(key);
  }

  /**
   * @param {import('./index.js').Asked} asked
   * @param {Request} request
   * @param {number} left milliseconds
   * @param {() => Response} act
   * @returns {Response | Failure}
   */
  #carryOut(asked, { maxBytes, body, isLong }, left, act) {
    const { where, method, path, pop } = asked;
    const limits = { left, silence: isLong ? Infinity : LIMITS.silence };
    this.requests.push(asked);
    const fault = this.#faults.find((one) => one.meets(where, method, path, pop));
    if (fault?.isBefore) {
      const instead = fault.instead(limits, body);
      if (!('status' in instead)) return instead;
      asked.status = instead.status;
      return { ...instead, headers: { ...instead.headers, date: httpDate(this.#now()) } };
    }
    const answer = act();
    asked.status = answer.status;
    const cut = answer.body.length > maxBytes;
    const read = { ...answer, body: cut ? answer.body.subarray(0, maxBytes) : answer.body, cut };
    return fault ? fault.spoilt(read, limits) : read;
  }

  /**
   * @param {string} method
   * @param {string} key
   * @returns {Promise<unknown> | undefined} that all has happened, if anything takes its time
   */
  #runHooks(method, key) {
    const due = this.#hooks.filter((one) => one.method === method && key.startsWith(one.key) && one.times > 0);
    for (const hook of due) hook.times--;
    const acts = due.map(({ act }) => act()).filter((act) => act instanceof Promise);
    return acts.length === 0 ? undefined : Promise.all(acts);
  }

  /**
   * @param {string} id
   * @param {string[]} paths
   */
  #drop(id, paths) {
    const host = this.#distributionIds?.[id];
    if (this.#distributionIds && host === undefined) return false;
    const isPrivate = host === undefined ? undefined : (this.#edges.isPrivate.get(host) ?? false);
    if (isPrivate !== true) this.#edges.drop('public', paths);
    if (isPrivate !== false) this.#edges.drop('private', paths);
    return true;
  }
}

/**
 * @param {URLSearchParams} query
 * @returns {{signedAt?: number, expires?: number}} of a request that was signed in its query: when, in Unix milliseconds, and for how many seconds
 */
function signatureIn(query) {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  if (parts.length === 0) return {};
  return { signedAt: Date.UTC(year, month - 1, day, hour, minute, second), expires: Number(query.get('X-Amz-Expires')) };
}

/**
 * @param {URLSearchParams} query
 * @param {number} now Unix time in milliseconds
 * @returns {boolean} whether its signature was valid no longer
 */
function hasExpired(query, now) {
  const { signedAt = Infinity, expires = 0 } = signatureIn(query);
  return now > signedAt + expires * 1000;
}

/**
 * @param {{after: (end: () => void) => void}} context of a test
 * @param {import('./index.js').CloudOptions} [options]
 */
function cloudFor(context, options) {
  const cloud = new Cloud(options).start();
  context.after(() => cloud.stop());
  return cloud;
}

module.exports = { Cloud, Clock, cloudFor };
