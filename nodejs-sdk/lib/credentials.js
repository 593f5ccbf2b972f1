'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');

const { ConfigurationError, UnavailableError } = require('./errors.js');

/** @typedef {import('./effects.js').Credentials} Credentials */

/** @typedef {() => import('./effects.js').Program<Credentials>} Identity Who a request is signed for. */

const PROVIDER = '@aws-sdk/credential-provider-node';
const RENEW_BEFORE = 5 * 60_000; // milliseconds

/** What the AWS SDK's provider gave last; one for the process, like the environment. @type {Credentials | undefined} */
let provided;

/**
 * AWS credentials: from the environment, where Lambda puts them, else from the AWS SDK if it is installed.
 *
 * @param {() => number} clock Unix time in milliseconds
 * @returns {import('./effects.js').Program<Credentials>}
 * @throws {ConfigurationError}
 * @throws {UnavailableError} if they do not come in time
 */
function* credentials(clock) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN || undefined,
    };
  }
  if (provided && !(Number(provided.expiration) - RENEW_BEFORE < clock())) return provided;
  const outcome = yield { provider: findProvider() };
  if ('failure' in outcome) {
    if (outcome.failure.code === 'timeout') throw UnavailableError.because('Finding AWS credentials', outcome.failure);
    throw new ConfigurationError(`There are no AWS credentials: ${outcome.failure.message}`);
  }
  provided = outcome.credentials;
  return outcome.credentials;
}

/**
 * @param {Pick<import('./config.js').Config, 'roleArn' | 'region'>} config
 * @param {string} service
 * @param {() => number} clock Unix time in milliseconds
 * @returns {Identity} who asks S3 and CloudFront: the function itself, or the role it is to assume (ROLE-1)
 */
function identityOf({ roleArn, region }, service, clock) {
  if (roleArn === undefined) return () => credentials(clock);
  const { Role } = require('./role.js'); // here, because most have none
  const role = Role.at(roleArn, service, region);
  return () => role.credentials(clock);
}

/**
 * @returns {string} the provider's file; NODE_PATH counts, as in Lambda, and so do the program and its folder
 */
function findProvider() {
  const places = [path.dirname(process.argv[1] ?? ''), process.cwd()];
  if (typeof __dirname === 'string') places.unshift(__dirname); // a bundle in ES module format has none
  try {
    return createRequire(path.join(process.cwd(), 'any')).resolve(PROVIDER, { paths: places });
  } catch {
    throw new ConfigurationError(
      `There are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install ${PROVIDER}.`,
    );
  }
}

module.exports = { credentials, identityOf };
