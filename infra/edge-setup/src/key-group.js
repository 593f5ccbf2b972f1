'use strict';

const { discard } = require('./deletion');
const { list } = require('./paging');

const COMMENT = 'Memory Service verifies private reads';
const ATTEMPTS = 5;

/** @typedef {{Id: string, LastModifiedTime: Date, KeyGroupConfig: {Name: string, Items: string[]}}} KeyGroup */

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {string} name
 * @returns {Promise<KeyGroup | undefined>}
 */
async function find({ cloudfront }, name) {
  const all = await list(async (Marker) => (await cloudfront.listKeyGroups({ Marker })).KeyGroupList);
  return all.find((item) => item.KeyGroup.KeyGroupConfig.Name === name)?.KeyGroup;
}

/**
 * Makes a key group with one key, or returns the one that is there already.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {string} name
 * @param {string} publicKeyId
 * @returns {Promise<KeyGroup>}
 */
async function ensure(cloud, name, publicKeyId) {
  const KeyGroupConfig = { Name: name, Items: [publicKeyId], Comment: COMMENT };
  try {
    return (await cloud.cloudfront.createKeyGroup({ KeyGroupConfig })).KeyGroup;
  } catch (/** @type {any} */ error) {
    // The same call at the same moment, or one whose answer was lost, has been there first.
    const other = error.name === 'KeyGroupAlreadyExists' ? await find(cloud, name) : undefined;
    if (other) return other;
    throw error;
  }
}

/**
 * Changes what keys a group has. Somebody else's change in between is not overwritten.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {string} Id
 * @param {(publicKeyIds: string[]) => string[]} edit called again if the group has changed meanwhile
 * @returns {Promise<KeyGroup>}
 */
async function change({ cloudfront }, Id, edit) {
  for (let attempt = 1; ; attempt += 1) {
    const { KeyGroup, ETag: IfMatch } = await cloudfront.getKeyGroup({ Id });
    const { KeyGroupConfig } = KeyGroup;
    const Items = edit(KeyGroupConfig.Items);
    if (Items.join() === KeyGroupConfig.Items.join()) return KeyGroup;
    try {
      const changed = await cloudfront.updateKeyGroup({ Id, IfMatch, KeyGroupConfig: { ...KeyGroupConfig, Items } });
      return changed.KeyGroup;
    } catch (/** @type {any} */ error) {
      if (error.name === 'TooManyPublicKeysInKeyGroup') error.message += ` Take a key out of the key group ${Id}.`;
      const isLate = error.name === 'PreconditionFailed' || error.name === 'InvalidIfMatchVersion';
      if (!isLate || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Removes a key group, if it is there. No distribution may trust it.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {string} Id
 * @returns {Promise<void>}
 */
async function remove(cloud, Id) {
  const { cloudfront } = cloud;
  const deleteIt = async () => {
    const { ETag: IfMatch } = await cloudfront.getKeyGroup({ Id });
    await cloudfront.deleteKeyGroup({ Id, IfMatch });
  };
  await discard(deleteIt, { gone: 'NoSuchResource', inUse: 'ResourceInUse' }, cloud);
}

module.exports = { change, ensure, find, remove };
