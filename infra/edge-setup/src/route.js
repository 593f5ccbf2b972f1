'use strict';

const accessControl = require('./access-control');
const signingKeys = require('./signing-keys');

/**
 * What is to be made.
 *
 * @typedef {object} Order
 * @property {string} name unique in the account, the same for each event of one stack, at most 64 characters
 * @property {string} title for people, at most 100 characters: CloudFront's comments have 128
 * @property {string} parameterName the SSM parameter for the private key, with its leading slash
 * @property {string} parameterArn
 * @property {string} keyType what kind of key pair
 */

/**
 * The part of CloudFormation's event that says what to do ("Custom resource request objects" in its user guide).
 *
 * @typedef {object} Event
 * @property {'Create' | 'Update' | 'Delete'} RequestType
 * @property {string} StackId
 * @property {string} LogicalResourceId
 * @property {string} [PhysicalResourceId] missing on Create
 * @property {{Kind: string, ParameterName?: string, KeyType?: string}} ResourceProperties
 */

/**
 * @typedef {object} Outcome
 * @property {'SUCCESS' | 'FAILED'} Status
 * @property {string} PhysicalResourceId
 * @property {string} [Reason]
 * @property {Record<string, string>} [Data]
 */

/** @type {Record<string, {ensure: (cloud: import('./cloud').Cloud, order: Order) => Promise<Record<string, string>>,
 *                         remove: (cloud: import('./cloud').Cloud, order: Order) => Promise<void>}>} */
const KINDS = { AccessControl: accessControl, SigningKeys: signingKeys };

// CloudFormation takes answers up to 4,096 bytes; the rest of ours stays far below 1,000.
const LONGEST_REASON = 1000;

/**
 * Everything is found again by name, so the name must come from what all events of a stack share.
 * CloudFront is global and takes 64 characters: the stack's unique id tells stacks apart, its name tells people.
 *
 * @param {Event} event
 * @returns {Order}
 */
function orderOf({ StackId, ResourceProperties }) {
  const [, partition, , region, account, resource] = StackId.split(':');
  const [, stackName, id] = resource.split('/');
  const parameterName = ResourceProperties.ParameterName ?? '';
  return {
    name: `${stackName.slice(0, 27)}-${id}`,
    title: stackName.slice(0, 100),
    parameterName,
    keyType: ResourceProperties.KeyType ?? '',
    parameterArn: `arn:${partition}:ssm:${region}:${account}:parameter${parameterName}`,
  };
}

/**
 * Does what an event asks for. Never throws: CloudFormation waits for an answer, also for a bad one.
 *
 * @param {import('./cloud').Cloud} cloud
 * @param {Event} event
 * @returns {Promise<Outcome>}
 */
async function route(cloud, event) {
  const { RequestType, LogicalResourceId, ResourceProperties } = event;
  const order = orderOf(event);
  // A Create that ran out of time was never answered: CloudFormation then deletes by an id of its own making.
  const PhysicalResourceId = event.PhysicalResourceId ?? order.name;
  try {
    const kind = KINDS[ResourceProperties.Kind];
    // Nothing was made of what is unknown, and a Delete that fails would keep a stack from rolling back.
    if (!kind && RequestType === 'Delete') return { Status: 'SUCCESS', PhysicalResourceId };
    if (!kind) throw new Error(`Kind must be one of ${Object.keys(KINDS).join(', ')}, not ${ResourceProperties.Kind}`);
    const Data = RequestType === 'Delete' ? void (await kind.remove(cloud, order)) : await kind.ensure(cloud, order);
    console.log(`${RequestType} ${LogicalResourceId}: done`);
    return { Status: 'SUCCESS', PhysicalResourceId, Data };
  } catch (/** @type {any} */ error) {
    const Reason = `${error.name}: ${error.message}`.slice(0, LONGEST_REASON);
    console.error(`${RequestType} ${LogicalResourceId}: ${Reason}`);
    return { Status: 'FAILED', PhysicalResourceId, Reason };
  }
}

module.exports = { orderOf, route };
