'use strict';

const path = require('node:path');

const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./core/errors.js');
const { double } = require('./double.js');

/** @typedef {import('./core/effects.js').Credentials} Credentials */

/** @typedef {() => import('./core/effects.js').Program<Credentials>} Identity Who a request is signed for. */

const RENEW_BEFORE = 5 * 60_000; // milliseconds

/** What was found last; one for the process, like the environment. @type {{by: string, credentials: Credentials} | undefined} */
let found;

/**
 * AWS credentials (AWS-2): from the environment, where Lambda puts them, else what `credential-chain.js` finds.
 *
 * @param {import('./settings.js').Settings} settings
 * @param {() => number} clock Unix time in milliseconds
 * @returns {import('./core/effects.js').Program<Credentials>}
 * @throws {ConfigurationError}
 * @throws {AccessDeniedError}
 * @throws {UnavailableError} if they do not come in time
 */
function* credentials(settings, clock) {
  const own = keysIn((name) => settings.variable(name));
  if (own) return own;
  const environment = settings.relevant;
  const by = JSON.stringify([environment, double.generation]);
  const left = found?.by === by ? Number(found.credentials.expiration ?? Infinity) - clock() : -Infinity;
  if (found && left > RENEW_BEFORE) return found.credentials;
  const outcome = yield { environment, places: places() };
  if (!('failure' in outcome)) {
    found = { by, credentials: outcome.credentials };
    return found.credentials;
  }
  const { code, message } = outcome.failure;
  // Those at hand are good for some minutes.
  if (found && left > 0 && code !== 'configuration') return found.credentials;
  if (code === 'configuration') throw new ConfigurationError(message);
  if (code === 'access_denied') throw new AccessDeniedError(message);
  throw UnavailableError.because('Finding AWS credentials', outcome.failure);
}

/**
 * @param {(name: string) => string | undefined} variable
 * @returns {Credentials | undefined}
 * @throws {ConfigurationError} if there is one of two
 */
function keysIn(variable) {
  const accessKeyId = variable('AWS_ACCESS_KEY_ID');
  const secretAccessKey = variable('AWS_SECRET_ACCESS_KEY');
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken: variable('AWS_SESSION_TOKEN') };
  if (!accessKeyId && !secretAccessKey) return undefined;
  throw new ConfigurationError(`The AWS credentials are incomplete: set ${accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'} as well.`);
}

/** @returns {string[]} where the AWS SDK may be; NODE_PATH counts besides, as in Lambda */
function places() {
  const folders = [path.dirname(process.argv[1] ?? ''), process.cwd()];
  if (typeof __dirname === 'string') folders.unshift(__dirname); // a bundle in ES module format has none
  return folders;
}

module.exports = { credentials };
