'use strict';

// Puts of 200 bytes: the SDK's, and client-s3's with the same headers.

const assert = require('node:assert/strict');

const { awaited, bench, service, value } = require('./case.js');

async function memory() {
  const writer = service(bench.dead, { keeps: true });
  const put = () => writer.put('put/memory', value200);
  const value200 = value('200b');
  await put();
  assert.deepEqual(await writer.getAsync('put/memory', { consistent: true }), value200);
  return awaited(put);
}

/**
 * @param {string} name
 * @param {unknown} given
 * @returns {() => Promise<unknown>} a put of its JSON text, made anew each time
 */
function clientS3Put(name, given) {
  const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  const command = {
    Bucket: bench.s3.bucket,
    Key: `public/${bench.service}/${name}.json`,
    ContentType: 'application/json',
    CacheControl: 'max-age=5, stale-if-error=300',
  };
  return () => s3.send(new PutObjectCommand({ ...command, Body: JSON.stringify(given) }));
}

async function clientS3() {
  const put = clientS3Put('put/client-s3', value('200b'));
  await put();
  return awaited(put);
}

/** @type {Record<string, import('./case.js').Make>} */
const CASES = { 'put/memory': memory, 'put/client-s3': clientS3 };

module.exports = { CASES, clientS3Put };
