'use strict';

const { ConfigurationError } = require('./errors.js');
const { MAX_TAGS } = require('./generations.js');

/**
 * What a put says besides name and value, checked and with what the service is configured with filled in.
 *
 * @typedef {object} PutOptions
 * @property {number | undefined} ttl seconds (PUT-3)
 * @property {number} edgeTtl Whole seconds an edge may serve a copy without asking S3.
 * @property {string} storageClass OBJ-5
 * @property {number | undefined} [staleIfError] Seconds that a copy may be served longer while S3 cannot be read; undefined for those of the configuration.
 * @property {boolean} invalidates Whether CloudFront is asked to drop what edges have (INV-1).
 * @property {string[] | undefined} [tags] What the value can be invalidated by, each once (CTAG-11); undefined if that was not said.
 * @property {import('./tag-writer.js').Tagging | undefined} [tagging] What is known of the tags before the value is made (CTAG-12).
 */

/**
 * How an object is stored.
 *
 * @typedef {object} Form
 * @property {number | undefined} expiresAt Unix time in milliseconds after which there is no value (PUT-3).
 * @property {number} maxAge Whole seconds an edge may serve a copy without asking S3 (OBJ-3).
 * @property {number | undefined} ttlDays What the bucket's lifecycle rules go by (OBJ-6); undefined for no tag.
 * @property {string} storageClass OBJ-5
 * @property {number | undefined} [staleIfError] Seconds that a copy may be served longer while S3 cannot be read; undefined for those of the configuration.
 * @property {import('./tag-writer.js').Tagging | undefined} [tagging] The tags that it has (CTAG-4).
 * @property {true} [isRecord] It is no value but the change record (CHG-2).
 */

/** @typedef {Pick<import('./config.js').Config, 'edgeTtl' | 'storageClass' | 'distributionId'>} Defaults */

/** @typedef {{replaces: string | null | undefined}} Condition The version that must be stored now; null: nothing must be. */

const STORAGE_OPTIONS = ['ttlSeconds', 'edgeTtlSeconds', 'storageClass', 'tags'];
const CONDITIONS = ['ifAbsent', 'ifVersion'];
const REMOVE_OPTIONS = ['invalidate'];
const PUT_OPTIONS = [...STORAGE_OPTIONS, ...CONDITIONS, 'invalidate'];
const INCREMENT_OPTIONS = [...STORAGE_OPTIONS, 'ttlIfNewSeconds', 'invalidate', 'attempts'];
const UPDATE_OPTIONS = [...INCREMENT_OPTIONS, 'default'];
const GRANT_PUT_OPTIONS = ['valueTtlSeconds', 'edgeTtlSeconds', 'storageClass', 'tags'];
const GET_OPTIONS = ['consistent'];
const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];
const DAY = 86_400;
const MAX_EDGE_TTL = DAY;
const TTL_DAYS = [1, 7, 30, 365];
const ATTEMPTS = 100;
const MAX_ATTEMPTS = 1_000_000;

/** Seconds: a hundred years. Who keeps a value longer has mistaken milliseconds for seconds. */
const MAX_TTL = 100 * 365 * DAY;

/** What an ETag may be without its quotes: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 */
const VERSION = /^[\x21\x23-\x7e]+$/;

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @returns {PutOptions & Condition}
 * @throws {ConfigurationError} PUT-3, OBJ-5, COND-3, INV-2
 */
function readPutOptions(options = {}, config) {
  const checked = checkOptions(options, PUT_OPTIONS, 'a put', '{ ttlSeconds: 60 }');
  return { ...readStorage(checked, config), ...readCondition(checked) };
}

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @returns {PutOptions} for each of many
 * @throws {ConfigurationError} PUT-3, OBJ-5, COND-3, INV-2
 */
function readPutManyOptions(options = {}, config) {
  const checked = checkOptions(options, PUT_OPTIONS, 'putMany', '{ ttlSeconds: 60 }');
  if (readCondition(checked).replaces === undefined) return readStorage(checked, config);
  throw new ConfigurationError('A put of many names has no condition: put each by itself, with ifAbsent or ifVersion.');
}

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @param {boolean} isIncrement
 * @returns {PutOptions & {attempts: number, fallback: unknown, ttlIfNew: number | undefined}}
 * @throws {ConfigurationError} PUT-3, OBJ-5, INV-2, UPD-6
 */
function readUpdateOptions(options = {}, config, isIncrement) {
  const known = isIncrement ? INCREMENT_OPTIONS : UPDATE_OPTIONS;
  const checked = checkOptions(options, known, isIncrement ? 'an increment' : 'an update', '{ attempts: 10 }');
  const { attempts = ATTEMPTS, default: fallback, ttlSeconds, ttlIfNewSeconds: ttlIfNew } = checked;
  if (!isNumber(attempts, MAX_ATTEMPTS) || !Number.isInteger(attempts)) {
    throw refusal('attempts', 'an integer', MAX_ATTEMPTS, attempts);
  }
  if (ttlIfNew !== undefined && !isNumber(ttlIfNew, MAX_TTL)) throw refusal('ttlIfNewSeconds', 'a number', MAX_TTL, ttlIfNew);
  if (ttlIfNew !== undefined && ttlSeconds !== undefined) {
    throw new ConfigurationError('An update has ttlSeconds or ttlIfNewSeconds, not both.');
  }
  return { ...readStorage(checked, config), attempts, fallback, ttlIfNew };
}

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @param {string} [whose]
 * @param {string[]} [more] Options that are not of storing.
 * @returns {PutOptions}
 * @throws {ConfigurationError} PUT-3, OBJ-5
 */
function readStorageOptions(options = {}, config, whose = 'getOrPut', more = []) {
  return readStorage(checkOptions(options, [...STORAGE_OPTIONS, ...more], whose, '{ ttlSeconds: 60 }'), config);
}

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @returns {PutOptions} of what is stored with a write grant
 * @throws {ConfigurationError} WGRANT-2
 */
function readGrantPutOptions(options = {}, config) {
  const { valueTtlSeconds: ttlSeconds, ...rest } = checkOptions(options, GRANT_PUT_OPTIONS, 'grantPut', '{ valueTtlSeconds: 3600 }');
  if (ttlSeconds !== undefined && !isNumber(ttlSeconds, MAX_TTL)) throw refusal('valueTtlSeconds', 'a number', MAX_TTL, ttlSeconds);
  return readStorage({ ...rest, ttlSeconds }, config);
}

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @returns {boolean} whether to invalidate (INV-1)
 * @throws {ConfigurationError} INV-2
 */
function readRemoveOptions(options = {}, config) {
  return readInvalidate(checkOptions(options, REMOVE_OPTIONS, 'a remove', '{ invalidate: true }'), config);
}

/**
 * @param {unknown} options
 * @param {Defaults} config
 * @returns {boolean} whether the edges drop the records, too (CTAG-14)
 * @throws {ConfigurationError} INV-2
 */
function readInvalidateOptions(options = {}, config) {
  return readInvalidate(checkOptions(options, REMOVE_OPTIONS, 'invalidateTags', '{ invalidate: true }'), config);
}

/**
 * @param {unknown} ttlSeconds null for no end
 * @param {unknown} options
 * @param {Defaults} config
 * @returns {PutOptions} of which the edge TTL and storage class are those of a value that has none
 * @throws {ConfigurationError} PUT-3, INV-2
 */
function readTouchOptions(ttlSeconds, options = {}, config) {
  if (ttlSeconds === undefined) {
    throw new ConfigurationError('touch wants the seconds that the value lives from now on: touch(name, 60), or null for no end.');
  }
  const { invalidate } = checkOptions(options, REMOVE_OPTIONS, 'a touch', '{ invalidate: true }');
  return readStorage({ ttlSeconds: ttlSeconds ?? undefined, invalidate }, config);
}

/**
 * What a get says besides the name.
 *
 * @param {unknown} options
 * @returns {{isConsistent: boolean}} whether to read S3 itself (CON-1)
 * @throws {ConfigurationError}
 */
function readGetOptions(options = {}) {
  const { consistent = false } = checkOptions(options, GET_OPTIONS, 'a get', '{ consistent: true }');
  return { isConsistent: checkFlag('consistent', consistent) };
}

/**
 * @param {PutOptions} options
 * @param {number} now Unix time in milliseconds
 * @param {number} [end] Of the value that is replaced, in Unix milliseconds: it counts if the options have no ttl (UPD-3).
 * @returns {Form}
 */
function formOf({ ttl, edgeTtl, storageClass, staleIfError, tagging }, now, end) {
  const expiresAt = ttl === undefined ? end : Math.ceil(now + ttl * 1000);
  const left = ttl ?? (end === undefined ? Infinity : (end - now) / 1000); // seconds
  return {
    expiresAt,
    maxAge: Math.max(1, Math.min(edgeTtl, Math.floor(left))),
    ttlDays: expiresAt === undefined ? undefined : TTL_DAYS.find((days) => left <= days * DAY),
    storageClass,
    ...(staleIfError !== undefined && { staleIfError }),
    ...(tagging && { tagging }),
  };
}

/**
 * @param {Form} form
 * @param {number} configured STALE_IF_ERROR
 * @returns {string} the `Cache-Control` with which it is stored (OBJ-3, CHG-2)
 */
function cacheControlOf({ maxAge, staleIfError, isRecord }, configured) {
  return isRecord ? `max-age=${maxAge}` : `max-age=${maxAge}, stale-if-error=${staleIfError ?? configured}`;
}

/**
 * @param {Record<string, unknown>} options
 * @param {Defaults} config
 * @returns {PutOptions}
 */
function readStorage(options, config) {
  const { ttlSeconds, edgeTtlSeconds, storageClass } = options;
  if (ttlSeconds !== undefined && !isNumber(ttlSeconds, MAX_TTL)) throw refusal('ttlSeconds', 'a number', MAX_TTL, ttlSeconds);
  if (edgeTtlSeconds !== undefined && !(isNumber(edgeTtlSeconds, MAX_EDGE_TTL) && Number.isInteger(edgeTtlSeconds))) {
    throw refusal('edgeTtlSeconds', 'an integer', MAX_EDGE_TTL, edgeTtlSeconds);
  }
  return {
    ttl: ttlSeconds,
    edgeTtl: edgeTtlSeconds ?? config.edgeTtl,
    storageClass: storageClass === undefined ? config.storageClass : checkStorageClass('storageClass', storageClass),
    invalidates: readInvalidate(options, config),
    tags: options['tags'] === undefined ? undefined : checkTags(options['tags']),
  };
}

/**
 * @param {unknown} tags
 * @param {number} [most]
 * @returns {string[]} each once
 * @throws {ConfigurationError} CTAG-11
 */
function checkTags(tags, most = MAX_TAGS) {
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw new ConfigurationError(`tags must be an array of strings like ["product/7"], not ${Array.isArray(tags) ? 'one with something else' : typeof tags}.`);
  }
  const once = [...new Set(tags)];
  if (once.length > most) throw new ConfigurationError(`A value has at most ${most} tags, not ${once.length}.`);
  return once;
}

/**
 * @param {Record<string, unknown>} options
 * @returns {Condition}
 */
function readCondition({ ifAbsent = false, ifVersion }) {
  const isForAbsent = checkFlag('ifAbsent', ifAbsent);
  if (ifVersion === undefined) return { replaces: isForAbsent ? null : undefined };
  if (isForAbsent) throw new ConfigurationError('A put has one condition: ifAbsent or ifVersion, not both.');
  if (typeof ifVersion === 'string' && VERSION.test(ifVersion)) return { replaces: ifVersion };
  const shown = typeof ifVersion === 'string' ? JSON.stringify(ifVersion) : typeof ifVersion;
  throw new ConfigurationError(`ifVersion must be what a put or an entry gave as version, not ${shown}.`);
}

/**
 * @param {Record<string, unknown>} options
 * @param {Defaults} config
 */
function readInvalidate({ invalidate = false }, { distributionId }) {
  if (!checkFlag('invalidate', invalidate)) return false;
  if (distributionId !== undefined) return true;
  throw new ConfigurationError('invalidate needs DISTRIBUTION_ID: give the id of the distribution in the parameters.');
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {boolean}
 */
function checkFlag(option, value) {
  if (typeof value === 'boolean') return value;
  throw new ConfigurationError(`${option} must be true or false, not ${typeof value}.`);
}

/**
 * @param {unknown} options
 * @param {string[]} known
 * @param {string} whose
 * @param {string} example
 * @returns {Record<string, unknown>}
 */
function checkOptions(options, known, whose, example) {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError(`The options of ${whose} must be an object like ${example}.`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      const { nearest } = require('./did-you-mean.js');
      throw new ConfigurationError(`The option ${key} is unknown. Did you mean ${nearest(key, known)}?`);
    }
  }
  // Its own and no others: what somebody has put on Object.prototype is no option.
  return /** @type {Record<string, unknown>} */ ({ __proto__: null, ...options });
}

/**
 * @param {unknown} value
 * @param {number} most
 * @returns {value is number} not so for NaN, which no comparison holds for
 */
function isNumber(value, most) {
  return typeof value === 'number' && value >= 1 && value <= most;
}

/**
 * @param {string} option
 * @param {string} kind
 * @param {number} most
 * @param {unknown} value
 */
function refusal(option, kind, most, value) {
  const shown = typeof value === 'number' ? value : typeof value;
  return new ConfigurationError(`${option} must be ${kind} from 1 to ${most}, not ${shown}.`);
}

/**
 * @param {unknown} ttl seconds
 * @param {number} most seconds
 * @returns {number}
 * @throws {ConfigurationError} GRANT-2
 */
function checkGrantTtl(ttl, most) {
  if (isNumber(ttl, most) && Number.isInteger(ttl)) return ttl;
  throw refusal('The ttl of a grant in seconds', 'an integer', most, ttl);
}

/**
 * @param {unknown} size of a document, in bytes
 * @param {number} most
 * @returns {number}
 * @throws {ConfigurationError} WGRANT-2
 */
function checkMaxBytes(size, most) {
  if (isNumber(size, most) && Number.isInteger(size)) return size;
  throw refusal('maxBytes of a write grant', 'an integer', most, size);
}

/**
 * @param {string} where For the error message.
 * @param {unknown} value
 * @returns {string}
 * @throws {ConfigurationError} OBJ-5
 */
function checkStorageClass(where, value) {
  if (typeof value === 'string' && STORAGE_CLASSES.includes(value)) return value;
  const shown = typeof value === 'string' ? JSON.stringify(value) : typeof value;
  throw new ConfigurationError(`${where} must be one of ${STORAGE_CLASSES.join(', ')}, not ${shown}.`);
}

module.exports = {
  readPutOptions,
  readPutManyOptions,
  readUpdateOptions,
  readStorageOptions,
  readRemoveOptions,
  readInvalidateOptions,
  readTouchOptions,
  readGetOptions,
  readGrantPutOptions,
  cacheControlOf,
  formOf,
  checkTags,
  checkGrantTtl,
  checkMaxBytes,
  checkStorageClass,
  MAX_EDGE_TTL,
};
