'use strict';

const { createPublicKey, generateKeyPair } = require('node:crypto');
const { promisify } = require('node:util');

/**
 * The kinds of key that CloudFront verifies signatures of ("Specify signers" in its developer guide), by the value
 * of the template's parameter KeyType.
 *
 * @type {Record<string, () => Promise<{privateKey: import('node:crypto').KeyObject}>>}
 */
const KINDS = {
  'RSA-2048': () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 }),
  'ECDSA-P256': () => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' }),
};

/**
 * Generates a key pair and returns the private key in PEM; {@link publicHalf} gives the other half.
 *
 * @param {string} type `RSA-2048` or `ECDSA-P256`
 * @returns {Promise<string>}
 * @throws {Error} if the type is another
 */
async function generatePrivateKey(type) {
  if (!Object.hasOwn(KINDS, type)) throw new Error(`KeyType must be one of ${Object.keys(KINDS).join(', ')}, not ${type}`);
  const { privateKey } = await KINDS[type]();
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * @param {string} privateKey PEM
 * @returns {string} PEM, always the same for the same key
 */
function publicHalf(privateKey) {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

module.exports = { generatePrivateKey, publicHalf };
