'use strict';

const { randomBytes } = require('node:crypto');

const keyGroup = require('./key-group');
const { generatePrivateKey, publicHalf } = require('./key-pair');
const keyParameter = require('./key-parameter');
const publicKeys = require('./public-keys');
const { nextParameter } = require('./signing-keys');

// Nowhere does AWS say how long a changed key group takes to reach all edges; a distribution's deployment takes less.
const PROPAGATION_SECONDS = 900;

// SDKs read the key again before they sign with one that they have had for an hour (KEYS-5 in the specification).
const KEY_AGE_SECONDS = 3600;

const CLOCK_SKEW_SECONDS = 300;
const DAY_SECONDS = 86_400;

/**
 * @typedef {object} Plan
 * @property {string} keyGroupId
 * @property {string} distributionId the distribution that trusts the group
 * @property {string} parameterName the SSM parameter that SDKs read the private key from
 * @property {string} keyType what the next key shall be
 * @property {number} longestSignature seconds: what was signed with the old key opens for at most so long
 * @property {number} days a key is used; 0 is until somebody starts a rotation
 */

/**
 * What a call is for: `continue` does what is due, `start` begins a rotation also if none is due, `revoke` drops
 * the old key of a rotation without waiting for what was signed with it to end.
 *
 * @typedef {'continue' | 'start' | 'revoke'} Action
 */

/**
 * @typedef {object} Report
 * @property {'idle' | 'propagating' | 'overlapping' | 'done'} phase what it waits for, if anything
 * @property {string} [publicKeyId] the key that SDKs sign with
 * @property {string} [until] when the next call has something to do, if that is known
 */

/**
 * Takes a rotation of the signing key as far as it may go now, and says when to call again:
 *
 * 1. The next key's private half goes into a parameter of its own, its public half into the key group: `propagating`.
 * 2. When all edges know it, SDKs are given it to sign with: `overlapping`.
 * 3. When everything signed with the old key has ended, the old key leaves the group and is deleted: `done`.
 *
 * No state is kept but what these steps leave behind, so a call that was cut off is repeated by the next one, and
 * calls at the same time do the same.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 * @param {Action} action
 * @returns {Promise<Report>}
 * @throws {Error} if a quota of CloudFront's is used up, or AWS refuses; calling again is always safe
 */
async function rotate(cloud, plan, action) {
  const { KeyGroup } = await cloud.cloudfront.getKeyGroup({ Id: plan.keyGroupId });
  const stack = KeyGroup.KeyGroupConfig.Name;
  const current = await keyParameter.read(cloud.ssm, plan.parameterName);
  const next = await readNext(cloud, plan, stack);
  if (next) return advance(cloud, plan, { stack, current, next, inHaste: action === 'revoke' });
  if (action === 'revoke') throw new Error('no rotation is under way: start one, and revoke the old key after it has propagated');
  const due = (current?.since ?? 0) + plan.days * DAY_SECONDS;
  const isDue = plan.days > 0 && secondsOf(cloud) >= due;
  if (action !== 'start' && !isDue) return report('idle', current, plan.days > 0 ? due : undefined);
  return advance(cloud, plan, { stack, current, next: await begin(cloud, plan, stack), inHaste: false });
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 * @param {string} stack what its public keys' names begin with
 * @returns {Promise<import('./key-parameter').Secret | undefined>} undefined if no rotation is under way
 */
async function readNext({ ssm }, { parameterName }, stack) {
  const next = await keyParameter.read(ssm, nextParameter(parameterName));
  return next?.made_for?.startsWith(stack) ? next : undefined; // else a former stack of the same name has left it
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 * @param {string} stack
 * @returns {Promise<import('./key-parameter').Secret>}
 */
async function begin({ ssm }, { parameterName, keyType }, stack) {
  const generated = {
    private_key: await generatePrivateKey(keyType),
    made_for: `${stack}-${randomBytes(4).toString('hex')}`,
  };
  return keyParameter.create(ssm, nextParameter(parameterName), generated, stack);
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 * @param {{stack: string, current: import('./key-parameter').Secret | undefined,
 *          next: import('./key-parameter').Secret, inHaste: boolean}} state
 * @returns {Promise<Report>}
 */
async function advance(cloud, plan, { stack, current, next, inHaste }) {
  const publicKeyId = await publicKeys.ensure(cloud, next.made_for, publicHalf(next.private_key));
  let signing = current;
  if (current?.public_key_id !== publicKeyId) {
    const known = await introduce(cloud, plan, publicKeyId);
    if (secondsOf(cloud) < known || !(await isDeployed(cloud, plan))) return report('propagating', current, known);
    signing = { ...next, public_key_id: publicKeyId, since: secondsOf(cloud) };
    await keyParameter.replace(cloud.ssm, plan.parameterName, signing);
  }
  const ended = (signing?.since ?? 0) + KEY_AGE_SECONDS + plan.longestSignature + CLOCK_SKEW_SECONDS;
  if (!inHaste && secondsOf(cloud) < ended) return report('overlapping', signing, ended);
  await retire(cloud, plan, { stack, next, publicKeyId });
  return report('done', signing);
}

/**
 * Puts the next key into the key group.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 * @param {string} publicKeyId
 * @returns {Promise<number>} Unix time in seconds: when all edges know it
 */
async function introduce(cloud, { keyGroupId, parameterName }, publicKeyId) {
  try {
    const add = (/** @type {string[]} */ ids) => (ids.includes(publicKeyId) ? ids : [...ids, publicKeyId]);
    const { LastModifiedTime } = await keyGroup.change(cloud, keyGroupId, add);
    return Math.ceil(LastModifiedTime.getTime() / 1000) + PROPAGATION_SECONDS;
  } catch (/** @type {any} */ error) {
    if (error.name === 'NoSuchResource') {
      // The stack was deleted meanwhile, and its own deletion may have come too early for these.
      await publicKeys.remove(cloud, publicKeyId);
      await keyParameter.remove(cloud.ssm, nextParameter(parameterName));
    }
    throw error;
  }
}

/**
 * Removes all of the stack's keys but one, and then the parameter without which no rotation is under way.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 * @param {{stack: string, next: import('./key-parameter').Secret, publicKeyId: string}} rotation
 * @returns {Promise<void>}
 */
async function retire(cloud, plan, { stack, next, publicKeyId }) {
  const { keyGroupId, parameterName } = plan;
  const all = await publicKeys.ofStack(cloud, stack);
  const old = all.map(({ Id }) => Id).filter((id) => id !== publicKeyId);
  // A call that was slow must not undo what a later rotation has begun.
  const isUnderWay = async () => (await readNext(cloud, plan, stack))?.made_for === next.made_for;
  if (!(await isUnderWay())) return;
  await keyGroup.change(cloud, keyGroupId, (ids) => ids.filter((id) => !old.includes(id)));
  for (const id of old) await publicKeys.remove(cloud, id);
  if (await isUnderWay()) await keyParameter.remove(cloud.ssm, nextParameter(parameterName));
}

/**
 * @param {import('./cloud').Cloud} cloud
 * @param {Plan} plan
 */
async function isDeployed({ cloudfront }, { distributionId }) {
  const { Distribution } = await cloudfront.getDistribution({ Id: distributionId });
  return Distribution.Status === 'Deployed';
}

/**
 * @param {Report['phase']} phase
 * @param {import('./key-parameter').Secret | undefined} signing
 * @param {number} [until] Unix time in seconds
 * @returns {Report}
 */
function report(phase, signing, until) {
  const when = until === undefined ? {} : { until: new Date(until * 1000).toISOString() };
  return { phase, publicKeyId: signing?.public_key_id, ...when };
}

/** @param {import('./cloud').Cloud} cloud */
function secondsOf(cloud) {
  return Math.floor(cloud.now() / 1000);
}

module.exports = { rotate };
