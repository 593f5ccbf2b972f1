'use strict';

const { generateKeyPair, randomUUID } = require('node:crypto');
const { promisify } = require('node:util');

const { find, discard } = require('./by-name');

/**
 * @typedef {object} Attributes
 * @property {string} KeyGroupId
 * @property {string} PublicKeyId
 * @property {string} KeyArn where the private key is; the key itself leaves this function for there only
 */

/**
 * Returns the stack's key group, made with a new key pair if there is none.
 *
 * The group is made last: where it exists, everything does.
 *
 * @param {import('./route').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<Attributes>}
 */
async function ensure(cloud, order) {
  const group = await findGroup(cloud.cloudfront, order.name);
  if (group) return attributes(group, order);
  await remove(cloud, order); // what a Create that was cut off has left
  try {
    return await make(cloud, order);
  } catch (/** @type {any} */ error) {
    // CloudFormation deletes a resource whose Create failed, other engines do not.
    await remove(cloud, order).catch((left) => {
      error.message += ` (what had been made could not be removed: ${left.name})`;
    });
    throw error;
  }
}

/**
 * Removes what is there of the key group, the public key and the private key's parameter.
 *
 * @param {import('./route').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<void>}
 */
async function remove({ cloudfront, ssm, pause }, { name, parameterName }) {
  const Id = (await findGroup(cloudfront, name))?.Id;
  if (Id) {
    const deleteGroup = async () => {
      const { ETag: IfMatch } = await cloudfront.getKeyGroup({ Id });
      await cloudfront.deleteKeyGroup({ Id, IfMatch });
    };
    await discard(deleteGroup, { gone: 'NoSuchResource', inUse: 'ResourceInUse' }, pause);
  }
  await removePublicKey({ cloudfront, pause }, name); // after its group: a key in a group cannot be deleted
  await discard(() => ssm.deleteParameter({ Name: parameterName }), { gone: 'ParameterNotFound' }, pause);
}

/**
 * @param {Pick<import('./route').Cloud, 'cloudfront' | 'pause'>} cloud
 * @param {string} name
 * @returns {Promise<void>}
 */
async function removePublicKey({ cloudfront, pause }, name) {
  const found = await find(
    async (Marker) => (await cloudfront.listPublicKeys({ Marker })).PublicKeyList,
    (item) => item.Name === name,
  );
  if (!found) return;
  const { Id } = found;
  const deleteKey = async () => {
    const { ETag: IfMatch } = await cloudfront.getPublicKey({ Id });
    await cloudfront.deletePublicKey({ Id, IfMatch });
  };
  await discard(deleteKey, { gone: 'NoSuchPublicKey', inUse: 'PublicKeyInUse' }, pause);
}

/**
 * @param {import('./route').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<Attributes>}
 */
async function make({ cloudfront, ssm }, order) {
  const { name, parameterName } = order;
  // CloudFront verifies signatures of RSA keys of exactly 2,048 bits ("Specify signers" in its developer guide).
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const Comment = 'Memory Service signs private reads';
  const { PublicKey } = await cloudfront.createPublicKey({
    PublicKeyConfig: { CallerReference: randomUUID(), Name: name, EncodedKey: publicKey, Comment },
  });
  await store(ssm, parameterName, { public_key_id: PublicKey.Id, private_key: privateKey });
  const KeyGroupConfig = { Name: name, Items: [PublicKey.Id], Comment };
  const { KeyGroup } = await cloudfront.createKeyGroup({ KeyGroupConfig });
  return attributes(KeyGroup, order);
}

/**
 * @param {import('./route').Cloud['ssm']} ssm
 * @param {string} name
 * @param {{public_key_id: string, private_key: string}} secret
 * @returns {Promise<void>}
 */
async function store(ssm, name, secret) {
  try {
    await ssm.putParameter({ Name: name, Type: 'SecureString', Overwrite: true, Value: JSON.stringify(secret) });
  } catch (/** @type {any} */ error) {
    // A message of SSM's own may quote the value it refuses, and ours ends up in logs and stack events.
    // eslint-disable-next-line preserve-caught-error -- for that very reason
    throw new Error(`the private key could not be stored in the parameter ${name}: ${error.name}`);
  }
}

/**
 * @param {import('./route').Cloud['cloudfront']} cloudfront
 * @param {string} name
 */
async function findGroup(cloudfront, name) {
  const found = await find(
    async (Marker) => (await cloudfront.listKeyGroups({ Marker })).KeyGroupList,
    (item) => item.KeyGroup.KeyGroupConfig.Name === name,
  );
  return found?.KeyGroup;
}

/**
 * @param {{Id: string, KeyGroupConfig: {Items: string[]}}} group
 * @param {import('./route').Order} order
 * @returns {Attributes}
 */
function attributes({ Id, KeyGroupConfig }, { parameterArn }) {
  return { KeyGroupId: Id, PublicKeyId: KeyGroupConfig.Items[0], KeyArn: parameterArn };
}

module.exports = { ensure, remove };
