'use strict';

// CommonJS: Lambda's Node runtime brings the AWS SDK on NODE_PATH, which only `require` searches everywhere.
const { CloudFront } = require('@aws-sdk/client-cloudfront');
const { SSM } = require('@aws-sdk/client-ssm');
const { setTimeout: pause } = require('node:timers/promises');

const { answer } = require('./answer');
const { route } = require('./route');

const cloud = {
  cloudfront: /** @type {import('./route').Cloud['cloudfront']} */ (new CloudFront({})),
  ssm: /** @type {import('./route').Cloud['ssm']} */ (new SSM({})),
  pause,
};

/**
 * Creates, keeps or removes what the event asks for, and tells CloudFormation how it went.
 *
 * @param {import('./route').Event & import('./answer').Callback} event
 * @returns {Promise<void>}
 */
exports.handler = async (event) => answer(event, await route(cloud, event));
