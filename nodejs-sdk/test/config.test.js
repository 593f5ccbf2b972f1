'use strict';

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { readConfig } = require('../lib/core/config.js');
const { Endpoints } = require('../lib/endpoints.js');
const { Settings } = require('../lib/settings.js');

const NEEDED = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'bucket', REGION: 'eu-west-1' };
const PRIVATE = { PK_PATH: '/key.pem', PUBLIC_KEY_ID: 'K1' };
const ARN = 'arn:aws:ssm:eu-west-1:123456789012:parameter/key';

const read = (params, environment = {}) => readConfig({ ...NEEDED, ...params }, environment);
const refuses = (params, message, environment = {}) =>
  assert.throws(() => read(params, environment), { code: 'configuration', message });

test('the defaults are those of the specification', () => {
  const { distribution, edge, bucket, region, visibility, edgeTtl, storageClass, ...rest } = read({});
  const { maxValueBytes, signatureLifetime, hashAlgorithm, deadline, failover, logLevel } = rest;
  assert.equal(distribution.origin, 'https://d1.cloudfront.net');
  assert.equal(edge, distribution);
  assert.deepEqual([bucket, region, visibility], ['bucket', 'eu-west-1', 'public']);
  assert.deepEqual([edgeTtl, storageClass], [5, 'STANDARD']);
  assert.deepEqual([maxValueBytes, signatureLifetime, logLevel], [2 * 1024 * 1024, 900, 'warn']);
  assert.equal(hashAlgorithm, 'sha256');
  assert.deepEqual([deadline, failover], [5, true]);
  const { staleIfError, localMaxItems, localMaxBytes, distributionId, roleArn, maxGrant } = rest;
  assert.deepEqual([staleIfError, localMaxItems, localMaxBytes, maxGrant], [300, 10_000, 16 * 1024 * 1024, 3600]);
  assert.deepEqual([distributionId, roleArn], [undefined, undefined]);
});

test('each key comes from the environment if the parameters lack it', () => {
  const environment = {
    MEMORY_DISTRIBUTION: 'd2.cloudfront.net',
    MEMORY_BUCKET_NAME: 'other',
    MEMORY_REGION: 'us-east-1',
    MEMORY_EDGE_TTL: '60',
    MEMORY_EDGE_ENDPOINT: 'http://127.0.0.1:9000',
    MEMORY_LOG_LEVEL: 'debug',
  };
  const config = readConfig({ BUCKET_NAME: 'bucket', REGION: undefined }, environment);
  assert.equal(config.distribution.host, 'd2.cloudfront.net');
  assert.equal(config.edge.host, '127.0.0.1:9000');
  assert.deepEqual([config.bucket, config.region, config.edgeTtl, config.logLevel], ['bucket', 'us-east-1', 60, 'debug']);
});

test('white space around a value is none of it, and an empty one is as good as none', () => {
  assert.equal(read({ BUCKET_NAME: ' other\n' }).bucket, 'other');
  assert.equal(read({ BUCKET_NAME: '' }, { MEMORY_BUCKET_NAME: 'other' }).bucket, 'other');
  assert.equal(read({ EDGE_TTL: '' }).edgeTtl, 5);
});

test("the region may be Lambda's", () => {
  const { DISTRIBUTION, BUCKET_NAME } = NEEDED;
  assert.equal(readConfig({ DISTRIBUTION, BUCKET_NAME }, { AWS_REGION: 'eu-west-3' }).region, 'eu-west-3');
  assert.equal(readConfig({ DISTRIBUTION, BUCKET_NAME }, {}).region, undefined); // edges are asked without one (END-1)
  assert.throws(() => new Endpoints(new Settings({ HOME: '/no' })).of('s3', undefined), { code: 'configuration', message: /MEMORY_REGION/ });
});

test('a flag is a boolean or a text, whatever its case', () => {
  const values = [true, false, 'true', 'False', ' TRUE ', '', undefined];
  assert.deepEqual(values.map((FAILOVER) => read({ FAILOVER }).failover), [true, false, true, false, true, true, true]);
  assert.equal(read({}, { MEMORY_FAILOVER: 'FALSE' }).failover, false);
  assert.equal(read({ FAILOVER: true }, { MEMORY_FAILOVER: 'false' }).failover, true);
  assert.deepEqual([read({ DEADLINE: 1 }).deadline, read({ DEADLINE: '60' }).deadline], [1, 60]);
});

test('the limits themselves are allowed', () => {
  const limits = { STALE_IF_ERROR: 0, LOCAL_MAX_ITEMS: '0', LOCAL_MAX_BYTES: 0, MAX_GRANT: 1 };
  const { staleIfError, localMaxItems, localMaxBytes, maxGrant } = read(limits);
  assert.deepEqual([staleIfError, localMaxItems, localMaxBytes, maxGrant], [0, 0, 0, 1]);
  const most = read({ STALE_IF_ERROR: 86400, LOCAL_MAX_ITEMS: 10_000_000, LOCAL_MAX_BYTES: 2 ** 31 - 1, MAX_GRANT: 86400 });
  assert.deepEqual([most.staleIfError, most.localMaxItems, most.maxGrant], [86400, 10_000_000, 86400]);
  const { distributionId, roleArn } = read({ DISTRIBUTION_ID: 'E1A2B3C4D5E6F7', ROLE_ARN: 'arn:aws-cn:iam::111122223333:role/path/to/name' });
  assert.deepEqual([distributionId, roleArn], ['E1A2B3C4D5E6F7', 'arn:aws-cn:iam::111122223333:role/path/to/name']);
});

suite('refused', () => {
  const cases = [
    ['a copy served for more than a day', { STALE_IF_ERROR: 86401 }, /STALE_IF_ERROR must be an integer from 0 to 86400/],
    ['a negative number of items', { LOCAL_MAX_ITEMS: -1 }, /LOCAL_MAX_ITEMS/],
    ['too many items', { LOCAL_MAX_ITEMS: 10_000_001 }, /LOCAL_MAX_ITEMS/],
    ['bytes with a unit', { LOCAL_MAX_BYTES: '16M' }, /LOCAL_MAX_BYTES/],
    ['a grant of nothing', { MAX_GRANT: 0 }, /MAX_GRANT must be an integer from 1 to 86400/],
    ['the ARN of a distribution for its id', { DISTRIBUTION_ID: 'arn:aws:cloudfront::1:distribution/E1' }, /DISTRIBUTION_ID must look like E1A2/],
    ['the ARN of a user as role', { ROLE_ARN: 'arn:aws:iam::111122223333:user/name' }, /ROLE_ARN must look like arn:aws:iam::/],
    ['the name of a role', { ROLE_ARN: 'writer' }, /ROLE_ARN/],
    ['no distribution', { DISTRIBUTION: undefined }, /DISTRIBUTION is empty or undefined.*MEMORY_DISTRIBUTION/],
    ['an empty bucket name', { BUCKET_NAME: '' }, /BUCKET_NAME is empty/],
    ['a misspelt key', { DISTRIBUTON: 'd' }, /DISTRIBUTON is unknown. Did you mean DISTRIBUTION\?/],
    ['a key in lower case', { bucket_name: 'b' }, /Did you mean BUCKET_NAME\?/],
    ['a distribution with a path', { DISTRIBUTION: 'd1.cloudfront.net/x' }, /DISTRIBUTION/],
    ['a distribution over http', { DISTRIBUTION: 'http://d1.cloudfront.net' }, /https/],
    ['a distribution that is no host', { DISTRIBUTION: 'a b' }, /DISTRIBUTION/],
    ['an endpoint with a path', { EDGE_ENDPOINT: 'http://127.0.0.1:1/x' }, /EDGE_ENDPOINT/],
    ['an endpoint over http elsewhere', { EDGE_ENDPOINT: 'http://192.168.0.1' }, /EDGE_ENDPOINT/],
    ['an endpoint that only looks local', { EDGE_ENDPOINT: 'http://127.0.0.1.example.com' }, /EDGE_ENDPOINT/],
    ['a bucket with a slash', { BUCKET_NAME: 'a/b' }, /BUCKET_NAME/],
    ['an edge TTL of 0', { EDGE_TTL: 0 }, /EDGE_TTL.*1 to 86400/],
    ['an edge TTL of two days', { EDGE_TTL: 172800 }, /EDGE_TTL/],
    ['half a second', { EDGE_TTL: 0.5 }, /EDGE_TTL/],
    ['an edge TTL in words', { EDGE_TTL: '5s' }, /EDGE_TTL/],
    ['an archive as storage class', { STORAGE_CLASS: 'DEEP_ARCHIVE' }, /STORAGE_CLASS must be one of .*GLACIER_IR/],
    ['a storage class in lower case', { STORAGE_CLASS: 'standard_ia' }, /STORAGE_CLASS/],
    ['a deadline of 0', { DEADLINE: 0 }, /DEADLINE must be an integer from 1 to 60, not 0/],
    ['a deadline of more than a minute', { DEADLINE: 61 }, /DEADLINE/],
    ['a deadline with a fraction', { DEADLINE: '1.5' }, /DEADLINE/],
    ['a flag that is neither', { FAILOVER: 'yes' }, /FAILOVER must be true or false, not "yes"/],
    ['a number as a flag', { FAILOVER: 1 }, /FAILOVER must be true or false, not number/],
    ['an unknown log level', { LOG_LEVEL: 'verbose' }, /LOG_LEVEL.*debug/],
    ['a number for a text', { BUCKET_NAME: 5 }, /BUCKET_NAME must be a string/],
  ];
  for (const [title, params, message] of cases) test(title, () => refuses(params, message));

  test('parameters that are none', () => {
    for (const params of [undefined, null, 'x']) {
      assert.throws(() => readConfig(params, {}), { code: 'configuration', message: /first argument/ });
    }
  });
});

suite('visibility', () => {
  test('both keys make a service private', () => {
    const { visibility, keySource, publicKeyId } = read(PRIVATE);
    assert.deepEqual([visibility, keySource, publicKeyId], ['private', '/key.pem', 'K1']);
  });

  test('a key that is only mentioned never leaves a service public', () => {
    refuses({ PK_PATH: undefined }, /PK_PATH is empty or undefined/);
    refuses({ PUBLIC_KEY_ID: undefined }, /PK_PATH is missing/);
    refuses({ PK_PATH: undefined, PUBLIC_KEY_ID: undefined }, /PK_PATH is empty/);
    refuses({ PK_PATH: '' }, /PK_PATH is empty/);
    refuses({ PK_PATH: '/key.pem' }, /PUBLIC_KEY_ID is missing/);
    refuses({ PK_PATH: ARN, PUBLIC_KEY_ID: undefined }, /PUBLIC_KEY_ID is empty/);
    refuses({}, /PK_PATH is empty/, { MEMORY_PK_PATH: '' });
    refuses({}, /PK_PATH is missing/, { MEMORY_PUBLIC_KEY_ID: 'K1' });
  });

  test('an ARN needs no id beside it', () => {
    const { visibility, publicKeyId } = read({ PK_PATH: ARN });
    assert.deepEqual([visibility, publicKeyId], ['private', undefined]);
  });

  test('an id that would change the URL is refused', () => refuses({ ...PRIVATE, PUBLIC_KEY_ID: 'K1&x=y' }, /PUBLIC_KEY_ID/));

  test('VISIBILITY pins either', () => {
    assert.equal(read({ VISIBILITY: 'public' }).visibility, 'public');
    assert.equal(read({ ...PRIVATE, VISIBILITY: 'private' }).visibility, 'private');
    refuses({ VISIBILITY: 'private' }, /give PK_PATH and PUBLIC_KEY_ID/);
    refuses({ ...PRIVATE, VISIBILITY: 'public' }, /VISIBILITY is public/);
    refuses({ VISIBILITY: undefined }, /VISIBILITY is empty/);
    refuses({ VISIBILITY: 'secret' }, /VISIBILITY must be one of/);
  });
});
