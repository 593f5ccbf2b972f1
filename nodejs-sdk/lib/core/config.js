'use strict';

const { ConfigurationError } = require('./errors.js');
const { LOG_LEVELS } = require('./log.js');
const { MAX_EDGE_TTL, checkStorageClass } = require('./options.js');

/** @typedef {import('./log.js').LogLevel} LogLevel */

/**
 * @typedef {object} Config
 * @property {URL} distribution Where values are read; only its origin counts.
 * @property {URL} edge Where to connect for that: EDGE_ENDPOINT, else the distribution.
 * @property {string} bucket
 * @property {string | undefined} region of the bucket; undefined if nobody says it: then only edges can be asked
 * @property {'public' | 'private'} visibility
 * @property {string} keySource Private only: path of a PEM file, or the ARN of a parameter or secret.
 * @property {string | undefined} publicKeyId Private only; undefined if the secret brings it.
 * @property {number} edgeTtl seconds
 * @property {string} storageClass of what is put (OBJ-5)
 * @property {number} maxValueBytes of JSON
 * @property {number} signatureLifetime seconds
 * @property {string} hashAlgorithm of signatures: `sha256` or `sha1`
 * @property {number} deadline seconds a call may take (TIME-1)
 * @property {boolean} failover whether to read S3 when the edge cannot be read
 * @property {number} staleIfError seconds that a copy may be served beyond its freshness while S3 cannot be read
 * @property {number} localMaxItems how many copies an object keeps
 * @property {number} localMaxBytes how many bytes of them
 * @property {boolean} changes whether the service has a change record (section 14)
 * @property {string | undefined} distributionId for invalidations
 * @property {string | undefined} roleArn of a role to assume before asking S3 or CloudFront's API
 * @property {number} maxGrant seconds that a grant may last
 * @property {LogLevel} logLevel
 */

/** @typedef {Record<string, unknown>} Params */
/** @typedef {Record<string, string | undefined>} Environment */

const KEYS = [
  'DISTRIBUTION',
  'BUCKET_NAME',
  'REGION',
  'PK_PATH',
  'PUBLIC_KEY_ID',
  'VISIBILITY',
  'EDGE_TTL',
  'STORAGE_CLASS',
  'MAX_VALUE_BYTES',
  'EDGE_ENDPOINT',
  'SIGNATURE_LIFETIME',
  'HASH_ALGORITHM',
  'DEADLINE',
  'FAILOVER',
  'STALE_IF_ERROR',
  'LOCAL_MAX_ITEMS',
  'LOCAL_MAX_BYTES',
  'CHANGES',
  'DISTRIBUTION_ID',
  'ROLE_ARN',
  'MAX_GRANT',
  'LOG_LEVEL',
];
const DAY = 86_400;
const MIB = 1024 * 1024;
const MAX_LOCAL_BYTES = 2 ** 31 - 1;
const REGION = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Names of older SDKs for something else than a Region. */
const PSEUDO_REGION = /^fips-|-fips$|^aws-([a-z]+-)*global$/;
const MAX_REGION = 63;
const PUBLIC_KEY_ID = /^[A-Za-z0-9_-]{1,128}$/;
const ROLE_ARN = /^arn:aws[a-z-]{0,20}:iam::[0-9]{12}:role\/[A-Za-z0-9_+=,.@/-]{1,576}$/;
const ORIGIN = /^(?:(?<scheme>https?):\/\/)?(?<host>(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])(?::(?<port>[1-9][0-9]{0,4}))?\/?$/;
/** What a URL takes for an IPv4 address, however it is written, and the one way to write it here. */
const NUMERIC = /(^|\.)([0-9]+|0x[0-9a-f]*)$/;
const IPV4 = /^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?!$)|$)){4}$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** What is around a text and taken off. */
const AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/**
 * Read the configuration: each key from the parameters, else from the environment as `MEMORY_<key>`.
 *
 * @param {unknown} params
 * @param {Environment} environment
 * @param {() => {name: string, value: string} | undefined} [platformRegion] END-1
 * @returns {Config}
 * @throws {ConfigurationError}
 */
function readConfig(params, environment, platformRegion = () => regionOf(environment)) {
  const source = new Source(checkParams(params), environment);
  const host = source.required('DISTRIBUTION', 'the host name of the CloudFront distribution');
  const distribution = readOrigin('DISTRIBUTION', host);
  const endpoint = source.text('EDGE_ENDPOINT');
  return {
    distribution,
    edge: endpoint === undefined ? distribution : readOrigin('EDGE_ENDPOINT', endpoint),
    bucket: readBucket(source.required('BUCKET_NAME', 'the name of the S3 bucket')),
    region: readRegion(source.given('REGION') ?? platformRegion()),
    ...readVisibility(source),
    edgeTtl: source.integer('EDGE_TTL', 5, 1, MAX_EDGE_TTL),
    storageClass: checkStorageClass('STORAGE_CLASS', source.text('STORAGE_CLASS') ?? 'STANDARD'),
    maxValueBytes: source.integer('MAX_VALUE_BYTES', 2 * MIB, 1, 256 * MIB),
    signatureLifetime: source.integer('SIGNATURE_LIFETIME', 900, 10, DAY),
    hashAlgorithm: source.choice('HASH_ALGORITHM', ['sha256', 'sha1']) ?? 'sha256',
    deadline: source.integer('DEADLINE', 5, 1, 60),
    failover: source.flag('FAILOVER', true),
    staleIfError: source.integer('STALE_IF_ERROR', 300, 0, DAY),
    localMaxItems: source.integer('LOCAL_MAX_ITEMS', 10_000, 0, 10_000_000),
    localMaxBytes: source.integer('LOCAL_MAX_BYTES', 16 * MIB, 0, MAX_LOCAL_BYTES),
    changes: source.flag('CHANGES', false),
    distributionId: source.matching('DISTRIBUTION_ID', /^[A-Z0-9]{1,64}$/, 'E1A2B3C4D5E6F7'),
    roleArn: source.matching('ROLE_ARN', ROLE_ARN, 'arn:aws:iam::111122223333:role/name'),
    maxGrant: source.integer('MAX_GRANT', 3600, 1, DAY),
    logLevel: /** @type {LogLevel} */ (source.choice('LOG_LEVEL', LOG_LEVELS) ?? 'warn'),
  };
}

class Source {
  #params;
  #environment;

  /**
   * @param {Params} params
   * @param {Environment} environment
   */
  constructor(params, environment) {
    this.#params = params;
    this.#environment = environment;
  }

  /** @param {string} key */
  isPresent(key) {
    return Object.hasOwn(this.#params, key) || Object.hasOwn(this.#environment, `MEMORY_${key}`);
  }

  /**
   * @param {string} key
   * @returns {unknown} undefined also for what is empty: an unset variable often arrives as an empty text
   */
  #value(key) {
    for (const value of [own(this.#params, key), own(this.#environment, `MEMORY_${key}`)]) {
      const trimmed = typeof value === 'string' ? value.replace(AROUND, '') : value;
      if (trimmed !== undefined && trimmed !== null && trimmed !== '') return trimmed;
    }
    return undefined;
  }

  /**
   * @param {string} key
   * @returns {string | undefined}
   */
  text(key) {
    const value = this.#value(key);
    if (value === undefined || typeof value === 'string') return value;
    throw new ConfigurationError(`${key} must be a string, not ${typeof value}.`);
  }

  /**
   * @param {string} key
   * @returns {{name: string, value: string} | undefined} as it was given, with what is around it
   */
  given(key) {
    if (this.text(key) === undefined) return undefined;
    const both = [own(this.#params, key), own(this.#environment, `MEMORY_${key}`)];
    return { name: key, value: both.map((value) => String(value ?? '')).find((value) => value.replace(AROUND, '') !== '') ?? '' };
  }

  /**
   * @param {string} key
   * @param {string} meaning
   * @returns {string}
   */
  required(key, meaning) {
    const value = this.text(key);
    if (value !== undefined) return value;
    const state = this.isPresent(key) ? 'empty or undefined' : 'missing';
    throw new ConfigurationError(`${key} is ${state}: give ${meaning} in the parameters or as MEMORY_${key}.`);
  }

  /**
   * @param {string} key
   * @param {RegExp} form
   * @param {string} example
   */
  matching(key, form, example) {
    const value = this.text(key);
    if (value === undefined || form.test(value)) return value;
    throw new ConfigurationError(`${key} must look like ${example}, not ${JSON.stringify(value)}.`);
  }

  /**
   * @param {string} key
   * @param {number} fallback
   * @param {number} least
   * @param {number} most
   */
  integer(key, fallback, least, most) {
    const value = this.#value(key);
    if (value === undefined) return fallback;
    const number = typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new ConfigurationError(`${key} must be an integer from ${least} to ${most}, not ${JSON.stringify(value)}.`);
  }

  /**
   * @param {string} key
   * @param {boolean} fallback
   * @returns {boolean}
   */
  flag(key, fallback) {
    const value = this.#value(key);
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    if (word === 'true' || word === 'false') return word === 'true';
    throw new ConfigurationError(`${key} must be true or false, not ${describe(value)}.`);
  }

  /**
   * @param {string} key
   * @param {string[]} choices
   */
  choice(key, choices) {
    const value = this.text(key)?.toLowerCase();
    if (value === undefined || choices.includes(value)) return value;
    throw new ConfigurationError(`${key} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}.`);
  }
}

/**
 * @param {Record<string, unknown>} record
 * @param {string} key
 * @returns {unknown} undefined for what only its prototype has: somebody may have polluted that
 */
function own(record, key) {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** @param {unknown} value */
function describe(value) {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value;
}

/**
 * @param {unknown} params
 * @returns {Params}
 */
function checkParams(params) {
  if (typeof params !== 'object' || params === null) {
    throw new ConfigurationError('The first argument of the constructor must be an object of parameters.');
  }
  for (const key of Object.keys(params)) {
    if (KEYS.includes(key)) continue;
    const { nearest } = require('./did-you-mean.js');
    throw new ConfigurationError(`The parameter ${key} is unknown. Did you mean ${nearest(key, KEYS)}?`);
  }
  return /** @type {Params} */ (params);
}

/**
 * A service is private if a key is as much as mentioned: an unset variable must never turn secrets public.
 *
 * @param {Source} source
 * @returns {Pick<Config, 'visibility' | 'keySource' | 'publicKeyId'>}
 */
function readVisibility(source) {
  const pinned = source.choice('VISIBILITY', ['public', 'private']);
  if (pinned === undefined && source.isPresent('VISIBILITY')) {
    throw new ConfigurationError('VISIBILITY is empty or undefined: make it public or private, or leave it out.');
  }
  if (!source.isPresent('PK_PATH') && !source.isPresent('PUBLIC_KEY_ID')) {
    if (pinned !== 'private') return { visibility: 'public', keySource: '', publicKeyId: undefined };
    throw new ConfigurationError('VISIBILITY is private: give PK_PATH and PUBLIC_KEY_ID as well.');
  }
  if (pinned === 'public') {
    throw new ConfigurationError('VISIBILITY is public: leave out PK_PATH and PUBLIC_KEY_ID, even empty ones.');
  }
  const keySource = source.required('PK_PATH', 'the path of a PEM file or the ARN of a parameter or secret');
  const isArn = keySource.startsWith('arn:');
  if (isArn && !source.isPresent('PUBLIC_KEY_ID')) return { visibility: 'private', keySource, publicKeyId: undefined };
  const publicKeyId = source.required('PUBLIC_KEY_ID', 'the id of the public key in CloudFront');
  if (!PUBLIC_KEY_ID.test(publicKeyId)) {
    throw new ConfigurationError(`PUBLIC_KEY_ID must look like K36X4X2EO997HM, not ${JSON.stringify(publicKeyId)}.`);
  }
  return { visibility: 'private', keySource, publicKeyId };
}

/**
 * @param {string} key
 * @param {string} text
 * @returns {URL}
 */
function readOrigin(key, text) {
  const { scheme = 'https', host = '', port } = ORIGIN.exec(text.toLowerCase())?.groups ?? {};
  const address = `${scheme}://${host}${port === undefined ? '' : `:${port}`}`;
  // A host of ASCII letters alone stays what it is, but an upper-case letter outside ASCII may become one.
  const isHost = /^[\x21-\x7e]+$/.test(text) && URL.canParse(address) && (!NUMERIC.test(host) || IPV4.test(host));
  if (!isHost) throw new ConfigurationError(`${key} must be a host name, or an https URL without a path, not ${text}.`);
  if (scheme === 'https' || LOOPBACK.has(host)) return new URL(address);
  throw new ConfigurationError(`${key} must be https, and http only for this machine itself, not ${text}.`);
}

/**
 * @param {Environment} environment
 * @returns {{name: string, value: string} | undefined}
 */
function regionOf(environment) {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const value = own(environment, name);
    if (value) return { name, value: String(value) };
  }
  return undefined;
}

/** @param {string} text */
function readBucket(text) {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) return text;
  throw new ConfigurationError(`BUCKET_NAME is no name of an S3 bucket: ${JSON.stringify(text)}.`);
}

/**
 * @param {{name: string, value: string} | undefined} given
 * @returns {string | undefined} END-1
 */
function readRegion(given) {
  if (given === undefined) return undefined;
  const { name, value } = given;
  if (REGION.test(value) && value.length <= MAX_REGION && !PSEUDO_REGION.test(value)) return value;
  throw new ConfigurationError(`${name} is no Region: ${JSON.stringify(value.slice(0, 80))}.`);
}

module.exports = { readConfig };
