'use strict';

const { CorruptValueError, ValueTooLargeError } = require('./errors.js');
const { writeValue } = require('./value-writer.js');
const { readTagged, tagOf } = require('./value-reader.js');

const VERSION = 1;
const WRITE_ID = /^[0-9a-f]{16}$/;
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

const TYPES_BY_TAG = new Map([
  ['$int', 'int'],
  ['$float', 'float'],
  ['$bytes', 'bytes'],
  ['$dict', 'dict'],
]);

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Wrap a value into its document (section 3).
 *
 * @param {unknown} value
 * @param {string} writeId 16 hexadecimal digits, new with every put (ENV-6)
 * @param {number} maxBytes
 * @param {number} [expiresAt] Unix time in milliseconds; never, if not given
 * @returns {Uint8Array} compact JSON in UTF-8
 * @throws {import('./errors.js').UnsupportedTypeError} VAL-2 to VAL-8, naming the path of the offender
 * @throws {ValueTooLargeError} OBJ-4
 */
function encode(value, writeId, maxBytes, expiresAt) {
  const { type, json, tagged } = writeValue(value);
  const flag = tagged ? ',"tagged":true' : '';
  const end = expiresAt === undefined ? '' : `,"expires_at":${expiresAt}`;
  const document = utf8.encode(`{"v":${VERSION},"type":"${type}","value":${json},"write":"${writeId}"${flag}${end}}`);
  if (document.length > maxBytes) {
    throw new ValueTooLargeError(
      `The value takes ${document.length} bytes as JSON; MAX_VALUE_BYTES allows ${maxBytes}. Store it in parts.`,
    );
  }
  return document;
}

/**
 * Take the value out of its document.
 *
 * @param {Uint8Array} document
 * @param {number} now Unix time in milliseconds
 * @returns {{value: unknown, type: string, expiresAt: number | undefined} | undefined} undefined if it has expired (ENV-5)
 * @throws {CorruptValueError} ENV-1, ENV-4
 */
function decode(document, now) {
  const text = decodeText(document);
  const members = parse(text);
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new CorruptValueError('the document is no object');
  }
  // A member inherited from Object.prototype is none of the document's.
  const envelope = /** @type {Record<string, unknown>} */ ({ __proto__: null, ...members });
  checkEnvelope(envelope);
  if (ESCAPED_SURROGATE.test(text)) checkSurrogates(envelope.value);
  const type = /** @type {string} */ (envelope.type);
  const expiresAt = /** @type {number | undefined} */ (envelope.expires_at);
  if (expiresAt !== undefined && expiresAt <= now) return undefined;
  return { value: readRoot(type, envelope.value, envelope.tagged === true), type, expiresAt };
}

/**
 * @param {Uint8Array} document
 * @returns {string}
 */
function decodeText(document) {
  try {
    return strictUtf8.decode(document);
  } catch (cause) {
    throw new CorruptValueError('the document is no UTF-8', { cause });
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be secret.
    throw new CorruptValueError('the document is no JSON');
  }
}

/**
 * @param {Record<string, unknown>} envelope
 */
function checkEnvelope({ v, type, value, write, tagged, expires_at: expiresAt }) {
  if (v !== VERSION) throw new CorruptValueError(`its version "v" is not ${VERSION}; a newer SDK may read it`);
  if (typeof type !== 'string') throw new CorruptValueError('it has no "type"');
  if (value === undefined) throw new CorruptValueError('it has no "value"');
  if (write !== undefined && !(typeof write === 'string' && WRITE_ID.test(write))) {
    throw new CorruptValueError('its "write" is not 16 hexadecimal digits');
  }
  if (tagged !== undefined && typeof tagged !== 'boolean') {
    throw new CorruptValueError('its "tagged" is neither true nor false');
  }
  if (expiresAt !== undefined && !Number.isInteger(expiresAt)) {
    throw new CorruptValueError('its "expires_at" is no integer');
  }
}

/**
 * Refuse lone surrogates (STR-1). It keeps its own stack: without `tagged` there is no limit of levels.
 *
 * @param {unknown} root
 */
function checkSurrogates(root) {
  const open = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node === 'string' && !node.isWellFormed()) {
      throw new CorruptValueError('a string has half a surrogate pair');
    }
    if (typeof node !== 'object' || node === null) continue;
    if (Array.isArray(node)) {
      for (const element of node) open.push(element);
    } else {
      for (const [key, member] of Object.entries(node)) open.push(key, member);
    }
  }
}

/**
 * Take the value out of its root node: NUL-1, BOOL-1, INT-2, FLT-2, STR-1, LST-1, DCT-1 and section 3.3.
 *
 * @param {string} type
 * @param {unknown} node
 * @param {boolean} tagged
 * @returns {unknown} the value, of that type
 */
function readRoot(type, node, tagged) {
  const kind = kindOf(node, tagged);
  if (kind === 'number') {
    if (type === 'int' && Number.isSafeInteger(node)) return /** @type {number} */ (node) + 0; // no -0
    if (type === 'float' && Number.isFinite(node)) return node;
  } else if (kind === type) {
    return tagged ? readTagged(node) : node;
  }
  throw new CorruptValueError(`its "value" does not fit its "type"`);
}

/**
 * @param {unknown} node
 * @param {boolean} tagged
 * @returns {string | undefined} the type a node shows by itself; of an untagged number only that it is one
 */
function kindOf(node, tagged) {
  switch (typeof node) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'str';
    case 'object': {
      if (node === null) return 'null';
      if (Array.isArray(node)) return 'list';
      const tag = tagged ? tagOf(node) : undefined;
      return tag === undefined ? 'dict' : TYPES_BY_TAG.get(tag);
    }
    default:
      return 'number';
  }
}

module.exports = { encode, decode };
