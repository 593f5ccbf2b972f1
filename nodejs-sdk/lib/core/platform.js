'use strict';

/**
 * What the core wants of the platform that it runs on, beside what all platforms have: whoever loads the core gives it that once,
 * before the first call. The rest is told apart elsewhere: requests and waits are effects (`effects.js`), time and chance are
 * {@link Seams}, the environment and what is in files are arguments.
 *
 * @typedef {object} Platform
 * @property {(bytes: Uint8Array) => string} toBase64 RFC 4648, section 4, padded.
 * @property {(text: string) => Uint8Array | undefined} fromBase64 With memory of their own; undefined unless the text is exactly what `toBase64` writes.
 * @property {(head: string, text: string, tail: string) => Uint8Array} toUtf8 Of all three: the text without lone surrogates, the others in ASCII.
 * @property {(text: string) => number} octetsOf How many bytes it takes in UTF-8.
 * @property {(data: string | Uint8Array, as: 'hex' | 'base64') => string} sha256 Of a text, that of its UTF-8.
 * @property {() => string} randomWriteId 16 random hexadecimal digits, such as nobody guesses (ENV-6).
 * @property {(bytes: Uint8Array, level: number) => Uint8Array} gzip With a level of 1 to 9.
 * @property {(bytes: Uint8Array, maxBytes: number) => Uint8Array} gunzip Throws if it is none, or gives more than that.
 */

/**
 * What a test may replace: the clock, in Unix milliseconds; a random number from 0 up to 1; a wait of milliseconds.
 *
 * Of the milliseconds that others wait for a factory (WAIT-2) a test may want fewer.
 *
 * @typedef {{clock: () => number, random: () => number, sleep: (milliseconds: number) => Promise<void>, patience?: number}} Seams
 */

const platform = /** @type {Platform} */ ({});

/** @param {Platform} given */
function setPlatform(given) {
  Object.assign(platform, given);
}

module.exports = { platform, setPlatform };
