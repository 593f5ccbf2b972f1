'use strict';

// Signature Version 4 as S3 computes it: from what arrived, not from what the SDK meant to send.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

const { createHash, createHmac } = require('node:crypto');

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * @param entry a request as the server logged it
 * @returns whether it is signed with this secret, and its body the one that was signed
 */
function isSigned({ method, url, headers, body }, secret) {
  const [, scope, signedHeaders, signature] = /Credential=[^/]+\/(.*), SignedHeaders=(.*), Signature=(.*)$/.exec(headers.authorization);
  const { pathname, searchParams } = new URL(url, 'http://x');
  const canonical = [
    method,
    pathname,
    [...searchParams].map((pair) => pair.map(encode).join('=')).sort().join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    signedHeaders,
    sha256(Buffer.from(body, 'base64')),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${secret}`);
  const mustBeSigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') || name === 'host');
  return hmac(key, text).toString('hex') === signature && mustBeSigned.every((name) => signedHeaders.split(';').includes(name));
}

module.exports = { isSigned };
