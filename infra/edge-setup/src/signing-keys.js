'use strict';

const keyGroup = require('./key-group');
const { generatePrivateKey, publicHalf } = require('./key-pair');
const keyParameter = require('./key-parameter');
const publicKeys = require('./public-keys');

/**
 * @typedef {object} Attributes
 * @property {string} KeyGroupId
 * @property {string} PublicKeyId
 * @property {string} KeyArn where the private key is; the key itself leaves this function for there only
 */

/**
 * Returns the stack's key group, made with a new key pair if there is none.
 *
 * Each step takes up what an earlier or a simultaneous run has made, so all runs end with the same pair. The group is
 * made last: where it exists, everything does. What is there stays, whatever KeyType says now: a rotation changes it.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<Attributes>}
 */
async function ensure(cloud, order) {
  const group = await keyGroup.find(cloud, order.name);
  if (group) return attributes(group, await publicKeyOf(cloud, group), order);
  try {
    return await make(cloud, order);
  } catch (/** @type {any} */ error) {
    // CloudFormation deletes a resource whose Create failed, other engines do not.
    await undo(cloud, order).catch((left) => {
      error.message += ` (what had been made could not be removed: ${left.name})`;
    });
    throw error;
  }
}

/**
 * Removes what is there of the key group, the public keys and the private keys' parameters.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<void>}
 */
async function remove(cloud, { name, parameterName }) {
  const group = await keyGroup.find(cloud, name);
  if (group) await keyGroup.remove(cloud, group.Id);
  // After their group: a key in a group cannot be deleted. A rotation that was under way has left two.
  for (const { Id } of await publicKeys.ofStack(cloud, name)) await publicKeys.remove(cloud, Id);
  await keyParameter.remove(cloud.ssm, nextParameter(parameterName));
  await keyParameter.remove(cloud.ssm, parameterName);
}

/**
 * Returns where a rotation keeps the next private key until it signs.
 *
 * @param {string} parameterName
 */
function nextParameter(parameterName) {
  return `${parameterName}-next`;
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<Attributes>}
 */
async function make(cloud, order) {
  const { name, parameterName, keyType } = order;
  // The private half comes first: whoever finds it can go on with the rest.
  const generated = { private_key: await generatePrivateKey(keyType), made_for: name };
  const { private_key } = await keyParameter.create(cloud.ssm, parameterName, generated, name);
  const public_key_id = await publicKeys.ensure(cloud, name, publicHalf(private_key));
  const since = Math.floor(cloud.now() / 1000);
  await keyParameter.replace(cloud.ssm, parameterName, { public_key_id, private_key, made_for: name, since });
  return attributes(await keyGroup.ensure(cloud, name, public_key_id), public_key_id, order);
}

/**
 * Returns the stack's key in the group: others may have added theirs, and a rotation its next one.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./key-group').KeyGroup} group
 * @returns {Promise<string>}
 */
async function publicKeyOf(cloud, { KeyGroupConfig: { Name, Items } }) {
  const own = (await publicKeys.ofStack(cloud, Name)).map(({ Id }) => Id);
  return Items.find((id) => own.includes(id)) ?? Items[0];
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {import('./route').Order} order
 * @returns {Promise<void>}
 */
async function undo(cloud, order) {
  // Lambda may run an event twice at once: what the other run has completed is not ours to remove.
  if (!(await keyGroup.find(cloud, order.name))) await remove(cloud, order);
}

/**
 * @param {import('./key-group').KeyGroup} group
 * @param {string} PublicKeyId
 * @param {import('./route').Order} order
 * @returns {Attributes}
 */
function attributes({ Id }, PublicKeyId, { parameterArn }) {
  return { KeyGroupId: Id, PublicKeyId, KeyArn: parameterArn };
}

module.exports = { ensure, nextParameter, remove };
