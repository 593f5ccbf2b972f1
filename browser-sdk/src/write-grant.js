import { ConfigurationError } from '../../nodejs-sdk/lib/core/errors.js';
import { check, isAllowed, matches } from './grant.js';

/** @typedef {import('./grant.js').Grant & {visibility: string, url: string, max_bytes: number, ttl?: number, tags?: Record<string, string>, forms: {plain: Record<string, string>, gzip: Record<string, string>}}} WriteGrant WGRANT-6 */

const FIELDS = 'Content-Type,Cache-Control,success_action_status,x-amz-algorithm,x-amz-credential,x-amz-date,policy,x-amz-signature'.split(',');
const MAX_TTL = 100 * 365 * 86_400;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_TAGS = 16;

/**
 * @param {unknown} grant
 * @param {import('./config.js').Config} config
 * @returns {WriteGrant}
 * @throws {ConfigurationError} WGRANT-9
 */
export function checkWriteGrant(grant, { host, place, visibility }) {
  /** @type {WriteGrant} */
  const told = check(grant, isWriteGrant, 'of writing, as grantPut() makes them');
  if (told.distribution !== host || told.service !== place || told.visibility !== visibility) {
    throw new ConfigurationError(`That grant is for ${told.visibility}/${told.service} of ${told.distribution}, this object for ${visibility}/${place} of ${host}.`);
  }
  if (globalThis.location?.protocol === 'https:' && !isAllowed(new URL(told.url))) {
    throw new ConfigurationError(`A page of https cannot post to ${told.url} (WEB-3).`);
  }
  return told;
}

/** @param {any} grant */
function isWriteGrant({ visibility, prefix, name, url, max_bytes: size, ttl = 1, tags, forms }) {
  const generations = tags === undefined ? [] : Object.entries(Object(tags));
  const isTagged = tags === undefined || (!Array.isArray(tags) && generations.length > 0 && generations.length <= MAX_TAGS);
  return (
    prefix !== '' &&
    (visibility === 'public' || visibility === 'private') &&
    matches(/^https?:\/\/[^/?#]+\/[^?#]*$/, url) &&
    Number.isInteger(size) &&
    isWithin(size, MAX_BYTES) &&
    isWithin(ttl, MAX_TTL) &&
    isTagged &&
    generations.every(([, generation]) => matches(/^[0-9a-f]{16}$/, generation)) &&
    isForm(Object(forms).plain, name, false) &&
    isForm(Object(forms).gzip, name, true)
  );
}

/**
 * @param {unknown} number
 * @param {number} most
 */
function isWithin(number, most) {
  return typeof number === 'number' && number >= 1 && number <= most;
}

/**
 * @param {any} form
 * @param {unknown} name
 * @param {boolean} isZipped
 */
function isForm(form, name, isZipped) {
  return (
    typeof form === 'object' &&
    form &&
    Object.values(form).every((value) => typeof value === 'string') &&
    FIELDS.every((field) => field in form) &&
    'key' in form === (name !== undefined) &&
    'Content-Encoding' in form === isZipped
  );
}
