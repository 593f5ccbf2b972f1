'use strict';

// The start-ups of cold processes; each returns its handler. What they load, they load inside.

/** @typedef {() => unknown} Handler */

const bench = JSON.parse(/** @type {string} */ (process.env.BENCH));
const VALUE = { Name: 'Joe', visits: 3, ratio: 0.25, cart: ['tea', 'milk'], note: 'x'.repeat(73) };
const HEADERS = { ContentType: 'application/json', CacheControl: 'max-age=5, stale-if-error=300' };

/** @param {any} value */
function check(value) {
  if (value?.Name !== VALUE.Name || value.visits !== VALUE.visits) throw new Error(`the first read gives ${JSON.stringify(value)}`);
}

/**
 * @param {string} distribution
 * @param {Record<string, string>} [more]
 */
function service(distribution, more) {
  const MemoryService = require('../../nodejs-sdk');
  const { bucket, region } = bench.s3;
  return new MemoryService({ DISTRIBUTION: distribution, BUCKET_NAME: bucket, REGION: region, ...more }, bench.service);
}

function firstRead() {
  const mem = service(bench.edge.plain);
  return () => check(mem.get('value'));
}

function firstReadAsync() {
  const mem = service(bench.edge.plain);
  return async () => check(await mem.getAsync('value'));
}

function firstReadPrivate() {
  const { pk_path: PK_PATH, public_key_id: PUBLIC_KEY_ID } = bench.private;
  const mem = service(bench.edge.private, { PK_PATH, PUBLIC_KEY_ID });
  return () => check(mem.get('value'));
}

function firstReadFailover() {
  const mem = service(bench.dead, { LOG_LEVEL: 'error' }); // that it fails over is meant
  return () => check(mem.get('value'));
}

function firstPut() {
  const mem = service(bench.edge.plain);
  return () => mem.put('put/first', VALUE);
}

function firstReadPut() {
  const mem = service(bench.edge.plain);
  return () => {
    check(mem.get('value'));
    return mem.put('put/first', VALUE);
  };
}

function keepAliveFirstGet() {
  const http = require('node:http');
  const agent = new http.Agent({ keepAlive: true });
  const url = `${bench.edge.plain}/${bench.service}/value.json`;
  return () =>
    new Promise((resolve, reject) => {
      http
        .get(url, { agent }, (response) => {
          /** @type {Buffer[]} */
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => resolve(check(JSON.parse(Buffer.concat(chunks).toString()).value)));
        })
        .on('error', reject);
    });
}

function client() {
  const { S3Client } = require('@aws-sdk/client-s3');
  return new S3Client({ forcePathStyle: true });
}

function clientS3FirstGet() {
  const s3 = client();
  return async () => {
    const { GetObjectCommand } = require('@aws-sdk/client-s3');
    const command = new GetObjectCommand({ Bucket: bench.s3.bucket, Key: `public/${bench.service}/value.json` });
    const { Body } = await s3.send(command);
    check(JSON.parse(await /** @type {any} */ (Body).transformToString()).value);
  };
}

/** @param {import('@aws-sdk/client-s3').S3Client} s3 */
function putWith(s3) {
  const { PutObjectCommand } = require('@aws-sdk/client-s3');
  const Key = `public/${bench.service}/put/first-client-s3.json`;
  return s3.send(new PutObjectCommand({ Bucket: bench.s3.bucket, Key, Body: JSON.stringify(VALUE), ...HEADERS }));
}

function clientS3FirstPut() {
  const s3 = client();
  return () => putWith(s3);
}

function keepAliveClientS3() {
  const get = keepAliveFirstGet();
  const s3 = client();
  return async () => {
    await get();
    await putWith(s3);
  };
}

/** @type {Record<string, () => Handler>} */
const CASES = {
  'first-read': firstRead,
  'first-read-async': firstReadAsync,
  'first-read-private': firstReadPrivate,
  'first-read-failover': firstReadFailover,
  'first-put': firstPut,
  'first-read-put': firstReadPut,
  'keep-alive-first-get': keepAliveFirstGet,
  'client-s3-first-get': clientS3FirstGet,
  'client-s3-first-put': clientS3FirstPut,
  'keep-alive-client-s3': keepAliveClientS3,
};

module.exports = { CASES };
