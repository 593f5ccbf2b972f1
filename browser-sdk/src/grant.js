import { AccessDeniedError, ConfigurationError } from '../../nodejs-sdk/lib/core/errors.js';
import { isName } from '../../nodejs-sdk/lib/core/names.js';

/** @typedef {{distribution: string, service: string, prefix?: string, name?: string, expires_at: number}} Grant */
/** @typedef {Grant & {query: string}} ReadGrant GRANT-3 */

const HOST = /^[a-z0-9_.:[\]-]+$/;
const PLACE = /^[A-Za-z0-9_-]{1,64}(\.changes)?$/;
const QUERY = /^Policy=[\w~-]+&Signature=[\w~-]+&Key-Pair-Id=[\w-]+(&Hash-Algorithm=SHA256)?$/;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * @param {unknown} grant
 * @returns {ReadGrant}
 * @throws {ConfigurationError} GRANT-4
 */
export function checkReadGrant(grant) {
  return check(grant, ({ query }) => matches(QUERY, query), 'of reading, as grant() makes them');
}

/**
 * @param {unknown} grant
 * @param {(grant: any) => boolean} isRest
 * @param {string} kind
 * @returns {any}
 * @throws {ConfigurationError}
 */
export function check(grant, isRest, kind) {
  const told = /** @type {any} */ (grant);
  if (typeof told === 'object' && told && isScope(told) && isRest(told)) return structuredClone(told);
  throw new ConfigurationError(`That is no grant ${kind}: hand over its JSON as it is.`);
}

/** @param {any} grant */
function isScope({ distribution, service, prefix, name, expires_at: end }) {
  const isOne = prefix === undefined ? typeof name === 'string' && isName(name) : name === undefined && isPrefix(prefix);
  return isOne && matches(HOST, distribution) && matches(PLACE, service) && Number.isInteger(end) && end >= 0;
}

/** @param {unknown} prefix */
function isPrefix(prefix) {
  return prefix === '' || (typeof prefix === 'string' && prefix.endsWith('/') && isName(prefix.slice(0, -1)));
}

/**
 * @param {RegExp} form
 * @param {unknown} text
 */
export function matches(form, text) {
  return typeof text === 'string' && form.test(text);
}

/**
 * @param {Grant} grant
 * @param {string} name
 * @param {number} now Unix time in milliseconds
 * @throws {AccessDeniedError} GRANT-4, WGRANT-9
 */
export function checkOpens(grant, name, now) {
  const { prefix, expires_at: end } = grant;
  if (prefix === undefined ? name !== grant.name : !name.startsWith(prefix) && prefix !== '') {
    throw new AccessDeniedError(`The grant for ${JSON.stringify(prefix ?? grant.name)} does not open ${JSON.stringify(name)}: ask for one that does.`);
  }
  if (now >= end) throw new AccessDeniedError(`The grant ended at ${new Date(Math.min(end, 8.64e15)).toISOString()}: ask for a new one.`);
}

/**
 * @param {URL} url
 * @returns {boolean} whether a browser would not block it (WEB-3)
 */
export function isAllowed({ protocol, hostname }) {
  return protocol === 'https:' || LOOPBACK.test(hostname);
}
