'use strict';

// What a grant opens, and what it shows (GRANT-1 to GRANT-3, KEYS-4).

const assert = require('node:assert/strict');
const { generateKeyPairSync, verify } = require('node:crypto');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const { scene, START } = require('./scene.js');
const { serve, setEnvironment } = require('./server.js');

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' });

function keyFile(context) {
  const folder = mkdtempSync(path.join(tmpdir(), 'memory-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'key.pem');
  writeFileSync(file, PEM);
  return file;
}

const decoded = (text) => Buffer.from(text.replace(/[-_~]/g, (c) => ({ '-': '+', _: '=', '~': '/' })[c]), 'base64');

test('a grant is the signed policy of its prefix or name, and of nothing else', async (context) => {
  const { mem, world } = await scene(context, { PK_PATH: keyFile(context), PUBLIC_KEY_ID: 'K1', MAX_GRANT: 7200 });
  world.now = START + 999;
  const resources = {
    'tenant/1/': '/shop/tenant/1/*',
    '': '/shop/*',
    'ö.x/': '/shop/.C3.B6.2Ex/*',
    'tenant/1': '/shop/tenant/1.json',
    'user.42': '/shop/user.2E42.json',
  };
  for (const [what, resource] of Object.entries(resources)) {
    const grant = await mem.grant(what, 7200);
    const { Policy, Signature, ...rest } = Object.fromEntries(new URLSearchParams(grant.query));
    const condition = `{"DateLessThan":{"AWS:EpochTime":${START / 1000 + 7200}}}`;
    assert.equal(decoded(Policy).toString(), `{"Statement":[{"Resource":"https://d1.cloudfront.net${resource}","Condition":${condition}}]}`);
    assert.ok(verify('sha256', decoded(Policy), publicKey, decoded(Signature)));
    assert.deepEqual(rest, { 'Key-Pair-Id': 'K1', 'Hash-Algorithm': 'SHA256' });
    const which = what === '' || what.endsWith('/') ? { prefix: what } : { name: what };
    assert.deepEqual(JSON.parse(JSON.stringify(grant)), {
      ...{ distribution: 'd1.cloudfront.net', service: 'shop', ...which, query: grant.query },
      expires_at: START + 7_200_000,
    });
    assert.deepEqual([grant.prefix, grant.name, grant.expiresAt], [which.prefix, which.name, new Date(START + 7_200_000)]);
    assert.equal(grant.url('user.42'), `https://d1.cloudfront.net/shop/user.2E42.json?${grant.query}`);
  }
});

test('a grant shows no query and cannot be changed', async (context) => {
  const { mem } = await scene(context, { PK_PATH: keyFile(context), PUBLIC_KEY_ID: 'K1' });
  const grant = await mem.grant('a/', 60);
  const shown = [inspect(grant, { depth: 9, showHidden: true }), String(grant), `${Object.entries(grant)}`].join();
  assert.ok(!/Policy|Signature/.test(shown), shown);
  assert.match(shown, /a\//);
  assert.throws(() => Object.assign(grant, { prefix: 'b/' }), TypeError);
  grant.expiresAt.setTime(0);
  assert.equal(grant.toJSON().expires_at, START + 60_000);
});

test('what cannot be granted is refused', async (context) => {
  const { mem, make } = await scene(context, { PK_PATH: keyFile(context), PUBLIC_KEY_ID: 'K1', MAX_GRANT: 100 });
  for (const ttl of [0, 101, 1.5, '60', undefined, NaN, 60n]) {
    await assert.rejects(mem.grant('a/', ttl), { code: 'configuration', message: /from 1 to 100/ });
  }
  for (const what of ['a//', '/', '/a', 5, undefined, '\ud800']) await assert.rejects(mem.grant(what, 60), { code: 'invalid_name' });
  await assert.rejects(make({ MAX_GRANT: undefined }).grant('a/', 3601), { code: 'configuration' });
  const { mem: open } = await scene(context);
  await assert.rejects(open.grant('a/', 60), { code: 'configuration', message: /private/ });
});

test('a key behind an ARN is read for a grant', async (context) => {
  const secret = JSON.stringify({ Parameter: { Value: JSON.stringify({ public_key_id: 'K7', private_key: PEM }) } });
  const { url } = await serve(context, `(request, response) => response.end(${JSON.stringify(secret)})`);
  setEnvironment(context, { AWS_ENDPOINT_URL_SSM: url });
  const { mem } = await scene(context, { PK_PATH: 'arn:aws:ssm:eu-central-1:123456789012:parameter/grants' });
  assert.match((await mem.grant('a/', 60)).query, /&Key-Pair-Id=K7&/);
});
