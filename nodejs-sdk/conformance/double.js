'use strict';
// Plays the SDK's test double for the runner (spec/VECTORS.md, "Doubles").

const { generateKeyPairSync, randomBytes } = require('node:crypto');
const { setTimeout } = require('node:timers/promises');

const { Cloud } = require('../testing');

const ARN = 'arn:aws:ssm:us-east-1:111122223333:parameter/testing/key';
const CONF = {
  DISTRIBUTION: 'public.testing',
  PRIVATE_DISTRIBUTION: 'private.testing',
  DISTRIBUTION_ID: 'EPUBLIC',
  PRIVATE_DISTRIBUTION_ID: 'EPRIVATE',
  BUCKET_NAME: 'testing',
  REGION: 'us-east-1',
  PRIVATE_KEY_ARN: ARN,
  PUBLIC_KEY_ID: 'KTESTING',
  ROLE_ARN: 'arn:aws:iam::111122223333:role/testing',
  ACCESS_KEY: 'AKIATESTING',
};

const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** @type {Cloud | undefined} */
let cloud;
let seenInvalidations = 0;
/** The `write` of what was last replaced meanwhile. @type {string | null} */
let overwritten = null;
/** Seconds by which the cloud's clock has moved meanwhile, until the runner is told. */
let passed = 0;

const PATIENCE = 3000; // milliseconds

const PLAYS = {
  begin({ points_of_presence: pointsOfPresence }, now) {
    cloud?.stop();
    cloud = new Cloud({
      clock: { now: () => now() + passed * 1000, advance() {}, set() {} },
      pointsOfPresence,
      buckets: [CONF.BUCKET_NAME],
      distributions: { [CONF.DISTRIBUTION]: 'public', [CONF.PRIVATE_DISTRIBUTION]: 'private' },
      distributionIds: { [CONF.DISTRIBUTION_ID]: CONF.DISTRIBUTION, [CONF.PRIVATE_DISTRIBUTION_ID]: CONF.PRIVATE_DISTRIBUTION },
    }).start();
    const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' });
    cloud.parameters.set('/testing/key', JSON.stringify({ public_key_id: CONF.PUBLIC_KEY_ID, private_key: pem }));
    cloud.trust(CONF.PUBLIC_KEY_ID, key.publicKey);
    seenInvalidations = 0;
    overwritten = null;
    passed = 0;
    return { conf: CONF };
  },

  roam({ pop }) {
    cloud.roam(pop);
    return {};
  },

  stored({ key: name }) {
    const object = cloud.objects.get(name);
    if (!object) return { object: null };
    const { body, headers, version, storageClass, tags } = object;
    return { object: { headers, body_base64: Buffer.from(body).toString('base64'), version, storage_class: storageClass, tags } };
  },

  store({ key: name, headers, body_base64: body }) {
    cloud.put(name, Buffer.from(body, 'base64'), headers);
    return {};
  },

  remove({ key: name }) {
    cloud.objects.delete(name);
    return {};
  },

  meanwhile({ method, key: name, times, remove, headers, body, passes }) {
    const act = () => {
      if (passes !== undefined) {
        passed += passes;
        return;
      }
      const replaced = writeOf(cloud.objects.get(name)?.body);
      overwritten = replaced ?? overwritten;
      if (remove) cloud.objects.delete(name);
      else cloud.put(name, body.replaceAll('$WRITE', String(replaced)).replaceAll('$NEW', randomBytes(8).toString('hex')), headers);
    };
    cloud.meanwhile(act, { method, key: name, times });
    return {};
  },

  meet({ method, key: name, count }) {
    let missing = count;
    let arrive;
    const all = new Promise((resolve) => {
      arrive = resolve;
    });
    const act = () => {
      if (--missing === 0) arrive();
      return Promise.race([all, setTimeout(PATIENCE, undefined, { ref: false })]);
    };
    cloud.meanwhile(act, { method, key: name, times: count });
    return {};
  },

  overwritten() {
    const told = { write: overwritten, ...(passed && { passed }) };
    overwritten = null;
    passed = 0;
    return told;
  },

  fault({ fault: { where, kind, ...options } }) {
    try {
      cloud.fail(where, kind, options);
      return {};
    } catch (error) {
      if (error instanceof RangeError) return { skipped: error.message };
      throw error;
    }
  },

  heal() {
    cloud.heal();
    return {};
  },

  requests() {
    const { requests } = cloud;
    cloud.requests = [];
    const told = ({ where, method, path, accessKey, status, signedAt, expires }) => ({
      ...{ where, method, path, access_key: accessKey, status },
      ...(signedAt !== undefined && { signed_at: signedAt / 1000, expires }),
    });
    return { requests: requests.map(told) };
  },

  invalidations({ distribution }) {
    const id = distribution === CONF.DISTRIBUTION ? CONF.DISTRIBUTION_ID : CONF.PRIVATE_DISTRIBUTION_ID;
    const fresh = cloud.invalidations.slice(seenInvalidations).filter(({ distributionId }) => distributionId === id);
    seenInvalidations = cloud.invalidations.length;
    return { invalidations: fresh.map(({ paths }) => paths) };
  },

  fetch: ({ host, path }) => cloud.fetch(host, path),
};

function writeOf(document) {
  try {
    return JSON.parse(Buffer.from(document)).write ?? null;
  } catch {
    return null;
  }
}

/** @param now Unix time in milliseconds */
function playDouble(request, now) {
  return PLAYS[request.do](request, now);
}

module.exports = { playDouble };
