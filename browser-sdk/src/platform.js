// What browsers give the core; whoever imports this has given it.

import { setPlatform } from '../../nodejs-sdk/lib/core/platform.js';

/** Bytes that a call may be given as arguments. */
const PIECE = 8192;

const utf8 = new TextEncoder();

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

/** @param {string} text */
function fromBase64(text) {
  try {
    const octets = atob(text);
    // It takes spaces, and lets the padding be left out.
    return btoa(octets) === text ? Uint8Array.from(octets, (octet) => octet.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

const given = {
  toBase64,
  fromBase64,
  toUtf8: (/** @type {string[]} */ ...parts) => utf8.encode(parts.join('')),
  octetsOf: (/** @type {string} */ text) => utf8.encode(text).length,
  randomWriteId: () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (octet) => octet.toString(16).padStart(2, '0')).join(''),
};

// Of a hash only the change record makes use, which brings one; what is zipped is for streams.
setPlatform(/** @type {any} */ (given));
