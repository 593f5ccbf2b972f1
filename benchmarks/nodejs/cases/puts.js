'use strict';

// Puts: the SDK's, and client-s3's with the same headers.

const assert = require('node:assert/strict');

const { SIZES, awaited, bench, grown, service, value } = require('./case.js');

/** @param {string} name @param {string} document */
async function memory(name, document) {
  const writer = service(bench.dead, { LOCAL_MAX_ITEMS: 10_000 }); // unless told, a put keeps a copy
  const given = value(document);
  const put = () => writer.put(name, given);
  await put();
  assert.deepEqual(await writer.getAsync(name, { consistent: true }), given);
  return awaited(put);
}

/** @param {string} name @param {string} document */
async function clientS3(name, document) {
  const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  const command = {
    Bucket: bench.s3.bucket,
    Key: `public/${bench.service}/${name}.json`,
    ContentType: 'application/json',
    CacheControl: 'max-age=5, stale-if-error=300',
  };
  const given = value(document);
  const put = () => s3.send(new PutObjectCommand({ ...command, Body: JSON.stringify(given) }));
  await put();
  return awaited(put);
}

/** @type {import('./case.js').Cases} */
const CASES = {
  'put/memory': () => memory('put/memory', '200b'),
  'put/client-s3': () => clientS3('put/client-s3', '200b'),
  ...grown(
    'put',
    SIZES,
    (size) => memory(`put/size/${size}`, `size-${size}`),
    (size) => clientS3(`put/size-peer/${size}`, `size-${size}`),
  ),
};

module.exports = { CASES };
