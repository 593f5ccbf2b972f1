'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { generateKeyPairSync } = require('node:crypto');
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { isSigned } = require('./sigv4.js');
const { serve, setEnvironment, CREDENTIALS, TCP } = require('./server.js');

const ROOT = path.join(__dirname, '..');
const START = Date.UTC(2026, 10, 23);
const FROM_EDGE = {
  status: 200,
  headers: { etag: '"def"', 'last-modified': 'Mon, 23 Nov 2026 10:00:01 GMT' },
  body: '{"v":1,"type":"str","value":"edge"}',
};
const FROM_S3 = {
  status: 200,
  headers: { etag: '"abc"', 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' },
  body: '{"v":1,"type":"str","value":"s3"}',
};
const NO_SUCH_KEY = { status: 404, headers: {}, body: '<Error><Code>NoSuchKey</Code></Error>' };
const BROKEN = { status: 500, headers: {}, body: '' };

/** Answers as it is told, with a miss unless told. */
function obedient(request, response, body, state) {
  const { status, headers, body: text } = state.answer ?? { status: 404, headers: {}, body: '' };
  response.writeHead(status, headers).end(text, () => headers['content-length'] && request.socket.destroy());
}

/** A service with an edge and an S3 that answer as they are told, and a clock that the test sets. */
async function start(context, params = {}) {
  const [edge, s3] = await Promise.all([serve(context, obedient), serve(context, obedient)]);
  for (const server of [edge, s3]) {
    server.answer = (answer) => server.set({ answer });
    server.count = async () => (await server.log()).length;
  }
  await s3.answer(FROM_S3);
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: s3.url });
  const clock = { now: START };
  const make = (more) => {
    const given = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: edge.url, LOCAL_MAX_ITEMS: 0, ...params, ...more };
    const mem = new MemoryService(given, 'shop', { clock: () => clock.now });
    context.after(() => mem.close());
    return mem;
  };
  const warnings = context.mock.method(console, 'warn', () => {});
  const warned = () => warnings.mock.calls.map((call) => call.arguments[0]);
  return { mem: make({}), make, edge, s3, clock, warned };
}

/** Both ways to read, and what either throws. */
const WAYS = {
  get: async (mem, ...rest) => mem.get(...rest),
  getAsync: (mem, ...rest) => mem.getAsync(...rest),
};

for (const [way, get] of Object.entries(WAYS)) {
  suite(`a consistent ${way}`, () => {
    const answers = [
      ['403', { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }, 'access_denied', /AccessDenied/],
      ['no bucket', { status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' }, 'configuration', /BUCKET_NAME/],
      ['another region', { status: 301, body: '<Error><Code>PermanentRedirect</Code></Error>' }, 'configuration', /REGION/],
      ['busy', { status: 503, body: '<Error><Code>SlowDown</Code></Error>' }, 'unavailable', /SlowDown/],
      ['HTML', { status: 200, body: '<html>' }, 'corrupt_value', /"a" \(public\/shop\/a.json in the bucket values\).*no JSON/],
      ['a body that ends early', { status: 200, headers: { 'content-length': '99' }, body: '{' }, 'unavailable', /cut/],
      ['a body beyond the limit', { status: 200, body: ' '.repeat(5000) }, 'corrupt_value', /MAX_VALUE_BYTES/],
    ];
    for (const [title, answer, code, message] of answers) {
      test(`is ${code} if S3 says: ${title}`, async (context) => {
        const { mem, edge, s3 } = await start(context, { MAX_VALUE_BYTES: 4000 });
        await s3.answer({ headers: {}, ...answer });
        await assert.rejects(get(mem, 'a', { consistent: true }), { code, message });
        assert.equal(await edge.count(), 0);
      });
    }

    test('of a name that S3 does not have is a miss', async (context) => {
      const { mem, s3 } = await start(context);
      await s3.answer(NO_SUCH_KEY);
      assert.equal(await get(mem, 'a', { consistent: true }), undefined);
    });
  });

  suite(`what the edge cannot answer to ${way}, S3 does`, () => {
    const failures = {
      500: BROKEN,
      503: { status: 503, body: '<html>' },
      301: { status: 301, body: '' },
      'no envelope': { status: 200, body: '<html>garbled</html>' },
      'no gzip': { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'garbled' },
      'a body that ends early': { status: 200, headers: { 'content-length': '500' }, body: FROM_EDGE.body },
      'S3 refused the edge': { status: 403, body: '<Error><Code>AccessDenied</Code><RequestId>S3</RequestId></Error>' },
    };
    for (const [title, answer] of Object.entries(failures)) {
      test(title, async (context) => {
        const { mem, make, edge, s3, warned } = await start(context);
        await edge.answer({ headers: {}, ...answer });
        assert.equal(await get(mem, 'a'), 's3');
        assert.equal(await s3.count(), 1);
        const [warning, ...others] = warned();
        assert.match(warning, /^memory: the edge failed, reading S3 for public\/shop\/a\.json: /);
        await assert.rejects(get(make({ FAILOVER: 'false' }), 'a'), /./);
        assert.deepEqual([await s3.count(), others], [1, []]);
      });
    }

    test('an edge that is not there', async (context) => {
      const { mem } = await start(context, { EDGE_ENDPOINT: 'http://127.0.0.1:1' });
      assert.equal(await get(mem, 'a'), 's3');
    });

    test('and what S3 says then counts', async (context) => {
      const { mem, edge, s3 } = await start(context);
      await edge.answer(BROKEN);
      await s3.answer(NO_SUCH_KEY);
      assert.equal(await get(mem, 'a'), undefined);
      await s3.answer({ ...FROM_S3, body: '<html>' });
      await assert.rejects(get(mem, 'a'), { code: 'corrupt_value' });
      await s3.answer(BROKEN);
      await assert.rejects(get(mem, 'a'), { code: 'unavailable' });
    });

    test('but a miss and a refusal of the edge count', async (context) => {
      const { mem, edge, s3, warned } = await start(context);
      assert.equal(await get(mem, 'a'), undefined);
      for (const [reason, code] of [['MissingKey', 'configuration'], ['AccessDenied', 'access_denied']]) {
        await edge.answer({ status: 403, headers: {}, body: `<Error><Code>${reason}</Code></Error>` });
        await assert.rejects(get(mem, 'a'), { code });
      }
      assert.deepEqual([await s3.count(), warned()], [0, []]);
    });
  });

  suite(`after three failures of the edge, ${way}`, () => {
    test('leaves it alone for ten seconds, then asks it once', async (context) => {
      const { mem, edge, s3, clock, warned } = await start(context);
      await edge.answer(BROKEN);
      for (let count = 0; count < 5; count++) assert.equal(await get(mem, 'a'), 's3');
      assert.deepEqual([await edge.count(), await s3.count(), warned().length], [3, 5, 3]);
      clock.now += 9_999;
      await get(mem, 'a');
      assert.equal(await edge.count(), 3);
      clock.now += 1;
      await get(mem, 'a');
      await get(mem, 'a');
      assert.equal(await edge.count(), 4);
      await edge.answer(FROM_EDGE);
      clock.now += 10_000;
      for (let count = 0; count < 3; count++) assert.equal(await get(mem, 'a'), 'edge');
    });

    test('asks it again if the clock went backwards', async (context) => {
      const { mem, edge, clock } = await start(context);
      await edge.answer(BROKEN);
      for (let count = 0; count < 3; count++) await get(mem, 'a');
      await edge.answer(FROM_EDGE);
      clock.now -= 1;
      assert.equal(await get(mem, 'a'), 'edge');
    });

    test('goes on asking if an answer came in between, be it a refusal', async (context) => {
      const { mem, edge, s3 } = await start(context);
      const refusal = { status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code></Error>' };
      for (const answer of [FROM_EDGE, NO_SUCH_KEY, refusal, FROM_EDGE]) {
        await edge.answer(BROKEN);
        assert.deepEqual([await get(mem, 'a'), await get(mem, 'a')], ['s3', 's3']);
        await edge.answer(answer);
        await get(mem, 'a').catch(() => {});
      }
      assert.deepEqual([await edge.count(), await s3.count()], [12, 9]); // the miss is older than what S3 said
    });
  });
}

test('only one of many readers asks the edge again', async (context) => {
  const { mem, edge, clock } = await start(context);
  await edge.answer(BROKEN);
  for (let count = 0; count < 3; count++) await mem.getAsync('a');
  clock.now += 10_000;
  await mem.getMany(['a', 'b', 'c', 'd']);
  assert.equal(await edge.count(), 4);
});

test('a consistent entry is signed for and comes from S3, whatever the edge has', async (context) => {
  const { mem, edge, s3 } = await start(context);
  const entry = {
    ...{ value: 's3', type: 'str', version: 'abc', source: 's3', age: 0 },
    ...{ storedAt: new Date('2026-11-23T10:00:00Z'), expiresAt: undefined, tags: [] },
  };
  assert.deepEqual(mem.getEntry('user.42', { consistent: true }), entry);
  assert.deepEqual(await mem.getEntryAsync('user.42', { consistent: true }), entry);
  assert.deepEqual(await mem.getMany(['user.42'], { consistent: true }), new Map([['user.42', 's3']]));
  const requests = await s3.log();
  assert.deepEqual(requests.map((request) => request.url), Array(3).fill('/values/public/shop/user.2E42.json'));
  assert.ok(requests.every((request) => isSigned(request, CREDENTIALS.AWS_SECRET_ACCESS_KEY)));
  assert.equal(await edge.count(), 0);
  await edge.answer(FROM_EDGE);
  assert.equal(mem.getEntry('a').source, 'edge');
});

test('a private service reads S3 under private/, and no log line has a signature', async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'memory-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const params = { PK_PATH: file, PUBLIC_KEY_ID: 'K1' };
  const { mem, make, edge, s3, warned } = await start(context, params);
  await edge.answer(BROKEN);
  assert.equal(mem.get('a'), 's3');
  assert.equal(await make({ EDGE_ENDPOINT: 'http://127.0.0.1:1' }).getAsync('a'), 's3');
  assert.deepEqual((await s3.log()).map((request) => request.url), Array(2).fill('/values/private/shop/a.json'));
  assert.equal(warned().length, 2);
  assert.ok(warned().every((line) => !/\?|Signature|Policy/.test(line)));
  await edge.answer({ status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code><RequestId>S3</RequestId></Error>' });
  await assert.rejects(mem.getAsync('a'), { code: 'access_denied' });
});

test('a line of the log says where a value came from, and warnings are shown down to the level warn', async (context) => {
  const lines = context.mock.method(console, 'debug', () => {});
  const { make, edge, warned } = await start(context);
  await edge.answer({ ...FROM_EDGE, headers: { ...FROM_EDGE.headers, 'x-cache': 'Hit from cloudfront', age: '3' } });
  const mem = make({ LOG_LEVEL: 'debug' });
  mem.get('a');
  mem.get('a', { consistent: true });
  await edge.answer(FROM_EDGE);
  mem.get('a');
  assert.deepEqual(
    lines.mock.calls.map((call) => call.arguments),
    [['memory: get "a" from edge (hit, age 3 s)'], ['memory: get "a" from s3 (no cache)'], ['memory: get "a" from edge (no cache)']],
  );
  await edge.answer(BROKEN);
  const counts = ['debug', 'info', 'warn', 'error', 'silent'].map((LOG_LEVEL) => {
    const before = warned().length;
    make({ LOG_LEVEL }).get('a');
    return warned().length - before;
  });
  assert.deepEqual(counts, [1, 1, 1, 0, 0]);
});

suite('a deadline', () => {
  const script = `
    const MemoryService = require(${JSON.stringify(ROOT)});
    const [, url, way, DEADLINE] = process.argv;
    const mem = new MemoryService({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: url, DEADLINE }, 'shop');
    const started = performance.now();
    (async () => mem[way]('a'))().catch((error) => console.log(error.code, performance.now() - started));
  `;

  /** In a process of its own, to see that it ends. */
  async function read(url, way, deadline, { env = {}, cwd } = {}) {
    const all = { ...process.env, ...CREDENTIALS, AWS_ENDPOINT_URL_S3: url, MEMORY_LOG_LEVEL: 'silent', ...env };
    const child = spawn(process.execPath, ['-e', script, url, way, String(deadline)], { env: all, cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const started = performance.now();
    let printed = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    const status = await new Promise((resolve) => child.on('close', resolve));
    const [code, took] = printed.trim().split(' ');
    return { status, code, took: Number(took), lasted: performance.now() - started };
  }

  for (const way of ['get', 'getAsync']) {
    test(`holds for an AWS SDK that finds no credentials: ${way}`, async (context) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'memory-provider-'));
      context.after(() => rmSync(folder, { recursive: true }));
      const home = path.join(folder, 'node_modules', '@aws-sdk', 'credential-provider-node');
      mkdirSync(home, { recursive: true });
      writeFileSync(path.join(home, 'package.json'), '{"main":"index.js"}');
      writeFileSync(path.join(home, 'index.js'), `exports.defaultProvider = () => () => new Promise(() => {});`);
      const { url } = await serve(context, `(request, response) => response.writeHead(500).end()`);
      writeFileSync(path.join(folder, 'config'), '[default]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n');
      const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_CONFIG_FILE: path.join(folder, 'config') };
      const { status, code, took } = await read(url, way, 1, { env, cwd: folder });
      assert.deepEqual([status, code], [0, 'unavailable']);
      assert.ok(took > 900 && took < 5000, `it took ${took} ms`);
    });

    test(`leaves time for S3 after an edge that fell silent on a kept connection: ${way}`, async (context) => {
      const { make } = await start(context);
      const { url } = await serve(
        context,
        `(socket) => socket.once('data', () => socket.write(
          'HTTP/1.1 200 OK\\r\\nContent-Length: ${FROM_EDGE.body.length}\\r\\n\\r\\n' + ${JSON.stringify(FROM_EDGE.body)}))`,
        TCP,
      );
      const mem = make({ EDGE_ENDPOINT: url, DEADLINE: 3 });
      assert.equal(await WAYS[way](mem, 'a'), 'edge');
      assert.equal(await WAYS[way](mem, 'a'), 's3');
    });
  }
});
