'use strict';

const { createVerify } = require('node:crypto');

/** CloudFront's alphabet is that of base64 with these three replaced. @type {Record<string, string>} */
const RESTORED = { '-': '+', _: '=', '~': '/' };

/**
 * @param {string} url without its query
 * @param {URLSearchParams} query
 * @param {Map<string, import('node:crypto').KeyLike>} keys The public keys by their ids; if there are none, any signature is believed.
 * @param {number} now Unix time in milliseconds
 * @returns {string | undefined} CloudFront's code if the query does not open the URL
 */
function refusalOf(url, query, keys, now) {
  const id = query.get('Key-Pair-Id');
  if (!id) return 'MissingKey';
  const key = keys.get(id);
  if (keys.size > 0 && !key) return 'InvalidKey';
  const policy = decode(query.get('Policy'));
  const signature = decode(query.get('Signature'));
  if (!policy) return 'MalformedPolicy';
  if (!signature) return 'MalformedSignature';
  if (key && !isSigned(policy, signature, key, query.get('Hash-Algorithm') ?? 'SHA1')) return 'AccessDenied';
  try {
    const [{ Resource, Condition }] = JSON.parse(policy.toString()).Statement;
    const pattern = Resource.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
    return now / 1000 < Condition.DateLessThan['AWS:EpochTime'] && new RegExp(`^${pattern}$`).test(url) ? undefined : 'AccessDenied';
  } catch {
    return 'MalformedPolicy';
  }
}

/** @param {string | null} text */
function decode(text) {
  const base64 = (text ?? '').replace(/[-_~]/g, (one) => RESTORED[one]);
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === base64 ? bytes : undefined;
}

/**
 * @param {Buffer} policy
 * @param {Buffer} signature
 * @param {import('node:crypto').KeyLike} key
 * @param {string} algorithm
 */
function isSigned(policy, signature, key, algorithm) {
  if (algorithm !== 'SHA1' && algorithm !== 'SHA256') return false;
  return createVerify(algorithm).update(policy).verify(key, signature);
}

module.exports = { refusalOf };
