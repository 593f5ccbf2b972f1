'use strict';

const { InvalidNameError } = require('./errors.js');

const SERVICE_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const PLAIN_NAME = /^[A-Za-z0-9_/-]*$/;
const MAX_KEY_BYTES = 1024;
const PLACE_WITH_RECORD = '.changes';
/** The record's in its place: no name makes it, since a dot is escaped (CHG-1). */
const RECORD = '.changes.json';
const RESERVED = 'cached/';
/** Where the records of tags are; no name makes such a key either (CTAG-1). */
const TAGS = '.tags';
const OF_A_CALL = /^cached\/.+\/[0-9a-f]{32}$/s;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Escape a name so that key, URL path and signed resource are the same text everywhere (KEY-2).
 *
 * @param {string} name
 * @returns {string} only `A-Z a-z 0-9 _ - / .`
 */
function escapeName(name) {
  if (PLAIN_NAME.test(name)) return name;
  let escaped = '';
  for (const byte of utf8.encode(name)) {
    const character = String.fromCharCode(byte);
    escaped += PLAIN_NAME.test(character) ? character : '.' + byte.toString(16).toUpperCase().padStart(2, '0');
  }
  return escaped;
}

/**
 * Check a service name (NAME-1).
 *
 * @param {unknown} service
 * @returns {string} the same service name
 * @throws {InvalidNameError}
 */
function checkServiceName(service) {
  if (typeof service === 'string' && SERVICE_NAME.test(service)) return service;
  throw new InvalidNameError(
    `The service name (second argument of the constructor) must be 1 to 64 of A-Z a-z 0-9 _ -, not ${show(service)}.`,
  );
}

/**
 * @param {string} service A service name that {@link checkServiceName} let pass.
 * @param {{changes: boolean}} config
 * @returns {string} the place of all that it stores (KEY-1)
 */
function placeOf(service, { changes }) {
  return changes ? service + PLACE_WITH_RECORD : service;
}

/**
 * Where the change record of a place is (CHG-1).
 *
 * @param {'public' | 'private'} visibility
 * @param {string} place
 * @returns {{key: string, path: string}}
 */
function locateRecord(visibility, place) {
  const path = `/${place}/${RECORD}`;
  return { key: visibility + path, path };
}

/**
 * Where a value lives (NAME-2 to NAME-4, KEY-1 to KEY-3, URL-1).
 *
 * @param {'public' | 'private'} visibility
 * @param {string} place
 * @param {unknown} name
 * @returns {{key: string, path: string}} the object key, and the path of its URL on the distribution
 * @throws {InvalidNameError}
 */
function locate(visibility, place, name) {
  if (typeof name !== 'string') throw new InvalidNameError(`A name must be a string, not ${show(name)}.`);
  if (name === '' || name.startsWith('/') || name.endsWith('/') || name.includes('//')) {
    throw new InvalidNameError(`The name ${show(name)} has an empty segment: write it like "a" or "a/b".`);
  }
  if (!name.isWellFormed()) {
    throw new InvalidNameError(`The name ${show(name)} has half a surrogate pair: it is no valid Unicode text.`);
  }
  const path = `/${place}/${escapeName(name)}.json`;
  const key = visibility + path;
  if (key.length > MAX_KEY_BYTES) {
    throw new InvalidNameError(
      `The name ${show(name)} makes an object key of ${key.length} bytes; S3 allows ${MAX_KEY_BYTES}. Shorten it.`,
    );
  }
  return { key, path };
}

/**
 * Where the record of a tag is, and what it has for a name: one that no value has (CTAG-1).
 *
 * @param {'public' | 'private'} visibility
 * @param {string} place
 * @param {string} tag
 * @returns {{name: string, key: string, path: string}}
 * @throws {InvalidNameError} unless it is a text by the rules of names
 */
function locateTag(visibility, place, tag) {
  try {
    return { name: `/${tag}`, ...locate(visibility, `${place}/${TAGS}`, tag) };
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    throw new InvalidNameError(`A tag is a text by the rules of names. ${error.message}`);
  }
}

/**
 * @param {string} name
 * @returns {boolean} whether it is that of a tag's record
 */
function isTagRecord(name) {
  return name.startsWith('/');
}

/**
 * @param {string} text
 * @returns {boolean} whether it is a name, or a tag (NAME-2, NAME-3)
 */
function isName(text) {
  return text !== '' && !text.startsWith('/') && !text.endsWith('/') && !text.includes('//') && text.isWellFormed();
}

/**
 * Let nothing be stored among the results of cached functions that is none (CALL-5).
 *
 * @param {string} name
 * @throws {InvalidNameError}
 */
function refuseReserved(name) {
  if (!name.startsWith(RESERVED) || OF_A_CALL.test(name)) return;
  throw new InvalidNameError(
    `The name ${show(name)} is reserved: below ${RESERVED} are the results of cached functions, and nothing else can be stored there. ` +
      'Begin it with another word, or take what cacheName of the function returns.',
  );
}

/**
 * @param {unknown} name
 * @returns {name is string} whether it is meant as a prefix and not as a name (LIST-1)
 */
function isPrefix(name) {
  return name === '' || (typeof name === 'string' && name.endsWith('/'));
}

/**
 * What the keys of all values under a prefix begin with (LIST-1).
 *
 * @param {'public' | 'private'} visibility
 * @param {string} place
 * @param {unknown} prefix
 * @returns {{key: string, path: string}} and what the paths of their URLs begin with
 * @throws {InvalidNameError} unless it is empty, or a name and a slash
 */
function locatePrefix(visibility, place, prefix) {
  if (prefix === '') return { key: `${visibility}/${place}/`, path: `/${place}/` };
  if (!isPrefix(prefix)) {
    throw new InvalidNameError(`A prefix must be empty or end with a slash like "a/", not ${show(prefix)}.`);
  }
  const { key, path } = locate(visibility, place, prefix.slice(0, -1));
  return { key: key.replace(/\.json$/, '/'), path: path.replace(/\.json$/, '/') };
}

/**
 * The name that a writer makes a key of (LIST-2).
 *
 * @param {'public' | 'private'} visibility
 * @param {string} place
 * @param {string} key
 * @returns {string | undefined} undefined if no writer there makes it
 */
function nameOf(visibility, place, key) {
  const [, escaped = ''] = /^[^/]+\/[^/]+\/([A-Za-z0-9_./-]+)\.json$/.exec(key) ?? [];
  try {
    const name = unescapeName(escaped);
    return locate(visibility, place, name).key === key ? name : undefined;
  } catch {
    return undefined; // no name
  }
}

/**
 * @param {string} escaped
 * @returns {string} which need not be a name; what is no escape or no UTF-8 becomes a text that is escaped otherwise
 */
function unescapeName(escaped) {
  const bytes = escaped.replace(/\.([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return fromUtf8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/**
 * @param {unknown} name
 * @returns {string}
 */
function show(name) {
  if (typeof name !== 'string') return name === null ? 'null' : typeof name;
  return JSON.stringify(name.length > 80 ? name.slice(0, 80) + '…' : name);
}

module.exports = { checkServiceName, placeOf, locate, locateRecord, locateTag, isTagRecord, isName, refuseReserved, locatePrefix, isPrefix, nameOf };
