'use strict';

// CommonJS: Lambda's Node runtime brings the AWS SDK on NODE_PATH, which only `require` searches everywhere.
const { CloudFront } = require('@aws-sdk/client-cloudfront');
const { SSM } = require('@aws-sdk/client-ssm');
const { setTimeout: pause } = require('node:timers/promises');

/**
 * What keys and access controls are made with. Unchecked: the SDK's types call every member of an answer optional,
 * also those that the service always sends.
 *
 * @typedef {object} Cloud
 * @property {import('@smithy/types').UncheckedClient<import('@aws-sdk/client-cloudfront').CloudFront>} cloudfront
 * @property {import('@smithy/types').UncheckedClient<import('@aws-sdk/client-ssm').SSM>} ssm
 * @property {(milliseconds: number) => Promise<unknown>} pause
 * @property {() => number} remaining milliseconds until Lambda ends the function
 * @property {() => number} now Unix time in milliseconds
 */

// CloudFront's API is one for the world and throttles: patience costs less than a rolled back stack.
const patient = { maxAttempts: 6 };
const cloudfront = /** @type {Cloud['cloudfront']} */ (new CloudFront(patient));
const ssm = /** @type {Cloud['ssm']} */ (new SSM(patient));

/**
 * @param {{getRemainingTimeInMillis: () => number}} context Lambda's
 * @returns {Cloud}
 */
function connect(context) {
  return { cloudfront, ssm, pause, remaining: () => context.getRemainingTimeInMillis(), now: () => Date.now() };
}

module.exports = { connect };
