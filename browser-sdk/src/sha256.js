/** The first bits of the fractional part of a root: what the constants of FIPS 180-4 are. @param {number} root */
const fraction = (root) => ((root % 1) * 2 ** 32) | 0;

const PRIMES = [2];
for (let next = 3; PRIMES.length < 64; next++) if (PRIMES.every((prime) => next % prime > 0)) PRIMES.push(next);
const ROUNDS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));

const utf8 = new TextEncoder();

/**
 * In one go, which `crypto.subtle` does not offer.
 *
 * @param {string} text
 * @returns {string} in hexadecimal digits
 */
export function sha256(text) {
  const bytes = utf8.encode(text);
  const blocks = new DataView(new ArrayBuffer((((bytes.length + 8) >> 6) + 1) << 6));
  new Uint8Array(blocks.buffer).set(bytes);
  blocks.setUint8(bytes.length, 0x80);
  blocks.setUint32(blocks.byteLength - 4, bytes.length * 8);
  const hash = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const turned = (/** @type {number} */ word, /** @type {number} */ by) => (word >>> by) | (word << (32 - by));
  for (let at = 0; at < blocks.byteLength; at += 64) {
    const words = Array.from({ length: 16 }, (_, index) => blocks.getInt32(at + index * 4));
    let [a, b, c, d, e, f, g, h] = hash;
    for (let round = 0; round < 64; round++) {
      if (round > 15) {
        const [low, high] = [words[round - 15], words[round - 2]];
        const small = turned(low, 7) ^ turned(low, 18) ^ (low >>> 3);
        words[round] = (words[round - 16] + small + words[round - 7] + (turned(high, 17) ^ turned(high, 19) ^ (high >>> 10))) | 0;
      }
      const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[round] + words[round]) | 0;
      const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => (hash[index] = (hash[index] + word) | 0));
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
