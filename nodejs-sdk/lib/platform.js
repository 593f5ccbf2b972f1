'use strict';

/** What Node gives the core; who requires this has given it. */

const { setPlatform } = require('./core/platform.js');

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** @param {string} text */
function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  // A small Buffer lies in memory that it shares with others, and is none of the type that was stored.
  return bytes.length === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}

/** Letters from which on it takes longer to put a text together than to write its parts. */
const LONG = 8192;

/**
 * For short texts twice as fast as a TextEncoder.
 *
 * @param {string} head
 * @param {string} text
 * @param {string} tail
 */
function toUtf8(head, text, tail) {
  if (text.length < LONG) return Buffer.from(head + text + tail);
  const end = head.length + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafeSlow(end + tail.length);
  bytes.write(head, 0, 'latin1');
  bytes.write(text, head.length);
  bytes.write(tail, end, 'latin1');
  return bytes;
}

// Loaded when they are used: that takes milliseconds, and a get needs none of them.
const crypto = () => require('node:crypto');
const zlib = () => require('node:zlib');

setPlatform({
  toBase64,
  fromBase64,
  toUtf8,
  octetsOf: (text) => Buffer.byteLength(text),
  sha256: (data, as) => crypto().createHash('sha256').update(data).digest(as),
  randomWriteId: () => crypto().randomBytes(8).toString('hex'),
  gzip: (bytes, level) => zlib().gzipSync(bytes, { level }),
  gunzip: (bytes, maxBytes) => zlib().gunzipSync(bytes, { maxOutputLength: maxBytes }),
});
