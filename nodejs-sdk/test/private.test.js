'use strict';

const assert = require('node:assert/strict');
const { generateKeyPairSync, verify } = require('node:crypto');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { inspect } = require('node:util');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { serve, cloud, setEnvironment, CREDENTIALS } = require('./server.js');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' });

const START = Date.UTC(2026, 10, 23);

function keyFile(context, text) {
  const folder = mkdtempSync(path.join(tmpdir(), 'memory-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'key.pem');
  writeFileSync(file, text);
  return file;
}

/** A private service with a clock that the test sets. */
async function start(context, params, handler = cloud) {
  const server = await serve(context, handler);
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL: server.url });
  const clock = { now: START };
  const make = () => {
    const mem = new MemoryService(
      { DISTRIBUTION: 'private.cloudfront.net', BUCKET_NAME: 'bucket', EDGE_ENDPOINT: server.url, LOCAL_MAX_ITEMS: 0, ...params },
      'shop',
      { clock: () => clock.now },
    );
    context.after(() => mem.close());
    return mem;
  };
  return { mem: make(), make, server, clock };
}

const unescape = (text) => Buffer.from(text.replace(/[-_~]/g, (c) => ({ '-': '+', _: '=', '~': '/' })[c]), 'base64');

/** The parts of a signed URL, as CloudFront sees them. */
function signatureIn(url) {
  const { Policy, Signature, ...rest } = Object.fromEntries(new URL(url, 'http://x').searchParams);
  return { policy: unescape(Policy).toString(), signature: unescape(Signature), ...rest };
}

const reads = async (server) => (await server.log()).filter((entry) => entry.method === 'GET');

suite('a key in a file', () => {
  for (const [kind, pair] of Object.entries({ 'RSA-2048': rsa, 'ECDSA P-256': ec })) {
    test(`${kind} signs one policy for all values of the service`, async (context) => {
      const { mem, server } = await start(context, { PK_PATH: keyFile(context, pem(pair)), PUBLIC_KEY_ID: 'K1' });
      await mem.put('var1', 123);
      assert.equal(mem.get('var1'), 123);
      assert.equal(await mem.getAsync('var1'), 123);
      const [sync, async] = await reads(server);
      assert.equal(sync.url, async.url);
      assert.equal(sync.headers.host, 'private.cloudfront.net');
      assert.match(sync.url, /^\/shop\/var1\.json\?Policy=[\w~-]+&Signature=[\w~-]+&Key-Pair-Id=K1&Hash-Algorithm=SHA256$/);
      const { policy, signature } = signatureIn(sync.url);
      const expires = START / 1000 + 900;
      assert.equal(
        policy,
        `{"Statement":[{"Resource":"https://private.cloudfront.net/shop/*","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`,
      );
      assert.ok(verify('sha256', Buffer.from(policy), pair.publicKey, signature));
    });
  }

  test('values go under private/', async (context) => {
    const { mem, server } = await start(context, { PK_PATH: keyFile(context, pem(ec)), PUBLIC_KEY_ID: 'K1' });
    await mem.put('var1', 1);
    const [{ url }] = await server.log();
    assert.equal(url, '/bucket/private/shop/var1.json');
  });

  test('a signature is renewed at half its life, and when the clock went back', async (context) => {
    const params = { PK_PATH: keyFile(context, pem(ec)), PUBLIC_KEY_ID: 'K1', SIGNATURE_LIFETIME: 100 };
    const { mem, server, clock } = await start(context, params);
    for (const seconds of [0, 49.9, 50, 49]) {
      clock.now = START + seconds * 1000;
      mem.get('a');
    }
    const [first, second, third, fourth] = (await reads(server)).map((entry) => entry.url);
    assert.equal(first, second);
    assert.notEqual(second, third);
    assert.notEqual(third, fourth);
    assert.match(signatureIn(third).policy, new RegExp(`:${START / 1000 + 150}}`));
  });

  test('a refusal is no miss', async (context) => {
    const params = { PK_PATH: keyFile(context, pem(ec)), PUBLIC_KEY_ID: 'K1' };
    const { mem, server } = await start(context, params, '(request, response) => response.writeHead(403).end()');
    assert.throws(() => mem.get('a'), { code: 'access_denied', message: /PUBLIC_KEY_ID/ });
    assert.equal((await server.log()).length, 1);
  });

  test('a key that CloudFront does not take is refused at once, without a word of it', (context) => {
    const bad = {
      'RSA-1024': pem(generateKeyPairSync('rsa', { modulusLength: 1024 })),
      'P-384': pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' })),
      ed25519: pem(generateKeyPairSync('ed25519')),
      'a public key': rsa.publicKey.export({ type: 'spki', format: 'pem' }),
      garbage: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n',
      nothing: '',
    };
    const params = { DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1', PUBLIC_KEY_ID: 'K1' };
    for (const [kind, text] of Object.entries(bad)) {
      assert.throws(
        () => new MemoryService({ ...params, PK_PATH: keyFile(context, text) }, 'shop'),
        (error) => error.code === 'configuration' && text.split('\n').slice(1, 2).every((line) => !inspect(error).includes(line)),
        kind,
      );
    }
    assert.throws(() => new MemoryService({ ...params, PK_PATH: '/no/such/file' }, 'shop'), {
      code: 'configuration',
      message: /\/no\/such\/file/,
    });
  });

  test('shows nothing of the key', async (context) => {
    const { mem } = await start(context, { PK_PATH: keyFile(context, pem(ec)), PUBLIC_KEY_ID: 'K1' });
    assert.equal(inspect(mem, { depth: 9, showHidden: true }), 'MemoryService {}');
    assert.equal(JSON.stringify(mem), '{}');
  });
});

/** AWS with a secret, and an edge that trusts the key named `trusted`. */
function vault(request, response, body, state) {
  const target = request.headers['x-amz-target'];
  if (target) {
    if (state.refusal) return response.writeHead(400).end(JSON.stringify({ __type: state.refusal }));
    const text = state.secret;
    return response.end(JSON.stringify(target.startsWith('AmazonSSM') ? { Parameter: { Value: text } } : { SecretString: text }));
  }
  const isTrusted = request.url.endsWith(`Key-Pair-Id=${state.trusted}&Hash-Algorithm=SHA256`);
  if (!isTrusted) return response.writeHead(403).end('<Error><Code>InvalidKey</Code></Error>');
  return response.writeHead(200, { etag: '"e"' }).end('{"v":1,"type":"int","value":1}');
}

const secretOf = (id, pair = ec) => JSON.stringify({ public_key_id: id, private_key: pem(pair) });

suite('a key behind an ARN', () => {
  let count = 0;
  const parameter = () => `arn:aws:ssm:eu-central-1:123456789012:parameter/memory/key${++count}`;
  const secret = () => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:memory/key${++count}-AbCdEf`;

  test('is read from the Parameter Store by a synchronous get, once', async (context) => {
    const arn = parameter();
    const { mem, make, server } = await start(context, { PK_PATH: arn }, vault);
    await server.set({ secret: secretOf('K1', rsa), trusted: 'K1' });
    assert.equal(mem.get('a'), 1);
    assert.equal(await mem.getAsync('a'), 1);
    assert.equal(make().get('a'), 1);
    const [question, ...others] = await server.log();
    assert.equal(question.headers['x-amz-target'], 'AmazonSSM.GetParameter');
    assert.match(question.headers.authorization, /\/eu-central-1\/ssm\/aws4_request/);
    assert.deepEqual(JSON.parse(Buffer.from(question.body, 'base64')), {
      Name: arn.split(':parameter')[1],
      WithDecryption: true,
    });
    assert.deepEqual(others.map((entry) => entry.method), ['GET', 'GET', 'GET']);
    const { policy, signature } = signatureIn(others[0].url);
    assert.ok(verify('sha256', Buffer.from(policy), rsa.publicKey, signature));
  });

  test('is read from Secrets Manager by an asynchronous get', async (context) => {
    const arn = secret();
    const { mem, server } = await start(context, { PK_PATH: arn, PUBLIC_KEY_ID: 'old' }, vault);
    await server.set({ secret: secretOf('K1'), trusted: 'K1' });
    assert.equal(await mem.getAsync('a'), 1);
    const [question] = await server.log();
    assert.equal(question.headers['x-amz-target'], 'secretsmanager.GetSecretValue');
    assert.deepEqual(JSON.parse(Buffer.from(question.body, 'base64')), { SecretId: arn });
  });

  test('is read again after a refusal, at most every 30 s', async (context) => {
    const { mem, make, server, clock } = await start(context, { PK_PATH: parameter() }, vault);
    const other = make();
    await server.set({ secret: secretOf('K1'), trusted: 'K1' });
    assert.equal(mem.get('a'), 1);
    assert.equal(other.get('a'), 1);
    await server.set({ secret: secretOf('K2'), trusted: 'K2' });
    assert.equal(mem.get('a'), 1);
    assert.equal(other.get('a'), 1); // with the key that mem has read again
    await server.set({ secret: secretOf('K3'), trusted: 'K3' });
    clock.now += 29_999;
    assert.throws(() => mem.get('a'), { code: 'access_denied' });
    clock.now += 1;
    assert.equal(await mem.getAsync('a'), 1);
    const questions = (await server.log()).filter((entry) => entry.method === 'POST');
    assert.equal(questions.length, 3);
  });

  test('is tried once more only', async (context) => {
    const { mem, server } = await start(context, { PK_PATH: parameter() }, vault);
    await server.set({ secret: secretOf('K1'), trusted: 'K2' });
    assert.throws(() => mem.get('a'), { code: 'access_denied' });
    assert.equal((await server.log()).length, 4);
  });

  const refusals = [
    ['a missing parameter', { refusal: 'ParameterNotFound' }, 'configuration'],
    ['a forbidden parameter', { refusal: 'com.amazonaws.ssm#AccessDeniedException' }, 'access_denied'],
    ['a secret that is no JSON', { secret: 'hush-hush' }, 'configuration'],
    ['a secret without a key', { secret: '{"public_key_id":"hush-hush"}' }, 'configuration'],
    ['a secret that is null', { secret: 'null' }, 'configuration'],
    ['a secret without an id', { secret: JSON.stringify({ private_key: pem(ec) }) }, 'configuration'],
  ];
  for (const [title, state, code] of refusals) {
    test(`${title} is ${code}, and nothing of it is told`, async (context) => {
      const { mem, server } = await start(context, { PK_PATH: parameter() }, vault);
      await server.set(state);
      assert.throws(() => mem.get('a'), (error) => error.code === code && !/hush|PRIVATE/.test(inspect(error)));
    });
  }

  test('must be an ARN of either service', () => {
    const params = { DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1' };
    for (const arn of ['arn:aws:s3:::bucket/key', 'arn:aws:ssm:eu-west-1:1:parameter', 'arn:']) {
      assert.throws(() => new MemoryService({ ...params, PK_PATH: arn }, 'shop'), { code: 'configuration' });
    }
  });
});
