'use strict';

const { createHash, createHmac } = require('node:crypto');

const { present } = require('./core/aws-clock.js');

/** @typedef {import('./core/effects.js').Credentials} Credentials */

/** The last keys, by what they are made of: each is good for a day. @type {Map<string, Buffer>} */
const signingKeys = new Map();
const MAX_KEYS = 20;

/**
 * Sign a request with AWS's Signature Version 4.
 *
 * @param {object} request
 * @param {string} request.service
 * @param {string} request.region
 * @param {string} request.method
 * @param {URL} request.url Its query is written as it must be signed: sorted, and percent-encoded.
 * @param {Record<string, string>} request.headers in lower case
 * @param {Uint8Array | undefined} request.body
 * @param {Credentials} credentials
 * @returns {Record<string, string>} the headers to send
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function sign({ service, region, method, url, headers, body }, { accessKeyId, secretAccessKey, sessionToken }) {
  const time = timestamp(present());
  const day = time.slice(0, 8);
  const hash = sha256(body ?? '');
  /** @type {Record<string, string>} */
  const all = {
    ...headers,
    host: url.host,
    'content-length': String(body?.length ?? 0),
    'x-amz-content-sha256': hash,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
  const { signed, lines } = canonicalHeaders(all);
  const path = service === 's3' ? url.pathname : url.pathname.split('/').map(encodeURIComponent).join('/');
  const canonical = [method, path, url.search.slice(1), lines, signed, hash].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(keyFor(secretAccessKey, day, region, service), text).toString('hex');
  all.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return all;
}

/**
 * Sign a request to S3 in its query, so that S3 refuses it if it begins later than that allows (CHG-12).
 *
 * @param {object} request
 * @param {string} request.region
 * @param {string} request.method
 * @param {URL} request.url
 * @param {Record<string, string>} request.headers in lower case
 * @param {Uint8Array | undefined} request.body
 * @param {number} time Unix time in milliseconds, from which it counts
 * @param {number} lifetime seconds
 * @param {Credentials} credentials
 * @returns {{url: string, headers: Record<string, string>}} what to ask for, and the headers to send
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function signQuery({ region, method, url, headers, body }, time, lifetime, { accessKeyId, secretAccessKey, sessionToken }) {
  const date = timestamp(time);
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const all = { ...headers, host: url.host, 'content-length': String(body?.length ?? 0) };
  const { signed, lines } = canonicalHeaders(all);
  /** @type {[string, string][]} */
  const parameters = [
    ...url.searchParams,
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${accessKeyId}/${scope}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(lifetime)],
    ['X-Amz-SignedHeaders', signed],
  ];
  if (sessionToken) parameters.push(['X-Amz-Security-Token', sessionToken]);
  const query = parameters.map((parameter) => parameter.map(encode).join('=')).sort().join('&');
  const canonical = [method, url.pathname, query, lines, signed, 'UNSIGNED-PAYLOAD'].join('\n');
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(keyFor(secretAccessKey, day, region, 's3'), text).toString('hex');
  return { url: `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${signature}`, headers: all };
}

/** @param {number} time Unix time in milliseconds */
function timestamp(time) {
  return new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

/** @param {Record<string, string>} headers */
function canonicalHeaders(headers) {
  const names = Object.keys(headers).filter((name) => name !== 'content-length').sort();
  return { signed: names.join(';'), lines: names.map((name) => `${name}:${headers[name].trim().replace(/\s+/g, ' ')}\n`).join('') };
}

/** @param {string} text */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * @param {string} secret
 * @param {string} day
 * @param {string} region
 * @param {string} service
 */
function keyFor(secret, day, region, service) {
  const id = `${secret} ${day} ${region} ${service}`;
  let key = signingKeys.get(id);
  if (key) return key;
  key = [day, region, service, 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secret}`));
  if (signingKeys.size >= MAX_KEYS) signingKeys.clear();
  signingKeys.set(id, key);
  return key;
}

/** @param {string | Uint8Array} data */
function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * @param {Buffer} key
 * @param {string} text
 */
function hmac(key, text) {
  return createHmac('sha256', key).update(text).digest();
}

/**
 * The fields of an upload form that say who signs it, and when.
 *
 * @param {string} region of the bucket
 * @param {number} time Unix time in milliseconds
 * @param {Credentials} credentials
 * @returns {Record<string, string>}
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 */
function formFields(region, time, { accessKeyId, sessionToken }) {
  const date = timestamp(time);
  return {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`,
    'x-amz-date': date,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
}

/**
 * @param {string} policy of an upload form, in base64
 * @param {string} region
 * @param {number} time Unix time in milliseconds
 * @param {Credentials} credentials
 * @returns {string} its signature
 */
function formSignature(policy, region, time, { secretAccessKey }) {
  return hmac(keyFor(secretAccessKey, timestamp(time).slice(0, 8), region, 's3'), policy).toString('hex');
}

module.exports = { formFields, formSignature, sign, signQuery };
