'use strict';

const { ConfigurationError, UnavailableError } = require('./core/errors.js');
const { isPrefix, locate, locatePrefix, refuseReserved } = require('./core/names.js');
const { cacheControlOf, checkGrantTtl, checkMaxBytes, formOf } = require('./core/options.js');
const { formFields, formSignature } = require('./sigv4.js');

/** @typedef {import('./core/options.js').PutOptions} PutOptions */

/**
 * What is to be granted, checked.
 *
 * @typedef {object} Terms
 * @property {{prefix: string} | {name: string}} what
 * @property {string} key of the name, or what all keys under the prefix begin with
 * @property {number} lifetime of the grant, in seconds
 * @property {number} maxBytes What a document may take.
 * @property {PutOptions} options Those of each put.
 */

/**
 * @typedef {object} Making
 * @property {string} place
 * @property {import('./endpoints.js').Endpoint} endpoint of the bucket
 * @property {Terms} terms
 * @property {import('./core/generations.js').Generations | undefined} generations of the tags that the values have
 * @property {import('./core/effects.js').Credentials} credentials
 * @property {number} now Unix time in whole seconds, as S3 has it; with a change record that of the announcement
 */

/** Seconds that others may write for at most, where that is announced (CHG-21). */
const LONGEST_ANNOUNCED = 900;

/** What lets its holder store what lies under one prefix, or one name, until its end (WGRANT-1). */
class WriteGrant {
  #expires;
  #forms;

  /**
   * @param {object} told
   * @param {string} told.distribution
   * @param {'public' | 'private'} told.visibility
   * @param {string} told.service
   * @param {{prefix?: string, name?: string}} told.what
   * @param {string} told.url
   * @param {number} told.maxBytes
   * @param {number | undefined} told.ttl
   * @param {ReadonlyMap<string, string>} told.tags
   * @param {number} expires Unix time in seconds
   * @param {{plain: Record<string, string>, gzip: Record<string, string>}} forms
   */
  constructor({ distribution, visibility, service, what, url, maxBytes, ttl, tags }, expires, forms) {
    this.distribution = distribution;
    this.visibility = visibility;
    this.service = service;
    this.prefix = what.prefix;
    this.name = what.name;
    this.url = url;
    this.expiresAt = new Date(expires * 1000);
    this.maxBytes = maxBytes;
    this.ttlSeconds = ttl;
    this.tags = tags;
    this.#expires = expires;
    this.#forms = forms;
    Object.freeze(this);
  }

  /** The fields of its forms: whoever sees them can write. They are not printed with the rest (KEYS-4). */
  get forms() {
    return this.#forms;
  }

  /** WGRANT-6 */
  toJSON() {
    const { distribution, visibility, service, prefix, name, url, maxBytes, ttlSeconds, tags } = this;
    return {
      ...{ distribution, visibility, service, ...(prefix === undefined ? { name } : { prefix }) },
      ...{ url, expires_at: this.#expires * 1000, max_bytes: maxBytes },
      ...(ttlSeconds !== undefined && { ttl: ttlSeconds }),
      ...(tags.size > 0 && { tags: Object.fromEntries(tags) }),
      forms: this.#forms,
    };
  }
}

/**
 * Check what a caller asked for (WGRANT-1, WGRANT-2).
 *
 * @param {import('./core/config.js').Config} config
 * @param {string} place
 * @param {unknown} what
 * @param {unknown} ttl
 * @param {unknown} maxBytes
 * @param {PutOptions} options
 * @returns {Terms}
 * @throws {ConfigurationError}
 * @throws {import('./core/errors.js').InvalidNameError}
 */
function checkTerms({ visibility, maxGrant, maxValueBytes, changes }, place, what, ttl, maxBytes, options) {
  const lifetime = checkGrantTtl(ttl, changes ? Math.min(maxGrant, LONGEST_ANNOUNCED) : maxGrant);
  const checked = { lifetime, maxBytes: checkMaxBytes(maxBytes, maxValueBytes), options };
  if (what === '') {
    throw new ConfigurationError(
      'A write grant for all of a service would open the records of its tags and changes as well: give it a prefix like "forms/".',
    );
  }
  const { key } = (isPrefix(what) ? locatePrefix : locate)(visibility, place, what);
  const text = /** @type {string} */ (what);
  refuseReserved(text);
  return { what: isPrefix(what) ? { prefix: text } : { name: text }, key, ...checked };
}

/**
 * @param {import('./core/config.js').Config} config
 * @param {Making} making
 * @returns {WriteGrant}
 * @throws {UnavailableError} if the credentials end now
 */
function signWriteGrant(config, { place, endpoint, terms, generations, credentials, now }) {
  const end = Math.min(now + terms.lifetime, Math.floor(Number(credentials.expiration ?? Infinity) / 1000));
  if (end <= now) throw new UnavailableError('A write grant ends with the AWS credentials that sign it, and those end now.');
  const { pathname } = new URL(endpoint.url);
  const told = {
    distribution: config.distribution.host,
    visibility: config.visibility,
    service: place,
    what: terms.what,
    url: pathname === '/' ? `${endpoint.url}/` : endpoint.url,
    maxBytes: terms.maxBytes,
    ttl: terms.options.ttl,
    tags: generations ?? new Map(),
  };
  const form = (/** @type {Record<string, string>} */ encoding) => formFor(config, { terms, region: endpoint.region, credentials, now, end, encoding });
  return new WriteGrant(told, end, { plain: form({}), gzip: form({ 'Content-Encoding': 'gzip' }) });
}

/**
 * @param {import('./core/config.js').Config} config
 * @param {Pick<Making, 'terms' | 'credentials' | 'now'> & {region: string, end: number, encoding: Record<string, string>}} making
 * @returns {Record<string, string>} the fields of a form (WGRANT-4, WGRANT-5)
 */
function formFor({ bucket, staleIfError }, { terms, region, credentials, now, end, encoding }) {
  const stored = formOf(terms.options, now * 1000);
  const { ttlDays, storageClass } = stored;
  const pinned = {
    'Content-Type': 'application/json',
    'Cache-Control': cacheControlOf(stored, staleIfError),
    ...encoding,
    ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }),
    ...(ttlDays !== undefined && { tagging: `<Tagging><TagSet><Tag><Key>ttl-days</Key><Value>${ttlDays}</Value></Tag></TagSet></Tagging>` }),
    success_action_status: '201',
  };
  const signed = formFields(region, now * 1000, credentials);
  /** @type {Record<string, string>} */
  const key = 'name' in terms.what ? { key: terms.key } : {};
  const text = JSON.stringify({
    expiration: new Date(end * 1000).toISOString(),
    conditions: [
      { bucket },
      'name' in terms.what ? key : ['starts-with', '$key', terms.key],
      ...each(pinned),
      ['content-length-range', 1, terms.maxBytes],
      ...each(signed),
    ],
  });
  const policy = Buffer.from(text).toString('base64');
  return { ...key, ...pinned, ...signed, policy, 'x-amz-signature': formSignature(policy, region, now * 1000, credentials) };
}

/** @param {Record<string, string>} fields */
function each(fields) {
  return Object.entries(fields).map(([name, value]) => ({ [name]: value }));
}

module.exports = { WriteGrant, checkTerms, signWriteGrant };
