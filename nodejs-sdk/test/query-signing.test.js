'use strict';

// Requests that are signed in their queries (CHG-12). The signatures are AWS's own example and botocore's.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { signQuery } = require('../lib/sigv4.js');

const NOON = Date.UTC(2026, 10, 23, 12);

function signed({ method, url, headers = {}, region = 'eu-west-1', time = NOON, lifetime = 20 }, credentials) {
  const { url: whole, headers: sent } = signQuery({ region, method, url: new URL(url), headers, body: undefined }, time, lifetime, credentials);
  return { query: new URL(whole).searchParams, sent };
}

test("AWS's example", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const url = 'https://examplebucket.s3.amazonaws.com/test.txt';
  const { query } = signed({ method: 'GET', url, region: 'us-east-1', time: Date.UTC(2013, 4, 24), lifetime: 86_400 }, credentials);
  assert.equal(query.get('X-Amz-Signature'), 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

test('a put on a condition, with all its headers', () => {
  const url = 'https://values.s3.eu-west-1.amazonaws.com/public/shop.changes/a.2Eb.json';
  const headers = { 'content-type': 'application/json', 'if-match': '"e1"', 'x-amz-tagging': 'ttl-days=1', 'cache-control': 'max-age=5, stale-if-error=300' };
  const { query, sent } = signed({ method: 'PUT', url, headers }, { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
  assert.equal(query.get('X-Amz-Signature'), '40900be267fdda68ad4a8f0e8f27eefa3e11e02d4c179c763f9438af9dbf635d');
  assert.deepEqual([query.get('X-Amz-Date'), query.get('X-Amz-Expires')], ['20261123T120000Z', '20']);
  assert.equal(sent.authorization, undefined); // S3 refuses what is signed twice
});

test('a removal of many, with a query of its own and a session', () => {
  const headers = { 'content-type': 'application/xml', 'x-amz-checksum-sha256': 'abc+/=' };
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'to/ken+==' };
  const { query } = signed({ method: 'POST', url: 'https://values.s3.eu-west-1.amazonaws.com/?delete=', headers }, credentials);
  assert.equal(query.get('X-Amz-Signature'), '793e61e9e55e8f352d3029dde610074b75d75a97e36a54d1967c49ce4a8031ed');
  assert.deepEqual([query.get('delete'), query.get('X-Amz-Security-Token')], ['', 'to/ken+==']);
});
