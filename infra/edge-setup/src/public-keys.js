'use strict';

const { randomUUID } = require('node:crypto');

const { discard } = require('./deletion');
const { list } = require('./paging');

const COMMENT = 'Memory Service verifies private reads';

/** @typedef {{Id: string, Name: string, EncodedKey: string}} PublicKey */

/**
 * Returns the id of the public key of this name, uploaded if CloudFront does not have it.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {string} name unique in the account
 * @param {string} pem
 * @returns {Promise<string>}
 * @throws {Error} TooManyPublicKeys, if the account has as many as CloudFront allows
 */
async function ensure(cloud, name, pem) {
  const found = await findByName(cloud, name);
  if (found && isSame(found.EncodedKey, pem)) return found.Id;
  if (found) await remove(cloud, found.Id); // its private half is lost: public keys cannot be changed
  const PublicKeyConfig = { CallerReference: randomUUID(), Name: name, EncodedKey: pem, Comment: COMMENT };
  try {
    const { PublicKey } = await cloud.cloudfront.createPublicKey({ PublicKeyConfig });
    return PublicKey.Id;
  } catch (/** @type {any} */ error) {
    // The same call at the same moment, or one whose answer was lost, has been there first.
    const other = error.name === 'PublicKeyAlreadyExists' ? await findByName(cloud, name) : undefined;
    if (other && isSame(other.EncodedKey, pem)) return other.Id;
    if (error.name === 'TooManyPublicKeys') error.message += ' Delete a public key that no key group needs.';
    throw error;
  }
}

/**
 * Returns all public keys of a stack: the one of this name, and those of later rotations, whose names add to it.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {string} name
 * @returns {Promise<PublicKey[]>}
 */
async function ofStack({ cloudfront }, name) {
  const all = await list(async (Marker) => (await cloudfront.listPublicKeys({ Marker })).PublicKeyList);
  return all.filter((key) => key.Name === name || key.Name.startsWith(`${name}-`));
}

/**
 * Removes a public key, if it is there. No key group may have it.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {string} Id
 * @returns {Promise<void>}
 */
async function remove(cloud, Id) {
  const { cloudfront } = cloud;
  const deleteIt = async () => {
    const { ETag: IfMatch } = await cloudfront.getPublicKey({ Id });
    await cloudfront.deletePublicKey({ Id, IfMatch });
  };
  await discard(deleteIt, { gone: 'NoSuchPublicKey', inUse: 'PublicKeyInUse' }, cloud);
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {string} name
 */
async function findByName(cloud, name) {
  return (await ofStack(cloud, name)).find((key) => key.Name === name);
}

/**
 * @param {string} one
 * @param {string} other
 */
function isSame(one, other) {
  return one.replace(/\s/g, '') === other.replace(/\s/g, '');
}

module.exports = { ensure, ofStack, remove };
