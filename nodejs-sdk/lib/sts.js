'use strict';

const { AccessDeniedError, ConfigurationError, UnavailableError } = require('./core/errors.js');
const { errorCode } = require('./core/refusals.js');
const { textOf } = require('./core/xml.js');

/** @typedef {import('./core/effects.js').Credentials} Credentials */
/** @template T @typedef {import('./core/effects.js').Program<T>} Program */

const MAX_SESSION_NAME = 64; // letters
const MAX_BYTES = 64 * 1024;
const ATTEMPTS = 3;
const CONFIGURATION_CODES = new Set(['ValidationError', 'RegionDisabledException', 'MalformedPolicyDocument']);

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * @param {import('./aws.js').AwsClient} client Who asks.
 * @param {string | undefined} region
 * @param {{role: string, session?: string, externalId?: string, duration?: string}} question
 * @returns {Program<Credentials & {expiration: Date}>}
 * @throws {AccessDeniedError | ConfigurationError | UnavailableError}
 */
function* assumeRole(client, region, { role, session, externalId, duration }) {
  const what = `Assuming the role ${role}`;
  const question = questionOf('AssumeRole', role, session);
  if (externalId !== undefined) question.set('ExternalId', externalId);
  if (duration !== undefined) question.set('DurationSeconds', duration);
  const response = yield* client.ask({
    service: 'sts',
    endpoint: client.endpoints.of('sts', region),
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(question.toString()),
    what,
  });
  return credentialsIn(response, what, role);
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 *
 * @param {import('./endpoints.js').Endpoints} endpoints
 * @param {string} region
 * @param {{role: string, session: string | undefined, token: string}} question
 * @returns {Program<Credentials & {expiration: Date}>}
 * @throws {AccessDeniedError | ConfigurationError | UnavailableError}
 */
function* assumeRoleWithWebIdentity(endpoints, region, { role, session, token }) {
  const what = `Assuming the role ${role}`;
  const question = questionOf('AssumeRoleWithWebIdentity', role, session);
  question.set('WebIdentityToken', token);
  const { url, route } = endpoints.of('sts', region);
  const body = Buffer.from(question.toString());
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
  for (let attempt = 1; ; attempt++) {
    // Nothing signs it: the token is what shows who asks.
    const outcome = yield { method: 'POST', url: `${url}/`, headers, body, maxBytes: MAX_BYTES, route };
    if (!('failure' in outcome) && outcome.status < 500) return credentialsIn(outcome, what, role);
    if (attempt < ATTEMPTS) continue;
    const failure = 'failure' in outcome ? outcome.failure : { code: errorCode(outcome), message: `status ${outcome.status}` };
    throw UnavailableError.because(what, failure);
  }
}

/**
 * @param {string} action
 * @param {string} role
 * @param {string} [session]
 */
function questionOf(action, role, session = 'memory-service') {
  return new URLSearchParams({ Action: action, Version: '2011-06-15', RoleArn: role, RoleSessionName: session.slice(0, MAX_SESSION_NAME) });
}

/**
 * @param {import('./core/effects.js').Response} response
 * @param {string} what
 * @param {string} role
 */
function credentialsIn(response, what, role) {
  if (response.status !== 200) throw refusal(errorCode(response), role);
  const xml = Buffer.from(response.body).toString();
  const tags = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'];
  const [accessKeyId, secretAccessKey, sessionToken, end] = tags.map((tag) => textOf(xml, tag));
  const expiration = new Date(end ?? NaN);
  if (accessKeyId && secretAccessKey && sessionToken && !Number.isNaN(expiration.getTime())) {
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  }
  throw UnavailableError.because(what, { code: 'garbled', message: 'the answer has no credentials' });
}

/**
 * @param {string} code
 * @param {string} role
 */
function refusal(code, role) {
  if (CONFIGURATION_CODES.has(code)) return new ConfigurationError(`STS cannot assume the role ${role} (${code}).`);
  return new AccessDeniedError(
    `STS refused to assume the role ${role} (${code}): who asks must be allowed to, and the role must trust them.`,
  );
}

module.exports = { assumeRole, assumeRoleWithWebIdentity };
