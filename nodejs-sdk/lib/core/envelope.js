'use strict';

const { CorruptValueError, ValueTooLargeError } = require('./errors.js');
const { memberOf, readTags } = require('./generations.js');
const { isTooDeep } = require('./nesting.js');
const { platform } = require('./platform.js');
const { readTagged, tagOf } = require('./value-reader.js');
const { writeValue } = require('./value-writer.js');

const VERSION = 1;
/** That of a document with tags, so that whoever knows none refuses it (CTAG-4). */
const VERSION_WITH_TAGS = 2;
const WRITE_ID = /^[0-9a-f]{16}$/;
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

const MEMBERS = ['v', 'type', 'value', 'write', 'tagged', 'expires_at', 'previous', 'took', 'tags'];

const TYPES_BY_TAG = new Map([
  ['$int', 'int'],
  ['$float', 'float'],
  ['$bytes', 'bytes'],
  ['$dict', 'dict'],
]);

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @typedef {import('./generations.js').Generations} Generations */

/**
 * What a document says besides its value.
 *
 * @typedef {object} Members
 * @property {number | undefined} [expiresAt] Unix time in milliseconds; never, if not given
 * @property {string[]} [previous] The write ids of the values that this one was made from (COND-5).
 * @property {number} [took] Milliseconds that computing it took (COMP-4).
 * @property {Generations | undefined} [tags] CTAG-4
 */

/** A value as it is when this is made, ready to be wrapped into a document (section 3). */
class Draft {
  #json;

  /**
   * @param {unknown} value
   * @throws {import('./errors.js').UnsupportedTypeError} VAL-2 to VAL-8, naming the path of the offender
   */
  constructor(value) {
    const { type, json, tagged } = writeValue(value);
    this.#json = json;
    this.type = type;
    this.tagged = tagged;
    /** A list or dict may change any time: its text has it. */
    this.value = type === 'list' || type === 'dict' ? undefined : type === 'bytes' ? new Uint8Array(/** @type {Uint8Array} */ (value)) : value;
  }

  /** @returns {any} the value, the caller's own and as a get gives it */
  take() {
    if (this.type === 'bytes') return new Uint8Array(/** @type {Uint8Array} */ (this.value));
    if (this.type !== 'list' && this.type !== 'dict') return this.value;
    const value = JSON.parse(this.#json);
    return this.tagged ? readTagged(value) : value;
  }

  /**
   * @param {string} writeId 16 hexadecimal digits, new with every put (ENV-6)
   * @param {number} maxBytes
   * @param {Members} [members]
   * @returns {{document: Uint8Array, text: string}} compact JSON, in UTF-8 and as text
   * @throws {ValueTooLargeError} OBJ-4
   */
  prepare(writeId, maxBytes, { expiresAt, previous = [], took, tags } = {}) {
    const flag = this.tagged ? ',"tagged":true' : '';
    const end = expiresAt === undefined ? '' : `,"expires_at":${expiresAt}`;
    const lineage = previous.length === 0 ? '' : `,"previous":${JSON.stringify(previous)}`;
    const cost = took === undefined ? '' : `,"took":${took}`;
    const marks = tags ? memberOf(tags) : '';
    const head = `{"v":${tags ? VERSION_WITH_TAGS : VERSION},"type":"${this.type}","value":`;
    const rest = `,"write":"${writeId}"${flag}${end}${lineage}${cost}${marks}}`;
    const document = platform.toUtf8(head, this.#json, rest);
    if (document.length > maxBytes) {
      throw new ValueTooLargeError(
        `The value takes ${document.length} bytes as JSON; MAX_VALUE_BYTES allows ${maxBytes}. Store it in parts.`,
      );
    }
    return { document, text: head + this.#json + rest };
  }
}

/**
 * Wrap a value into its document (section 3).
 *
 * @param {unknown} value
 * @param {string} writeId
 * @param {number} maxBytes
 * @param {Members} [members]
 * @returns {Uint8Array} compact JSON in UTF-8
 * @throws {import('./errors.js').UnsupportedTypeError}
 * @throws {ValueTooLargeError}
 */
function encode(value, writeId, maxBytes, members) {
  return new Draft(value).prepare(writeId, maxBytes, members).document;
}

/**
 * Take apart a document, all but its value.
 *
 * @param {Uint8Array} document
 * @returns {Envelope}
 * @throws {CorruptValueError} ENV-1, ENV-4
 */
function unwrap(document) {
  const text = decodeText(document);
  if (isTooDeep(document, text)) throw new CorruptValueError('the document is nested in more than 256 levels');
  const members = parse(text);
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new CorruptValueError('the document is no object');
  }
  // A member inherited from Object.prototype is none of the document's.
  const isPolluted = MEMBERS.some((name) => name in Object.prototype);
  const checked = /** @type {Record<string, any>} */ (isPolluted ? { __proto__: null, ...members } : members);
  checkEnvelope(checked);
  if (text.includes('\\u') && ESCAPED_SURROGATE.test(text)) checkSurrogates(checked.value);
  return new Envelope(text, document.length, checked, checked.v === VERSION_WITH_TAGS ? readTags(checked.tags, text) : undefined);
}

/**
 * Take the value out of its document.
 *
 * @param {Uint8Array} document
 * @param {number} now Unix time in milliseconds
 * @returns {Envelope | undefined} undefined if it has expired (ENV-5)
 * @throws {CorruptValueError} ENV-1, ENV-4
 */
function decode(document, now) {
  const envelope = unwrap(document);
  if (envelope.hasExpired(now)) return undefined;
  envelope.read();
  return envelope;
}

/** A document taken apart. */
class Envelope {
  // Declared, so that nothing in Object.prototype stands in the way.
  #node;
  /** The document. */
  text;
  /** Bytes of the document. */
  octets;
  /** @type {string} */
  type;
  tagged;
  /** @type {string | undefined} */
  write;
  /** Unix time in milliseconds. @type {number | undefined} */
  expiresAt;
  /** @type {string[]} */
  previous;
  /** Milliseconds. @type {number} */
  took;
  /** Of a document without tags undefined. @type {Generations | undefined} */
  tags;
  /** What {@link read} found. @type {unknown} */
  value;

  /**
   * @param {string} text
   * @param {number} octets
   * @param {Record<string, any>} members that {@link checkEnvelope} let pass
   * @param {Generations} [tags]
   */
  constructor(text, octets, { type, value, write, tagged, expires_at: expiresAt, previous, took }, tags) {
    this.#node = value;
    this.text = text;
    this.octets = octets;
    this.type = type;
    this.tagged = tagged === true;
    this.write = write;
    this.expiresAt = expiresAt;
    // Nothing in these two is a reason to refuse a document (ENV-7).
    this.previous = isLineage(previous) ? previous : [];
    this.took = Number.isSafeInteger(took) && took > 0 ? took : 0;
    this.tags = tags;
  }

  /** @param {number} now Unix time in milliseconds */
  hasExpired(now) {
    return this.expiresAt !== undefined && this.expiresAt <= now;
  }

  /**
   * Find the value, once: what is tagged is replaced in place.
   *
   * @throws {CorruptValueError} ENV-4
   */
  read() {
    this.value = readRoot(this.type, this.#node, this.tagged);
    this.#node = undefined;
  }
}

/**
 * @param {unknown} previous
 * @returns {previous is string[]} whether it is a list of write ids (COND-5)
 */
function isLineage(previous) {
  return Array.isArray(previous) && previous.every((id) => typeof id === 'string' && WRITE_ID.test(id));
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
  if (v !== VERSION && v !== VERSION_WITH_TAGS) {
    throw new CorruptValueError(`its version "v" is neither ${VERSION} nor ${VERSION_WITH_TAGS}; a newer SDK may read it`);
  }
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

module.exports = { Draft, Envelope, encode, unwrap, decode };
