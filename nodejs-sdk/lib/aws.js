'use strict';

const { UnavailableError } = require('./errors.js');

/** @typedef {import('./transport.js').Response} Response */

/** @typedef {'s3' | 'ssm' | 'secretsmanager' | 'sts' | 'cloudfront'} Service */

/** The part of `AWS_ENDPOINT_URL_…` that names a service. */
const ENDPOINT_NAMES = { s3: 'S3', ssm: 'SSM', secretsmanager: 'SECRETS_MANAGER', sts: 'STS', cloudfront: 'CLOUDFRONT' };

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Where a service is reached.
 *
 * @param {Service} service
 * @param {string} region
 * @returns {{url: string, isOverridden: boolean}} without a slash at its end
 */
function endpoint(service, region) {
  const own = process.env[`AWS_ENDPOINT_URL_${ENDPOINT_NAMES[service]}`] || process.env.AWS_ENDPOINT_URL;
  if (own) return { url: own.replace(/\/+$/, ''), isOverridden: true };
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  if (service === 'cloudfront' && suffix === 'amazonaws.com') return { url: 'https://cloudfront.amazonaws.com', isOverridden: false };
  return { url: `https://${service}.${region}.${suffix}`, isOverridden: false };
}

/**
 * Ask AWS, signed with Signature Version 4.
 *
 * @param {object} call
 * @param {Service} call.service
 * @param {string} call.region
 * @param {'GET' | 'PUT' | 'POST' | 'DELETE'} call.method
 * @param {string} call.url
 * @param {Record<string, string>} call.headers in lower case
 * @param {Uint8Array} [call.body]
 * @param {string} call.what For the error message.
 * @param {number} [call.maxBytes] How much of the answer to read.
 * @param {import('./credentials.js').Identity} identity Who asks.
 * @returns {import('./effects.js').Program<Response>} the response, whatever its status below 500
 * @throws {UnavailableError}
 * @throws {import('./errors.js').ConfigurationError} without credentials
 */
function* askAws({ service, region, method, url, headers, body, what, maxBytes = MAX_ANSWER_BYTES }, identity) {
  const { createHash, sign } = loadSigner();
  const { host, pathname, search } = new URL(url);
  const hash = createHash('sha256').update(body ?? '').digest('hex');
  const unsigned = {
    ...{ service, region, method, host, path: pathname + search },
    headers: { ...headers, host, 'content-length': String(body?.length ?? 0), 'x-amz-content-sha256': hash },
  };
  const signed = /** @type {Record<string, string>} */ (sign(unsigned, yield* identity()).headers);
  const response = yield { method, url, headers: signed, body, maxBytes };
  if ('failure' in response) throw UnavailableError.because(what, response.failure);
  if (response.status >= 500 || response.status === 429) {
    throw UnavailableError.because(what, { code: errorCode(response), message: `status ${response.status}` });
  }
  return response;
}

/** Load what signs, which whoever only reads through the edge never needs (CFG-6). */
function loadSigner() {
  return { createHash: require('node:crypto').createHash, sign: require('aws4').sign };
}

/**
 * @param {Response} response
 * @returns {string} the code in the XML of S3 and CloudFront or the JSON of the others; "unknown" without
 */
function errorCode({ body }) {
  const text = Buffer.from(body).toString();
  const [, code] = /<Code>(\w+)<\/Code>/.exec(text) ?? /"__type":\s*"(?:[^"#]*#)?(\w+)"/.exec(text) ?? [];
  return code ?? 'unknown';
}

/**
 * @param {Response} response
 * @returns {string} the version (PUT-1): the ETag without its quotes, and without the mark of whoever re-encoded the body
 */
function versionOf({ headers }) {
  return (headers.etag ?? '').replace(/^(W\/)?"|"$/g, '');
}

module.exports = { askAws, endpoint, errorCode, loadSigner, versionOf };
