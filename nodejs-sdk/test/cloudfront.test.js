'use strict';

// Asking CloudFront to drop what edges have (INV-1, INV-2), and asking as another role (ROLE-1).

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { isSigned } = require('./sigv4.js');
const { scene, holding, START, BROKEN, DENIED } = require('./scene.js');
const { serve, setEnvironment, CREDENTIALS } = require('./server.js');

const DISTRIBUTION_ID = 'E1A2B3C4D5E6F7';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/cache/writer';

/** Answers as it is told, with success unless told. */
const api = `(request, response, body, state) =>
  response.writeHead(state.status ?? 201).end(state.code ? '<ErrorResponse><Error><Code>' + state.code + '</Code></Error></ErrorResponse>' : '')`;

/** A service with a CloudFront that logs what it is asked. */
async function start(context, params = {}, keeps = true) {
  const cloudfront = await serve(context, api);
  setEnvironment(context, { AWS_ENDPOINT_URL_CLOUDFRONT: cloudfront.url });
  const found = await scene(context, { DISTRIBUTION_ID, ...params }, keeps);
  const paths = async () =>
    (await cloudfront.log()).map(({ body }) => [...Buffer.from(body, 'base64').toString().matchAll(/<Path>(.*?)<\/Path>/g)].map(([, one]) => one));
  return { ...found, cloudfront, paths };
}

suite('invalidate', () => {
  test('asks CloudFront after S3 has answered, signed for us-east-1', async (context) => {
    const { mem, s3, cloudfront, paths } = await start(context);
    await mem.put('user.42/ö', 1, { invalidate: true });
    await mem.remove('b', { invalidate: true });
    await mem.update('c', () => 1, { invalidate: true });
    await mem.increment('d', 1, { invalidate: true });
    await mem.put('e', 1, { ifAbsent: true, invalidate: true });
    await mem.put('f', 1);
    assert.deepEqual(await paths(), ['/shop/user.2E42/.C3.B6.json', '/shop/b.json', '/shop/c.json', '/shop/d.json', '/shop/e.json'].map((one) => [one]));
    const [request, second] = await cloudfront.log();
    assert.equal(`${request.method} ${request.url}`, `POST /2020-05-31/distribution/${DISTRIBUTION_ID}/invalidation`);
    assert.match(request.headers.authorization, /\/us-east-1\/cloudfront\/aws4_request/);
    assert.ok(isSigned(request, CREDENTIALS.AWS_SECRET_ACCESS_KEY));
    const document = Buffer.from(request.body, 'base64').toString();
    assert.match(document, /^<InvalidationBatch xmlns="http:\/\/cloudfront\.amazonaws\.com\/doc\/2020-05-31\/"><Paths><Quantity>1<\/Quantity><Items><Path>/);
    assert.notEqual(document.match(/<CallerReference>.*</)[0], Buffer.from(second.body, 'base64').toString().match(/<CallerReference>.*</)[0]);
    assert.equal(await s3.count('PUT'), 5);
  });

  test('asks for all names of a batch together, a thousand at most', async (context) => {
    const { mem, paths } = await start(context);
    await mem.putMany({ a: 1, b: 2 }, { invalidate: true });
    await mem.removeMany(['a', 'b', 'a'], { invalidate: true }).catch(() => {}); // this S3 knows no batches
    assert.deepEqual((await paths())[0], ['/shop/a.json', '/shop/b.json']);
    const { Invalidation } = require('../lib/invalidation.js');
    const invalidation = new Invalidation({ distributionId: DISTRIBUTION_ID, region: 'eu-west-1' }, () => {});
    const steps = [];
    await invalidation.drop(Array.from({ length: 2001 }, (_, index) => `/${index}`), async (program) => void steps.push(program), 'stored');
    assert.equal(steps.length, 3);
  });

  test('asks for those of a batch that did not fail', async (context) => {
    const { mem, s3, paths } = await start(context);
    await s3.set({ faults: [{ method: 'PUT', status: 403 }] });
    await assert.rejects(mem.putMany([['a', 1], ['b', 2]], { invalidate: true }), { code: 'batch' });
    const [[path, ...others]] = await paths();
    assert.match(path, /^\/shop\/[ab]\.json$/);
    assert.deepEqual(others, []);
  });

  test('asks for one wildcard when a prefix is cleared', async (context) => {
    const { mem, s3, paths } = await start(context, {}, false);
    await s3.answer({ status: 200, headers: {}, body: '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' });
    await mem.clear('t.1/', { invalidate: true });
    await mem.clear('', { invalidate: true });
    assert.deepEqual(await paths(), [['/shop/t.2E1/*'], ['/shop/*']]);
  });

  test('without DISTRIBUTION_ID is refused before anything is done', async (context) => {
    const { mem, s3 } = await scene(context, {}, true);
    const options = { invalidate: true };
    const calls = [
      () => mem.put('a', 1, options),
      () => mem.putMany({ a: 1 }, options),
      () => mem.remove('a', options),
      () => mem.removeMany(['a'], options),
      () => mem.clear('', options),
      () => mem.update('a', () => 1, options),
      () => mem.increment('a', 1, options),
    ];
    for (const call of calls) await assert.rejects(call, { code: 'configuration', message: /DISTRIBUTION_ID/ });
    await assert.rejects(mem.remove('a', { invalidate: 'yes' }), { code: 'configuration', message: /true or false/ });
    assert.equal(await s3.count(), 0);
  });

  const refusals = [
    [404, 'NoSuchDistribution', 'configuration', /DISTRIBUTION_ID/],
    [403, 'AccessDenied', 'access_denied', /cloudfront:CreateInvalidation/],
    [400, 'TooManyInvalidationsInProgress', 'unavailable', /TooManyInvalidationsInProgress/],
    [503, 'ServiceUnavailable', 'unavailable', /503/],
  ];
  for (const [status, code, expected, message] of refusals) {
    test(`that is answered ${status} ${code} is ${expected}, and the value is stored all the same`, async (context) => {
      const { mem, cloudfront } = await start(context);
      await cloudfront.set({ status, code });
      await assert.rejects(mem.put('a', 1, { invalidate: true }), { code: expected, message });
      await assert.rejects(mem.put('a', 2, { invalidate: true }), { message: /^It was stored, but edges may serve/ });
      assert.equal(mem.get('a'), 2);
      await assert.rejects(mem.remove('a', { invalidate: true }), { message: /^It was removed, but/ });
    });
  }

});

/** STS: gives a key for each time that it is asked, until the end it is told. */
const sts = `(request, response, body, state, log) => {
  if (state.status) return response.writeHead(state.status).end('<ErrorResponse><Error><Code>' + state.code + '</Code></Error></ErrorResponse>');
  const credentials = '<AccessKeyId>ASIA' + log.length + '</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>' +
    '<SessionToken>token+/=</SessionToken><Expiration>' + state.end + '</Expiration>';
  response.end('<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>x</Arn>' +
    '</AssumedRoleUser><Credentials>' + credentials + '</Credentials></AssumeRoleResult></AssumeRoleResponse>');
}`;

suite('with ROLE_ARN', () => {
  let count = 0;

  async function startRole(context, params = {}, keeps = true) {
    const server = await serve(context, sts);
    await server.set({ end: new Date(START + 3_600_000).toISOString() });
    setEnvironment(context, { AWS_ENDPOINT_URL_STS: server.url });
    const arn = `${ROLE_ARN}${++count}`; // its credentials are kept for the process
    return { ...(await scene(context, { ROLE_ARN: arn, LOCAL_MAX_ITEMS: 0, ...params }, keeps)), sts: server, arn };
  }

  test('everything is signed by the role, which is assumed once, by synchronous gets as well', async (context) => {
    const { mem, make, edge, s3, sts: server, arn } = await startRole(context);
    await edge.answer(BROKEN);
    assert.equal(mem.get('a'), undefined);
    await mem.put('a', 1);
    assert.equal(make().get('a', { consistent: true }), 1);
    for (const request of await s3.log()) {
      assert.ok(isSigned(request, 'role-secret'));
      assert.match(request.headers.authorization, /Credential=ASIA1\//);
      assert.equal(request.headers['x-amz-security-token'], 'token+/=');
    }
    const [question, ...others] = await server.log();
    assert.deepEqual(others, []);
    assert.ok(isSigned(question, CREDENTIALS.AWS_SECRET_ACCESS_KEY));
    assert.match(question.headers.authorization, /\/eu-west-1\/sts\/aws4_request/);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(Buffer.from(question.body, 'base64').toString())), {
      ...{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: arn, RoleSessionName: 'memory-service-shop' },
    });
  });

  test('is assumed again five minutes before its end, and until that end the old one does', async (context) => {
    const { mem, sts: server, pass } = await startRole(context);
    await mem.put('a', 1);
    await pass(3299);
    await mem.put('a', 1);
    assert.equal((await server.log()).length, 1);
    await server.set({ status: 503, code: 'ServiceUnavailable' });
    await pass(1);
    await mem.put('a', 1);
    assert.ok((await server.log()).length > 1);
    await pass(300);
    await assert.rejects(mem.put('a', 1), { code: 'unavailable' });
    await server.set({ status: undefined, end: new Date(START + 9_000_000).toISOString() });
    await mem.put('a', 1);
  });

  const refusals = [
    [403, 'AccessDenied', 'access_denied', /trust/],
    [400, 'ValidationError', 'configuration', /the role arn:/],
    [403, 'ExpiredToken', 'access_denied', /ExpiredToken/],
    [500, 'InternalFailure', 'unavailable', /InternalFailure/],
  ];
  for (const [status, code, expected, message] of refusals) {
    test(`${status} ${code} of STS is ${expected}`, async (context) => {
      const { mem, sts: server, s3 } = await startRole(context);
      await server.set({ status, code });
      await assert.rejects(mem.put('a', 1), { code: expected, message });
      assert.throws(() => mem.get('a', { consistent: true }), { code: expected });
      assert.equal(await s3.count(), 0);
    });
  }

  test('that is garbled is unavailable, and the session name is cut to 64 letters', async (context) => {
    const { arn } = await startRole(context);
    const garbled = await serve(context, '(request, response) => response.end("<ok/>")');
    setEnvironment(context, { AWS_ENDPOINT_URL_STS: garbled.url });
    const MemoryService = require('../index.js');
    const params = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', ROLE_ARN: arn };
    const mem = new MemoryService(params, 's'.repeat(64));
    context.after(() => mem.close());
    await assert.rejects(mem.put('a', 1), { code: 'unavailable', message: /no credentials/ });
    const [{ body }] = await garbled.log();
    assert.equal(new URLSearchParams(Buffer.from(body, 'base64').toString()).get('RoleSessionName'), `memory-service-${'s'.repeat(49)}`);
  });

  test('a stale copy is served while the role cannot be assumed', async (context) => {
    const { mem, edge, sts: server, pass } = await startRole(context, { LOCAL_MAX_ITEMS: 5 }, false);
    await edge.answer(holding(1, { maxAge: 5 }));
    mem.get('a');
    await edge.answer(DENIED);
    await server.set({ status: 403, code: 'AccessDenied' });
    await edge.answer(BROKEN);
    await pass(6);
    assert.equal(mem.getEntry('a').source, 'stale');
  });
});
