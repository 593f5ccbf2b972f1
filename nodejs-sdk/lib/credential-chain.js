'use strict';

const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const { AwsClient } = require('./aws.js');
const { ConfigurationError, UnavailableError } = require('./core/errors.js');
const { Endpoints } = require('./endpoints.js');
const { instanceCredentials, containerCredentials } = require('./metadata.js');
const { Settings } = require('./settings.js');
const { assumeRole, assumeRoleWithWebIdentity } = require('./sts.js');

/** @typedef {import('./core/effects.js').Credentials} Credentials */
/** @template T @typedef {import('./core/effects.js').Program<T>} Program */

const PROVIDER = '@aws-sdk/credential-provider-node';

/** Settings of a profile that only AWS's own SDK follows. */
const FOR_AWS_SDK = ['sso_session', 'sso_start_url', 'credential_process', 'login_session'];

/** Profiles that name each other as their source: more is a circle. */
const MAX_SOURCES = 8;

/**
 * Find credentials where the environment has no keys, in the order of AWS-2.
 *
 * @param {Record<string, string | undefined>} environment
 * @param {string[]} places Folders in which the AWS SDK is looked for.
 * @returns {Program<Credentials>}
 * @throws {ConfigurationError} if there are none, or a source is incomplete
 * @throws {import('./core/errors.js').AccessDeniedError}
 * @throws {UnavailableError}
 */
function* findCredentials(environment, places) {
  const chain = new Chain(new Settings(environment), places);
  return yield* chain.find();
}

class Chain {
  #settings;
  #places;

  /**
   * @param {Settings} settings
   * @param {string[]} places
   */
  constructor(settings, places) {
    this.#settings = settings;
    this.#places = places;
  }

  /** @returns {Program<Credentials>} */
  *find() {
    const isNamed = this.#settings.firstOf(['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']) !== undefined;
    const { files } = this.#settings;
    const sources = [() => this.#webIdentity(), () => this.#ofProfile(files.name, MAX_SOURCES)];
    if (isNamed) sources.reverse();
    for (const source of sources) {
      const credentials = yield* source();
      if (credentials) return credentials;
    }
    const credentials = (yield* containerCredentials(this.#settings)) ?? (yield* instanceCredentials(this.#settings));
    if (credentials) return credentials;
    throw new ConfigurationError('There are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.');
  }

  /** @returns {Program<Credentials | undefined>} of the environment */
  *#webIdentity() {
    const file = this.#settings.variable('AWS_WEB_IDENTITY_TOKEN_FILE');
    if (file === undefined) return undefined; // AWS_ROLE_ARN alone may be meant for others
    const role = this.#settings.variable('AWS_ROLE_ARN');
    if (role === undefined) throw new ConfigurationError('AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN.');
    return yield* this.#assumeByToken(file, role, this.#settings.variable('AWS_ROLE_SESSION_NAME'));
  }

  /**
   * @param {string} file
   * @param {string} role
   * @param {string | undefined} session
   */
  *#assumeByToken(file, role, session) {
    let token;
    try {
      token = readFileSync(file, 'utf8').trim();
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      throw new ConfigurationError(`The file ${file} (a web identity's token) cannot be read (${code}).`);
    }
    const endpoints = new Endpoints(this.#settings);
    return yield* assumeRoleWithWebIdentity(endpoints, this.#region(endpoints), { role, session, token });
  }

  /**
   * @param {string} name
   * @param {number} depth
   * @param {string} [who] names it: then it must have some
   * @returns {Program<Credentials | undefined>}
   */
  *#ofProfile(name, depth, who) {
    const profile = this.#settings.files.profile(name, who);
    const text = (/** @type {string} */ key) => {
      const value = profile.get(key);
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const role = text('role_arn');
    if (role !== undefined && depth < MAX_SOURCES && text('aws_access_key_id')) return keysOf(text, name); // of a source, keys come first
    if (role !== undefined) return yield* this.#assumeOfProfile(text, name, role, depth);
    if (text('aws_access_key_id') || text('aws_secret_access_key')) return keysOf(text, name);
    if (FOR_AWS_SDK.some((key) => profile.has(key))) return yield* this.#askAwsSdk(name);
    if (who !== undefined) throw new ConfigurationError(`${who} names the profile ${name}, which has no credentials.`);
    return undefined;
  }

  /**
   * @param {(key: string) => string | undefined} text
   * @param {string} name
   * @param {string} role
   * @param {number} depth
   * @returns {Program<Credentials>}
   */
  *#assumeOfProfile(text, name, role, depth) {
    const session = text('role_session_name');
    const file = text('web_identity_token_file');
    if (file !== undefined) return yield* this.#assumeByToken(file, role, session);
    if (text('mfa_serial') !== undefined) throw new ConfigurationError(`The profile ${name} has mfa_serial, and nobody is there to be asked.`);
    const [source, kind] = [text('source_profile'), text('credential_source')];
    if ((source === undefined) === (kind === undefined)) {
      throw new ConfigurationError(`The profile ${name} has role_arn: it needs one of source_profile and credential_source.`);
    }
    if (depth === 0) throw new ConfigurationError(`The profile ${name} is its own source_profile, by way of others.`);
    const own =
      source === undefined ? yield* this.#ofSource(String(kind), name) : yield* this.#ofProfile(source, depth - 1, `source_profile of ${name}`);
    const endpoints = new Endpoints(this.#settings);
    const client = new AwsClient(endpoints, () => given(/** @type {Credentials} */ (own)));
    return yield* assumeRole(client, this.#region(endpoints), { role, session, externalId: text('external_id'), duration: text('duration_seconds') });
  }

  /**
   * @param {string} kind
   * @param {string} name
   * @returns {Program<Credentials>}
   */
  *#ofSource(kind, name) {
    let credentials;
    if (kind === 'EcsContainer') credentials = yield* containerCredentials(this.#settings);
    else if (kind === 'Ec2InstanceMetadata') credentials = yield* instanceCredentials(this.#settings);
    // With keys in the environment nobody would have asked for the profile's.
    else throw new ConfigurationError(`The profile ${name} has credential_source = ${kind.slice(0, 40)}, which has no credentials.`);
    if (credentials) return credentials;
    throw new ConfigurationError(`The profile ${name} has credential_source = ${kind}, which has no credentials.`);
  }

  /**
   * @param {string} name
   * @returns {Program<Credentials>}
   */
  *#askAwsSdk(name) {
    const outcome = yield { provider: this.#findProvider(name) };
    if (!('failure' in outcome)) return outcome.credentials;
    const { code, message } = outcome.failure;
    if (code === 'timeout') throw UnavailableError.because('Asking the AWS SDK for credentials', outcome.failure);
    throw new ConfigurationError(`The AWS SDK finds no credentials for the profile ${name}: ${message}`);
  }

  /**
   * @param {string} name
   * @returns {string} the provider's file
   */
  #findProvider(name) {
    try {
      return createRequire(path.join(process.cwd(), 'any')).resolve(PROVIDER, { paths: this.#places });
    } catch {
      throw new ConfigurationError(`The profile ${name} uses SSO or credential_process, which needs AWS's SDK: install ${PROVIDER}.`);
    }
  }

  /** @param {Endpoints} endpoints */
  #region({ region }) {
    if (region !== undefined) return region;
    throw new ConfigurationError('A role cannot be assumed without a Region: set AWS_REGION.');
  }
}

/**
 * @param {Credentials} credentials
 * @returns {Program<Credentials>}
 */
// eslint-disable-next-line require-yield -- an identity that is known already
function* given(credentials) {
  return credentials;
}

/**
 * @param {(key: string) => string | undefined} text
 * @param {string} name
 * @returns {Credentials}
 */
function keysOf(text, name) {
  const [accessKeyId, secretAccessKey] = [text('aws_access_key_id'), text('aws_secret_access_key')];
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken: text('aws_session_token') };
  throw new ConfigurationError(`The profile ${name} has only one of aws_access_key_id and aws_secret_access_key.`);
}

module.exports = { findCredentials };
