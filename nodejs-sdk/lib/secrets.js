'use strict';

const { AccessDeniedError, ConfigurationError, MemoryServiceError } = require('./core/errors.js');
const { errorCode } = require('./core/refusals.js');
const { double } = require('./double.js');
const { signingKey } = require('./signing-key.js');

/** @typedef {import('./signing-key.js').SigningKey} SigningKey */

// The name of a parameter in a path begins with its slash.
const ARN =
  /^arn:aws[a-z-]{0,20}:(ssm(?=[a-z0-9:-]*:parameter\/)|secretsmanager(?=[a-z0-9:-]*:secret:)):((?!fips-|[a-z0-9-]*-fips:)(?=[a-z0-9-]{1,63}:)[a-z0-9]+(?:-[a-z0-9]+)*):[0-9]{12}:(parameter(?=\/.)|secret:)([A-Za-z0-9_+=,.@/-]{1,1012})$/;
// Milliseconds.
const READ_AGAIN_AFTER = 30_000;
const KEY_AGE = 3_600_000;
const RETRY_AFTER = 300_000;

/** One for the process and ARN: a handler may well make a MemoryService in each call. @type {Map<string, Secret>} */
const secrets = new Map();

/**
 * A signing key kept in SSM's Parameter Store or in Secrets Manager, as JSON `{"public_key_id", "private_key"}`.
 *
 * It is read again after an hour (KEYS-5): a rotation waits for that before it drops the old key, so that what was
 * signed lasts as long as it says.
 */
class Secret {
  #arn;
  #service;
  #region;
  #name;
  #forgottenAt = -Infinity;
  #readAt = -Infinity;
  #isRefused = false;

  /** The key last read. @type {SigningKey | undefined} */
  key;

  /**
   * @param {string} arn
   * @returns {Secret}
   * @throws {ConfigurationError}
   */
  static at(arn) {
    const id = `${double.generation} ${arn}`;
    const secret = secrets.get(id) ?? new Secret(arn);
    secrets.set(id, secret);
    return secret;
  }

  /** @param {string} arn */
  constructor(arn) {
    const [, service, region, , name] = ARN.exec(arn) ?? [];
    if (!name) {
      throw new ConfigurationError(`PK_PATH is no ARN of an SSM parameter or a Secrets Manager secret: ${arn}.`);
    }
    this.#arn = arn;
    this.#service = /** @type {'ssm' | 'secretsmanager'} */ (service);
    this.#region = region;
    this.#name = name;
  }

  /**
   * @param {import('./endpoints.js').Endpoints} endpoints
   * @returns {import('./endpoints.js').Endpoint} where it is asked for: in the Region of its ARN (END-1)
   */
  endpoint(endpoints) {
    return endpoints.of(this.#service, this.#region);
  }

  /**
   * @param {string | undefined} fallbackId If the secret names no public key.
   * @param {() => number} clock Unix time in milliseconds
   * @param {() => import('./aws.js').AwsClient} client
   * @returns {import('./core/effects.js').Program<SigningKey>}
   * @throws {AccessDeniedError}
   * @throws {ConfigurationError} if there is no such secret, or no key in it
   * @throws {import('./core/errors.js').UnavailableError}
   */
  *read(fallbackId, clock, client) {
    if (this.key && !this.#isRefused) {
      const age = clock() - this.#readAt;
      if (age < 0 || age >= KEY_AGE) yield* this.#renew(fallbackId, clock, client);
      return this.key;
    }
    this.key = this.#parse(yield* this.#fetch(client()), fallbackId);
    this.#readAt = clock();
    this.#isRefused = false;
    return this.key;
  }

  /**
   * Let the next {@link read} ask AWS again, but not too often: a wrong key must not become a flood of requests.
   *
   * @param {SigningKey | undefined} refused what the refused request was signed with
   * @param {number} now Unix time in milliseconds
   * @returns {boolean} whether that read may give another key
   */
  forget(refused, now) {
    if (this.#isRefused || (this.key && this.key !== refused)) return true; // another read was refused as well, and first
    const age = now - this.#forgottenAt;
    if (age >= 0 && age < READ_AGAIN_AFTER) return false;
    this.#forgottenAt = now;
    this.#isRefused = true;
    return true;
  }

  /**
   * Take the key of today, or keep the one at hand if AWS does not give it: it may well still be good.
   *
   * @param {string | undefined} fallbackId
   * @param {() => number} clock
   * @param {() => import('./aws.js').AwsClient} client
   * @returns {import('./core/effects.js').Program<void>}
   */
  *#renew(fallbackId, clock, client) {
    const now = clock();
    this.#readAt = now - KEY_AGE + RETRY_AFTER; // meanwhile others sign with the one at hand
    try {
      this.key = this.#parse(yield* this.#fetch(client()), fallbackId);
      this.#readAt = now;
    } catch (error) {
      if (!(error instanceof MemoryServiceError)) throw error;
    }
  }

  /**
   * @param {import('./aws.js').AwsClient} client
   * @returns {import('./core/effects.js').Program<string>}
   */
  *#fetch(client) {
    const isParameter = this.#service === 'ssm';
    const question = isParameter ? { Name: this.#name, WithDecryption: true } : { SecretId: this.#arn };
    const what = `Reading the key ${this.#arn}`;
    const response = yield* client.ask({
      service: this.#service,
      endpoint: this.endpoint(client.endpoints),
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': isParameter ? 'AmazonSSM.GetParameter' : 'secretsmanager.GetSecretValue',
      },
      body: Buffer.from(JSON.stringify(question)),
      what,
    });
    if (response.status !== 200) throw refusal(errorCode(response), this.#arn);
    const answer = parseObject(Buffer.from(response.body).toString());
    const text = isParameter ? /** @type {any} */ (answer.Parameter)?.Value : answer.SecretString;
    return String(text);
  }

  /**
   * @param {string} text
   * @param {string | undefined} fallbackId
   * @returns {SigningKey}
   */
  #parse(text, fallbackId) {
    const { public_key_id: id = fallbackId, private_key: pem } = parseObject(text);
    if (typeof id === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(id) && typeof pem === 'string') return signingKey(id, pem, this.#arn);
    throw new ConfigurationError(`${this.#arn} must hold JSON with "public_key_id" and "private_key".`);
  }
}

/**
 * @param {string} code
 * @param {string} arn
 */
function refusal(code, arn) {
  if (code === 'ParameterNotFound' || code === 'ResourceNotFoundException') {
    return new ConfigurationError(`PK_PATH names ${arn}, which does not exist (${code}).`);
  }
  return new AccessDeniedError(`AWS refused to read the key ${arn} (${code}): check the function's role.`);
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>} empty if it is no JSON object; the text is secret, so no error quotes it
 */
function parseObject(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

module.exports = { Secret };
