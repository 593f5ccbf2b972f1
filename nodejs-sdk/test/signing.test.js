'use strict';

const assert = require('node:assert/strict');
const { createPublicKey, generateKeyPairSync, verify } = require('node:crypto');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');

const { AwsClient } = require('../lib/aws.js');
const { Endpoints } = require('../lib/endpoints.js');
const { Settings } = require('../lib/settings.js');
const { Signer } = require('../lib/signing.js');

const START = 1_800_000_000_000;
const folder = mkdtempSync(path.join(tmpdir(), 'signing-'));
after(() => rmSync(folder, { recursive: true }));

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
const file = path.join(folder, 'key.pem');
writeFileSync(file, pem);

const ARN = 'arn:aws:ssm:eu-central-1:123456789012:parameter/memory/signing-test';
const clock = { now: START };

// eslint-disable-next-line require-yield -- it is known already
function* somebody() {
  return { accessKeyId: 'testing', secretAccessKey: 'testing' };
}
const client = new AwsClient(new Endpoints(new Settings({ HOME: '/no' })), somebody);

const signerOf = (keySource, publicKeyId = 'K1') =>
  new Signer({ keySource, publicKeyId, distribution: new URL('https://d1.example'), signatureLifetime: 900, hashAlgorithm: 'sha256' }, 'shop', () => clock.now, () => client);

function run(program, ...answers) {
  let step = program.next();
  for (const answer of answers) {
    if (step.done) break;
    step = program.next(answer);
  }
  assert.ok(step.done, `asked for more: ${JSON.stringify(step.value)}`);
  return step.value;
}

const signed = (signer, ...answers) => run(signer.signature(), ...answers);
const query = (signer, ...answers) => signed(signer, ...answers).query;

/** The parts of a query, as CloudFront reads them. */
function opened(text) {
  const { Policy, Signature, ...rest } = Object.fromEntries(new URLSearchParams(text));
  const plain = (part) => Buffer.from(part.replace(/[-_~]/g, (character) => ({ '-': '+', _: '=', '~': '/' })[character]), 'base64');
  return { policy: plain(Policy).toString(), signature: plain(Signature), ...rest };
}

test('a query opens all of a service until the lifetime is over', () => {
  clock.now = START;
  const { policy, signature, ...rest } = opened(query(signerOf(file)));
  assert.equal(
    policy,
    '{"Statement":[{"Resource":"https://d1.example/shop/*","Condition":{"DateLessThan":{"AWS:EpochTime":1800000900}}}]}',
  );
  assert.ok(verify('sha256', Buffer.from(policy), createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })), signature));
  assert.deepEqual(rest, { 'Key-Pair-Id': 'K1', 'Hash-Algorithm': 'SHA256' });
});

test('base64 is in CloudFront’s alphabet, whatever the signature', () => {
  for (let count = 0; count < 50; count++) {
    const text = query(signerOf(file));
    assert.match(text, /^Policy=[\w~-]+&Signature=[\w~-]+&Key-Pair-Id=K1&Hash-Algorithm=SHA256$/);
    for (const part of text.split('&').slice(0, 2)) assert.equal(part.split('=')[1].length % 4, 0, part);
  }
});

test('one signature serves until half of its lifetime', () => {
  clock.now = START;
  const signer = signerOf(file);
  const first = query(signer);
  assert.equal(query(signer), first);
  clock.now = START + 449_999;
  assert.equal(query(signer), first);
  clock.now = START + 450_000;
  const second = query(signer);
  assert.notEqual(second, first);
  clock.now -= 1;
  assert.notEqual(query(signer), second);
});

test('a signature is made on the first day of 1970, too', () => {
  clock.now = 1;
  assert.match(opened(query(signerOf(file))).policy, /:900}/);
});

test('a key in a file is not read again', () => {
  clock.now = START;
  const signer = signerOf(file);
  const first = signed(signer);
  assert.equal(signer.renew(first), false);
  clock.now += 3_600_000;
  assert.equal(signed(signer).key, first.key);
});

const ofParameter = (secret) => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ Parameter: { Value: JSON.stringify(secret) } })) });
const otherArn = (name) => ARN.replace('signing-test', name);

test('a key behind an ARN is asked for once, and after a refusal again, at most every 30 s', () => {
  clock.now = START;
  const [signer, other] = [signerOf(ARN, 'fallback'), signerOf(ARN, 'fallback')];
  const first = signed(signer, ofParameter({ private_key: pem }));
  assert.match(first.query, /&Key-Pair-Id=fallback&/);
  assert.match(query(other), /&Key-Pair-Id=fallback&/);

  assert.equal(signer.renew(first), true);
  const second = signed(signer, ofParameter({ public_key_id: 'K2', private_key: pem }));
  assert.match(second.query, /&Key-Pair-Id=K2&/);
  assert.match(query(other), /&Key-Pair-Id=fallback&/);
  assert.equal(other.renew(first), true); // with the key that the first has read
  assert.match(query(other), /&Key-Pair-Id=K2&/);

  clock.now = START + 29_999;
  assert.equal(signer.renew(second), false);
  clock.now = START + 30_000;
  assert.equal(signer.renew(second), true);
});

test('of reads that are refused at the same time, each signs with the new key', () => {
  clock.now = START;
  const signer = signerOf(otherArn('at-once'));
  const old = signed(signer, ofParameter({ public_key_id: 'OLD', private_key: pem }));
  assert.equal(signer.renew(old), true);
  assert.equal(signer.renew(old), true); // the first has not read the new key yet
  assert.match(query(signer, ofParameter({ public_key_id: 'NEW', private_key: pem })), /&Key-Pair-Id=NEW&/);
  assert.equal(signer.renew(old), true); // an answer that was long under way
  assert.match(query(signer), /&Key-Pair-Id=NEW&/); // and no second question
});

test('a key behind an ARN signs for an hour and is then read again', () => {
  clock.now = START;
  const signer = signerOf(otherArn('aged'));
  query(signer, ofParameter({ public_key_id: 'OLD', private_key: pem }));
  clock.now = START + 3_599_999;
  assert.match(query(signer), /&Key-Pair-Id=OLD&/);
  clock.now = START + 3_600_000 + 450_000; // the signature has come to half of its life as well
  assert.match(query(signer, ofParameter({ public_key_id: 'NEW', private_key: pem })), /&Key-Pair-Id=NEW&/);
  clock.now -= 1_000_000; // a clock that went back
  assert.match(query(signer, ofParameter({ public_key_id: 'NEWER', private_key: pem })), /&Key-Pair-Id=NEWER&/);
});

test('while AWS does not give the key again, the one at hand signs, and AWS is asked every five minutes', () => {
  clock.now = START;
  const signer = signerOf(otherArn('kept'));
  query(signer, ofParameter({ public_key_id: 'OLD', private_key: pem }));
  clock.now = START + 3_600_000;
  const refusal = { status: 400, headers: {}, body: Buffer.from('{"__type":"AccessDeniedException"}') };
  assert.match(query(signer, refusal), /&Key-Pair-Id=OLD&/);
  clock.now += 299_999;
  assert.match(query(signerOf(otherArn('kept'))), /&Key-Pair-Id=OLD&/);
  clock.now += 1;
  const answer = ofParameter({ public_key_id: 'NEW', private_key: pem });
  assert.match(query(signerOf(otherArn('kept')), answer), /&Key-Pair-Id=NEW&/);
});
