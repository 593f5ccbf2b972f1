import { nearest } from '../../nodejs-sdk/lib/core/did-you-mean.js';
import { ConfigurationError } from '../../nodejs-sdk/lib/core/errors.js';
import { LOG_LEVELS } from '../../nodejs-sdk/lib/core/log.js';
import { checkServiceName, placeOf } from '../../nodejs-sdk/lib/core/names.js';
import { checkReadGrant, isAllowed } from './grant.js';

/**
 * What an object goes by.
 *
 * @typedef {object} Config
 * @property {string} host of the distribution, maybe with a port
 * @property {string} edge The origin where it is asked.
 * @property {'public' | 'private'} visibility
 * @property {string} place KEY-1
 * @property {import('./grant.js').ReadGrant | undefined} grant
 * @property {string | undefined} bucket
 * @property {boolean} changes
 * @property {number} deadline milliseconds
 * @property {number} maxValueBytes
 * @property {number} staleIfError seconds
 * @property {number} localMaxItems
 * @property {number} localMaxBytes
 * @property {string} logLevel
 */

const DAY = 86_400;
const MIB = 1024 * 1024;

/** What each key may be (WEB-1): a number with its default, least and most, or the words that there are. */
const KEYS = {
  DISTRIBUTION: undefined,
  EDGE_ENDPOINT: undefined,
  DEADLINE: [5, 1, 60],
  MAX_VALUE_BYTES: [2 * MIB, 1, 256 * MIB],
  STALE_IF_ERROR: [300, 0, DAY],
  LOCAL_MAX_ITEMS: [10_000, 0, 10_000_000],
  LOCAL_MAX_BYTES: [16 * MIB, 0, 2 ** 31 - 1],
  CHANGES: ['false', 'true'],
  BUCKET_NAME: undefined,
  LOG_LEVEL: LOG_LEVELS,
  grant: undefined,
};

const ORIGIN = /^(?:(https?):\/\/)?((?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?\/?$/;
/**
 * @param {unknown} given
 * @param {unknown} service
 * @returns {Config}
 * @throws {ConfigurationError} WEB-1, CFG-2 to CFG-4
 */
export function readConfig(given, service) {
  if (typeof given !== 'object' || !given) throw new ConfigurationError('The first argument must be an object of parameters.');
  const params = /** @type {Record<string, unknown>} */ ({ __proto__: null, ...given });
  for (const key in params) {
    if (!(key in KEYS)) throw new ConfigurationError(`The parameter ${key} is unknown here. Did you mean ${nearest(key, Object.keys(KEYS))}?`);
  }
  /** @param {string} key */
  const read = (key) => {
    const value = typeof params[key] === 'string' ? params[key].replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') : params[key];
    return value === '' || value === null ? undefined : value;
  };
  /** @param {string} key */
  const text = (key) => {
    const value = read(key);
    return value === undefined || typeof value === 'string' ? value : refuse(key, 'a string', value);
  };
  /** @param {keyof typeof KEYS} key */
  const number = (key) => {
    const [fallback, least, most] = /** @type {number[]} */ (KEYS[key]);
    const value = read(key) ?? fallback;
    const integer = /^[0-9]{1,10}$/.test(String(value)) && typeof value !== 'object' ? Number(value) : NaN;
    return integer >= least && integer <= most && typeof value !== 'bigint' ? integer : refuse(key, `an integer from ${least} to ${most}`, value);
  };
  /**
   * @param {keyof typeof KEYS} key
   * @param {string} fallback
   */
  const word = (key, fallback) => {
    const words = /** @type {string[]} */ (KEYS[key]);
    const value = (text(key) ?? fallback).toLowerCase();
    return words.includes(value) ? value : refuse(key, words.join(' or '), value);
  };
  /** @param {string} key */
  const origin = (key) => {
    const value = text(key);
    return value === undefined ? undefined : readOrigin(key, value);
  };
  const grant = params.grant === undefined ? undefined : checkReadGrant(params.grant);
  if (grant && 'DISTRIBUTION' in params) throw new ConfigurationError('Give a grant or a DISTRIBUTION, not both.');
  const distribution = grant ? readOrigin('distribution', grant.distribution) : origin('DISTRIBUTION');
  if (!distribution) throw new ConfigurationError('DISTRIBUTION is missing: give the host name of the CloudFront distribution, or a grant.');
  const bucket = text('BUCKET_NAME');
  if (bucket && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) refuse('BUCKET_NAME', 'the name of an S3 bucket', bucket);
  const flag = params.CHANGES;
  const changes = grant ? grant.service.endsWith('.changes') : typeof flag === 'boolean' ? flag : word('CHANGES', 'false') === 'true';
  const name = grant ? grant.service.replace(/\.changes$/, '') : checkServiceName(service);
  if (grant && service !== undefined && service !== name) throw new ConfigurationError(`The grant is one of the service ${name}.`);
  return {
    host: distribution.host,
    edge: (origin('EDGE_ENDPOINT') ?? distribution).origin,
    visibility: grant ? 'private' : 'public',
    place: placeOf(name, { changes }),
    grant,
    bucket,
    changes,
    deadline: number('DEADLINE') * 1000,
    maxValueBytes: number('MAX_VALUE_BYTES'),
    staleIfError: number('STALE_IF_ERROR'),
    localMaxItems: number('LOCAL_MAX_ITEMS'),
    localMaxBytes: number('LOCAL_MAX_BYTES'),
    logLevel: word('LOG_LEVEL', 'warn'),
  };
}

/**
 * @param {string} key
 * @param {string} text
 * @returns {URL} CFG-4
 */
function readOrigin(key, text) {
  const [, scheme = 'https', host = '', port = ''] = ORIGIN.exec(text.toLowerCase()) ?? [];
  const address = `${scheme}://${host}${port}`;
  const url = URL.canParse(address) && new URL(address);
  // A number is made an address of, however it is written; a letter outside of ASCII may have become one of it.
  const isHost = url && (url.hostname === host || host[0] === '[') && /^[\x21-\x7e]+$/.test(text);
  if (!isHost) return refuse(key, 'a host name, or an https URL without a path', text);
  return isAllowed(url) ? url : refuse(key, 'https, and http only for this machine itself (WEB-3)', text);
}

/**
 * @param {string} key
 * @param {string} wanted
 * @param {unknown} value
 * @returns {never}
 */
function refuse(key, wanted, value) {
  throw new ConfigurationError(`${key} must be ${wanted}, not ${typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : typeof value}.`);
}
