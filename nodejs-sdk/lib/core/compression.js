'use strict';

const { CorruptValueError } = require('./errors.js');
const { platform } = require('./platform.js');

const GZIP_FROM = 1024; // bytes (OBJ-2)

/** Bytes from which on a higher level costs more time than it saves bytes: a put of 1 MB takes two thirds of it. */
const LARGE = 64 * 1024;
const LEVEL = 6;
const LEVEL_OF_LARGE = 3;

/** Tokens of `Content-Encoding` that say nothing of the bytes (OBJ-2). */
const PASSED_OVER = new Set(['', 'identity', 'aws-chunked']);

/**
 * @param {Uint8Array} document
 * @returns {{body: Uint8Array, isZipped: boolean}} what to store
 */
function compress(document) {
  if (document.length < GZIP_FROM) return { body: document, isZipped: false };
  const zipped = platform.gzip(document, document.length < LARGE ? LEVEL : LEVEL_OF_LARGE);
  return zipped.length < document.length ? { body: zipped, isZipped: true } : { body: document, isZipped: false };
}

/**
 * Undo the gzip of OBJ-2, never beyond the limit.
 *
 * @param {import('./effects.js').Response} response
 * @param {number} maxBytes
 * @returns {Uint8Array} the document
 * @throws {CorruptValueError} OBJ-2, OBJ-4
 */
function decompress({ headers, body, cut }, maxBytes) {
  if (cut) throw new CorruptValueError(`it is larger than MAX_VALUE_BYTES, ${maxBytes} bytes`);
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return body;
  const tokens = encoding.toLowerCase().split(',').map((token) => token.trim()).filter((token) => !PASSED_OVER.has(token));
  if (tokens.length === 0) return body;
  if (tokens.length > 1 || tokens[0] !== 'gzip') throw new CorruptValueError('its Content-Encoding is not gzip');
  try {
    return platform.gunzip(body, maxBytes);
  } catch (cause) {
    throw new CorruptValueError(`it does not inflate to ${maxBytes} bytes or less`, { cause });
  }
}

module.exports = { compress, decompress };
