'use strict';

const { CorruptValueError } = require('./errors.js');

const GZIP_FROM = 1024; // bytes (OBJ-2)

/**
 * @param {Uint8Array} document
 * @returns {{body: Uint8Array, isZipped: boolean}} what to store
 */
function compress(document) {
  if (document.length < GZIP_FROM) return { body: document, isZipped: false };
  const zipped = require('node:zlib').gzipSync(document);
  return zipped.length < document.length ? { body: zipped, isZipped: true } : { body: document, isZipped: false };
}

/**
 * Undo the gzip of OBJ-2, never beyond the limit.
 *
 * @param {import('./transport.js').Response} response
 * @param {number} maxBytes
 * @returns {Uint8Array} the document
 * @throws {CorruptValueError} OBJ-4
 */
function decompress({ headers, body, cut }, maxBytes) {
  const encoding = headers['content-encoding'] || 'identity';
  if (cut) throw new CorruptValueError(`it is larger than MAX_VALUE_BYTES, ${maxBytes} bytes`);
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new CorruptValueError(`its encoding ${encoding} is not gzip`);
  try {
    return require('node:zlib').gunzipSync(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw new CorruptValueError(`it does not inflate to ${maxBytes} bytes or less`, { cause });
  }
}

module.exports = { compress, decompress };
