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

/** @param {string} distribution @param {Record<string, string>} [more] */
function service(distribution, more) {
  const MemoryService = require(process.env.SDK ?? '../../nodejs-sdk');
  const { bucket, region } = bench.s3;
  return new MemoryService({ DISTRIBUTION: distribution, BUCKET_NAME: bucket, REGION: region, ...more }, bench.service);
}

/** @param {'plain' | 'tls' | 'private'} [edge] @param {Record<string, string>} [more] */
function firstRead(edge = 'plain', more = {}) {
  const mem = service(bench.edge[edge], { FAILOVER: 'false', ...more });
  return () => check(mem.get('value'));
}

function firstReadAsync() {
  const mem = service(bench.edge.plain);
  return async () => check(await mem.getAsync('value'));
}

function firstReadPrivate() {
  const { pk_path: PK_PATH, public_key_id: PUBLIC_KEY_ID } = bench.private;
  return firstRead('private', { PK_PATH, PUBLIC_KEY_ID });
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

/** @param {'plain' | 'tls'} [edge] */
function keepAliveFirstGet(edge = 'plain') {
  const http = edge === 'tls' ? require('node:https') : require('node:http');
  const agent = new http.Agent({ keepAlive: true });
  const url = `${bench.edge[edge]}/${bench.service}/value.json`;
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

function clientS3FirstGet() {
  const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  return async () => {
    const command = new GetObjectCommand({ Bucket: bench.s3.bucket, Key: `public/${bench.service}/value.json` });
    const { Body } = await s3.send(command);
    check(JSON.parse(await /** @type {any} */ (Body).transformToString()).value);
  };
}

function clientS3FirstPut() {
  const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  return () => {
    const Key = `public/${bench.service}/put/first-client-s3.json`;
    return s3.send(new PutObjectCommand({ Bucket: bench.s3.bucket, Key, Body: JSON.stringify(VALUE), ...HEADERS }));
  };
}

function keepAliveClientS3() {
  const get = keepAliveFirstGet();
  const put = clientS3FirstPut();
  return async () => {
    await get();
    await put();
  };
}

/** @type {Record<string, () => Handler>} */
const CASES = {
  'first-read': () => firstRead(),
  'first-read-tls': () => firstRead('tls'),
  'first-read-async': firstReadAsync,
  'first-read-private': firstReadPrivate,
  'first-read-private-ssm': () => firstRead('private', { PK_PATH: bench.private.ssm_arn }),
  'first-read-failover': firstReadFailover,
  'first-put': firstPut,
  'first-read-put': firstReadPut,
  'keep-alive-first-get': () => keepAliveFirstGet(),
  'keep-alive-first-get-tls': () => keepAliveFirstGet('tls'),
  'client-s3-first-get': clientS3FirstGet,
  'client-s3-first-put': clientS3FirstPut,
  'keep-alive-client-s3': keepAliveClientS3,
};

module.exports = { CASES };
