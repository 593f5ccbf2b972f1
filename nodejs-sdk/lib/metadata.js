'use strict';

const { readFileSync } = require('node:fs');

const { ConfigurationError, UnavailableError } = require('./core/errors.js');

/** @typedef {import('./core/effects.js').Credentials} Credentials */
/** @typedef {import('./settings.js').Settings} Settings */
/** @template T @typedef {import('./core/effects.js').Program<T>} Program */

const CONTAINER = 'http://169.254.170.2';
const INSTANCE = 'http://169.254.169.254';
const INSTANCE_IPV6 = 'http://[fd00:ec2::254]';
const ROLES = '/latest/meta-data/iam/security-credentials/';
const TOKEN_LIFETIME = '21600'; // seconds
const MAX_BYTES = 64 * 1024;
const ATTEMPTS = 2;

/** Hosts that a container's credentials may be asked of without TLS. */
const CONTAINER_HOSTS = /^(localhost|127(\.[0-9]+){3}|\[::1\]|169\.254\.170\.(2|23)|\[fd00:ec2::23\])$/;

/**
 * Credentials of the container this runs in.
 *
 * @param {Settings} settings
 * @returns {Program<Credentials | undefined>} undefined if it has none
 * @throws {ConfigurationError}
 * @throws {UnavailableError}
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
function* containerCredentials(settings) {
  const relative = settings.variable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const full = settings.variable('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  if (relative === undefined && full === undefined) return undefined;
  const url = relative === undefined ? checkUrl(String(full)) : `${CONTAINER}${relative.startsWith('/') ? '' : '/'}${relative}`;
  const authorization = readToken(settings);
  const headers = { accept: 'application/json', ...(authorization && { authorization }) };
  const what = 'Asking the container for credentials';
  const response = yield* ask({ method: 'GET', url, headers }, what);
  if (response.status !== 200) throw UnavailableError.because(what, { code: String(response.status), message: `status ${response.status}` });
  return credentialsIn(response.body, what);
}

/** @param {string} text */
function checkUrl(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && !url.username && (url.protocol === 'https:' || (url.protocol === 'http:' && CONTAINER_HOSTS.test(url.hostname)))) return url.href;
  throw new ConfigurationError('AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http on this machine or at the addresses of ECS and EKS.');
}

/** @param {Settings} settings */
function readToken(settings) {
  const file = settings.variable('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  let token = settings.variable('AWS_CONTAINER_AUTHORIZATION_TOKEN');
  try {
    if (file !== undefined) token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new ConfigurationError(`The file ${file} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) cannot be read (${code}).`);
  }
  if (token === undefined || !/[\r\n]/.test(token)) return token;
  throw new ConfigurationError('AWS_CONTAINER_AUTHORIZATION_TOKEN must be one line.');
}

/**
 * Credentials of the EC2 instance this runs on, by version 2 of its metadata service.
 *
 * @param {Settings} settings
 * @returns {Program<Credentials | undefined>} undefined if this is no instance, or one without a role
 * @throws {UnavailableError}
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
function* instanceCredentials(settings) {
  if (settings.variable('AWS_EC2_METADATA_DISABLED')?.toLowerCase() === 'true') return undefined;
  const isIpv6 = settings.variable('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE')?.toLowerCase() === 'ipv6';
  const own = settings.variable('AWS_EC2_METADATA_SERVICE_ENDPOINT');
  if (own !== undefined && !/^https?:\/\/[^/?#@]+\/?$/i.test(own)) {
    throw new ConfigurationError('AWS_EC2_METADATA_SERVICE_ENDPOINT must be a URL of http or https without a path.');
  }
  const base = own?.replace(/\/$/, '') ?? (isIpv6 ? INSTANCE_IPV6 : INSTANCE);
  const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_LIFETIME };
  const asked = yield { method: 'PUT', url: `${base}/latest/api/token`, headers: lifetime, maxBytes: MAX_BYTES };
  if ('failure' in asked || asked.status !== 200) return undefined; // nobody is there
  const token = Buffer.from(asked.body).toString().trim();
  if (!/^[\x21-\x7e]+$/.test(token)) return undefined;
  const headers = { 'x-aws-ec2-metadata-token': token };
  const what = 'Asking the instance for credentials';
  const roles = yield* ask({ method: 'GET', url: base + ROLES, headers }, what);
  if (roles.status !== 200) return undefined;
  const [role] = Buffer.from(roles.body).toString().split('\n');
  if (!/^[\w+=,.@-]{1,64}$/.test(role)) return undefined;
  const { body } = yield* ask({ method: 'GET', url: base + ROLES + role, headers }, what);
  return credentialsIn(body, what);
}

/**
 * @param {Pick<import('./core/effects.js').Request, 'method' | 'url' | 'headers'>} request
 * @param {string} what
 * @returns {Program<import('./core/effects.js').Response>}
 */
function* ask(request, what) {
  for (let attempt = 1; ; attempt++) {
    const outcome = yield { ...request, maxBytes: MAX_BYTES };
    if (!('failure' in outcome) && (outcome.status < 500 || attempt === ATTEMPTS)) return outcome;
    if (attempt === ATTEMPTS) throw UnavailableError.because(what, outcome.failure);
  }
}

/**
 * @param {Uint8Array} body which is secret, so no error quotes it
 * @param {string} what
 * @returns {Credentials}
 */
function credentialsIn(body, what) {
  /** @type {Record<string, unknown>} */
  let answer = {};
  try {
    answer = Object(JSON.parse(Buffer.from(body).toString()));
  } catch {
    // said below
  }
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: token, Expiration: end } = answer;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw UnavailableError.because(what, { code: 'garbled', message: 'the answer has no credentials' });
  }
  const expiration = typeof end === 'string' ? new Date(end) : undefined;
  const isKnown = expiration !== undefined && !Number.isNaN(expiration.getTime());
  return { accessKeyId, secretAccessKey, sessionToken: typeof token === 'string' ? token : undefined, expiration: isKnown ? expiration : undefined };
}

module.exports = { containerCredentials, instanceCredentials };
