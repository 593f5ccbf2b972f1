'use strict';

const { ConfigurationError } = require('./errors.js');
const { nearest } = require('./spelling.js');

/**
 * What a put says besides name and value, checked and with what the service is configured with filled in.
 *
 * @typedef {object} PutOptions
 * @property {number | undefined} expiresAt Unix time in milliseconds after which there is no value (PUT-3).
 * @property {number} maxAge Whole seconds an edge may serve a copy without asking S3 (OBJ-3).
 * @property {number | undefined} ttlDays What the bucket's lifecycle rules go by (OBJ-6); undefined for no tag.
 * @property {string} storageClass OBJ-5
 */

const PUT_OPTIONS = ['ttlSeconds', 'edgeTtlSeconds', 'storageClass'];
const GET_OPTIONS = ['consistent'];
const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];
const DAY = 86_400;
const MAX_EDGE_TTL = DAY;
const TTL_DAYS = [1, 7, 30, 365];

/** Seconds: a hundred years. Who keeps a value longer has mistaken milliseconds for seconds. */
const MAX_TTL = 100 * 365 * DAY;

/**
 * @param {unknown} options
 * @param {Pick<import('./config.js').Config, 'edgeTtl' | 'storageClass'>} config
 * @param {number} now Unix time in milliseconds
 * @returns {PutOptions}
 * @throws {ConfigurationError} PUT-3, OBJ-5
 */
function readPutOptions(options = {}, config, now) {
  const { ttlSeconds, edgeTtlSeconds, storageClass } = checkOptions(options, PUT_OPTIONS, 'a put', '{ ttlSeconds: 60 }');
  if (ttlSeconds !== undefined && !isNumber(ttlSeconds, MAX_TTL)) refuse('ttlSeconds', 'a number', MAX_TTL, ttlSeconds);
  if (edgeTtlSeconds !== undefined && !(isNumber(edgeTtlSeconds, MAX_EDGE_TTL) && Number.isInteger(edgeTtlSeconds))) {
    refuse('edgeTtlSeconds', 'an integer', MAX_EDGE_TTL, edgeTtlSeconds);
  }
  const edgeTtl = edgeTtlSeconds ?? config.edgeTtl;
  return {
    expiresAt: ttlSeconds && Math.ceil(now + ttlSeconds * 1000),
    maxAge: ttlSeconds === undefined ? edgeTtl : Math.min(edgeTtl, Math.floor(ttlSeconds)),
    ttlDays: ttlSeconds && TTL_DAYS.find((days) => ttlSeconds <= days * DAY),
    storageClass: storageClass === undefined ? config.storageClass : checkStorageClass('storageClass', storageClass),
  };
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
  if (typeof consistent === 'boolean') return { isConsistent: consistent };
  throw new ConfigurationError(`consistent must be true or false, not ${typeof consistent}.`);
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
      throw new ConfigurationError(`The option ${key} is unknown. Did you mean ${nearest(key, known)}?`);
    }
  }
  return /** @type {Record<string, unknown>} */ (options);
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
 * @returns {never}
 */
function refuse(option, kind, most, value) {
  const shown = typeof value === 'number' ? value : typeof value;
  throw new ConfigurationError(`${option} must be ${kind} from 1 to ${most}, not ${shown}.`);
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

module.exports = { readPutOptions, readGetOptions, checkStorageClass, MAX_EDGE_TTL };
