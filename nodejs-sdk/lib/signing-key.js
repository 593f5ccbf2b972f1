'use strict';

const { createPrivateKey } = require('node:crypto');
const { readFileSync } = require('node:fs');

const { ConfigurationError } = require('./core/errors.js');

/**
 * @typedef {object} SigningKey
 * @property {string} id of the public key in CloudFront
 * @property {import('node:crypto').KeyObject} privateKey
 */

/**
 * @param {string} id
 * @param {string} pem
 * @param {string} where For the error message, which never holds any of the key.
 * @returns {SigningKey}
 * @throws {ConfigurationError} unless CloudFront takes keys of this kind
 */
function signingKey(id, pem, where) {
  const privateKey = parse(pem, where);
  const { modulusLength, namedCurve } = privateKey.asymmetricKeyDetails ?? {};
  if (modulusLength === 2048 || namedCurve === 'prime256v1') return { id, privateKey };
  throw new ConfigurationError(`The key in ${where} is neither RSA with 2048 bits nor ECDSA on P-256: make a new one.`);
}

/**
 * @param {string} pem
 * @param {string} where
 */
function parse(pem, where) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new ConfigurationError(`There is no usable private key in ${where}: it must be unencrypted PEM.`);
  }
}

/**
 * @param {string} id
 * @param {string} file
 * @returns {SigningKey}
 * @throws {ConfigurationError}
 */
function readKeyFile(id, file) {
  const where = `the file ${file} (PK_PATH)`;
  let pem;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(`Cannot read ${where}: put the private key there.`, { cause });
  }
  return signingKey(id, pem, where);
}

module.exports = { signingKey, readKeyFile };
