'use strict';

const { sign } = require('node:crypto');

const { Secret } = require('./secrets.js');
const { readKeyFile } = require('./signing-key.js');

/** CloudFront's alphabet is that of base64 with these three replaced. @type {Record<string, string>} */
const REPLACED = { '+': '-', '=': '_', '/': '~' };

/**
 * @typedef {object} Signature
 * @property {string} query what follows the `?` of a signed URL
 * @property {import('./signing-key.js').SigningKey} key
 * @property {number} signedAt
 */

/**
 * What tells CloudFront the hash. SHA-1 is what it takes unless told, and what verifiers know that are told nothing.
 *
 * @type {Record<string, string>}
 */
const HASH_PARAMETER = { sha256: '&Hash-Algorithm=SHA256', sha1: '' };

/**
 * Signs the reads of private values: one custom policy for all of a service's values, used until half its life is
 * over, so that a private read costs what a public one does.
 */
class Signer {
  #origin;
  #resource;
  #lifetime;
  #hashAlgorithm;
  #clock;
  #fallbackId;
  /** @type {import('./signing-key.js').SigningKey | undefined} */
  #fileKey;
  /** @type {import('./secrets.js').Secret | undefined} */
  #secret;
  #client;
  /** @type {Signature | undefined} */
  #signature;

  /**
   * @param {import('./core/config.js').Config} config
   * @param {string} place
   * @param {() => number} clock Unix time in milliseconds
   * @param {() => import('./aws.js').AwsClient} [client] What a key behind an ARN is read with.
   * @throws {import('./core/errors.js').ConfigurationError} if the file or ARN of the key is of no use
   */
  constructor(config, place, clock, client = () => { throw new Error('a key behind an ARN wants a client'); }) {
    const { keySource, publicKeyId, distribution, signatureLifetime, hashAlgorithm } = config;
    this.#origin = distribution.origin;
    this.#resource = `${distribution.origin}/${place}/*`;
    this.#lifetime = signatureLifetime * 1000;
    this.#hashAlgorithm = hashAlgorithm;
    this.#clock = clock;
    this.#client = client;
    this.#fallbackId = publicKeyId;
    if (keySource.startsWith('arn:')) this.#secret = Secret.at(keySource);
    else this.#fileKey = readKeyFile(/** @type {string} */ (publicKeyId), keySource);
  }

  /**
   * @returns {import('./core/effects.js').Program<Signature>}
   * @throws {import('./core/errors.js').MemoryServiceError} if the secret cannot be read
   */
  *signature() {
    const signature = this.#signature;
    const age = this.#clock() - (signature?.signedAt ?? 0);
    if (signature && age >= 0 && age < this.#lifetime / 2) return signature;
    this.#signature = this.#sign(yield* this.#key());
    return this.#signature;
  }

  /**
   * Sign for somebody else (GRANT-1).
   *
   * @param {string} path of a URL, or of all that begin with it and a `*` at its end
   * @param {number} expires Unix time in seconds
   * @returns {import('./core/effects.js').Program<string>} what follows the `?` of a signed URL
   * @throws {import('./core/errors.js').MemoryServiceError} if the secret cannot be read
   */
  *queryFor(path, expires) {
    return this.#query(`${this.#origin}${path}`, expires, yield* this.#key());
  }

  /**
   * After a refusal: the key may have been rotated.
   *
   * @param {Signature} refused
   * @returns {boolean} whether the next {@link signature} may be another
   */
  renew(refused) {
    if (!this.#secret?.forget(refused.key, this.#clock())) return false;
    if (this.#signature?.key === refused.key) this.#signature = undefined;
    return true;
  }

  /**
   * @param {import('./signing-key.js').SigningKey} key
   */
  #sign(key) {
    const signedAt = this.#clock();
    const expires = Math.floor(signedAt / 1000) + this.#lifetime / 1000;
    return { query: this.#query(this.#resource, expires, key), key, signedAt };
  }

  /**
   * @param {string} resource
   * @param {number} expires Unix time in seconds
   * @param {import('./signing-key.js').SigningKey} key
   * @returns {string} SIG-1 to SIG-3
   */
  #query(resource, expires, key) {
    const condition = `{"DateLessThan":{"AWS:EpochTime":${expires}}}`;
    const policy = Buffer.from(`{"Statement":[{"Resource":"${resource}","Condition":${condition}}]}`);
    const signature = sign(this.#hashAlgorithm, policy, key.privateKey);
    const hash = HASH_PARAMETER[this.#hashAlgorithm];
    return `Policy=${urlSafe(policy)}&Signature=${urlSafe(signature)}&Key-Pair-Id=${key.id}${hash}`;
  }

  /** @returns {import('./core/effects.js').Program<import('./signing-key.js').SigningKey>} */
  *#key() {
    const key = this.#secret ? yield* this.#secret.read(this.#fallbackId, this.#clock, this.#client) : this.#fileKey;
    return /** @type {import('./signing-key.js').SigningKey} */ (key);
  }
}

/** @param {Buffer} bytes */
function urlSafe(bytes) {
  return bytes.toString('base64').replace(/[+=/]/g, (character) => REPLACED[character]);
}

module.exports = { Signer };
