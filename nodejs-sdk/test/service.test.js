'use strict';

const assert = require('node:assert/strict');
const { inspect } = require('node:util');
const { suite, test } = require('node:test');
const { gunzipSync } = require('node:zlib');

const MemoryService = require('../index.js');
const { start, setEnvironment } = require('./server.js');

function text(entry) {
  const bytes = Buffer.from(entry.body, 'base64');
  return (entry.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

suite('a round trip', () => {
  const values = {
    null: null,
    true: true,
    int: 123,
    float: 0.5,
    'minus zero': -0,
    bigint: 2n ** 70n,
    string: 'Hello World!',
    bytes: Uint8Array.of(0, 255),
    array: [1, [2, [3]]],
    object: { Name: 'Joe', $int: { $int: '5' } },
    'large object': { text: 'lorem '.repeat(10_000) },
  };
  for (const [title, value] of Object.entries(values)) {
    test(`${title} comes back from get and from getAsync`, async (context) => {
      const { mem } = await start(context);
      await mem.put('var', value);
      assert.deepEqual(mem.get('var'), value);
      assert.deepEqual(await mem.getAsync('var'), value);
    });
  }

  test('a miss is undefined', async (context) => {
    const { mem } = await start(context);
    assert.equal(mem.get('nothing'), undefined);
    assert.equal(await mem.getAsync('nothing'), undefined);
  });

  test('what was removed is a miss, and removing it again is no error', async (context) => {
    const { mem } = await start(context);
    await mem.put('var', 1);
    assert.equal(await mem.remove('var'), undefined);
    assert.equal(mem.get('var'), undefined);
    await mem.remove('var');
  });

  test('bytes come back as a Buffer from a Uint8Array that is a view', async (context) => {
    const { mem } = await start(context);
    await mem.put('var', new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
    assert.deepEqual(mem.get('var'), Uint8Array.of(2, 3));
  });

  test('twenty names at once do not get mixed up', async (context) => {
    const { mem } = await start(context);
    const names = Array.from({ length: 20 }, (_, index) => `many/${index}`);
    await Promise.all(names.map((name) => mem.put(name, name)));
    assert.deepEqual(await Promise.all(names.map((name) => mem.getAsync(name))), names);
    assert.deepEqual(names.map((name) => mem.get(name)), names);
  });
});

suite('the stored object', () => {
  test('is signed compact JSON under the key, and its version the ETag without quotes', async (context) => {
    const { mem, server } = await start(context, { EDGE_TTL: 60 });
    const version = await mem.put('user.42', { Name: 'Joe' });
    assert.match(version, /^[0-9a-f]{32}$/);
    const [entry] = await server.log();
    assert.equal(entry.url, '/bucket/public/shop/user.2E42.json');
    assert.equal(entry.headers['content-type'], 'application/json');
    assert.equal(entry.headers['cache-control'], 'max-age=60, stale-if-error=300');
    assert.equal(entry.headers['content-encoding'], undefined);
    assert.match(text(entry), /^\{"v":1,"type":"dict","value":\{"Name":"Joe"\},"write":"[0-9a-f]{16}"\}$/);
    assert.match(entry.headers.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request/);
    assert.match(entry.headers.authorization, /SignedHeaders=cache-control;content-type;host;x-amz-content-sha256;x-amz-date/);
  });

  test('has another write id with every put', async (context) => {
    const { mem } = await start(context);
    assert.notEqual(await mem.put('var', 1), await mem.put('var', 1));
  });

  test('is gzipped from 1,024 bytes on, if that makes it smaller', async (context) => {
    const { mem, server } = await start(context);
    const overhead = '{"v":1,"type":"str","value":"","write":"0123456789abcdef"}'.length;
    await mem.put('var', 'x'.repeat(1023 - overhead));
    await mem.put('var', 'x'.repeat(1024 - overhead));
    const [below, above] = await server.log();
    assert.equal(below.headers['content-encoding'], undefined);
    assert.equal(above.headers['content-encoding'], 'gzip');
    assert.equal(text(above).length, 1024);
  });

  test('is what the value was when put was called', async (context) => {
    const { mem } = await start(context);
    const value = [1];
    const pending = mem.put('var', value);
    value.push(2);
    await pending;
    assert.deepEqual(mem.get('var'), [1]);
  });
});

suite('before any I/O', () => {
  test('a name, a value or a size that cannot be is refused', async (context) => {
    const { mem, server } = await start(context, { MAX_VALUE_BYTES: 100 });
    await assert.rejects(mem.put('a//b', 1), { name: 'InvalidNameError', code: 'invalid_name' });
    await assert.rejects(mem.put('a', new Date()), MemoryService.UnsupportedTypeError);
    await assert.rejects(mem.put('a', 'x'.repeat(100)), MemoryService.ValueTooLargeError);
    await assert.rejects(mem.remove(''), MemoryService.InvalidNameError);
    await assert.rejects(mem.getAsync(5), MemoryService.InvalidNameError);
    assert.throws(() => mem.get('/'), MemoryService.InvalidNameError);
    assert.deepEqual(await server.log(), []);
  });

  test('a service name that cannot be is refused', () => {
    const params = { DISTRIBUTION: 'd.example', BUCKET_NAME: 'bucket', REGION: 'eu-west-1' };
    assert.throws(() => new MemoryService(params, 'a b'), MemoryService.InvalidNameError);
    assert.throws(() => new MemoryService(params), MemoryService.InvalidNameError);
  });
});

suite('what an edge may answer, without failover', () => {
  const xml = (code) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
  const answering = (status, body, headers = {}) =>
    `(request, response) => response.writeHead(${status}, ${JSON.stringify(headers)}).end(Buffer.from('${Buffer.from(body).toString('base64')}', 'base64'))`;

  const cases = [
    ['403 MissingKey', answering(403, xml('MissingKey')), 'configuration', /private distribution/],
    ['403 InvalidKey', answering(403, xml('InvalidKey')), 'configuration', /private distribution/],
    ['403 AccessDenied', answering(403, xml('AccessDenied')), 'access_denied', /AccessDenied/],
    ['500', answering(500, ''), 'unavailable', /status 500/],
    ['503', answering(503, ''), 'unavailable', /status 503/],
    ['a redirect', answering(302, '', { location: 'http://127.0.0.1/' }), 'unavailable', /302/],
    ['HTML', answering(200, '<html>'), 'corrupt_value', /"a" \(public\/shop\/a.json in the bucket bucket\).*no JSON/],
    ['an unknown encoding', answering(200, 'x', { 'content-encoding': 'br' }), 'corrupt_value', /Content-Encoding/],
    ['broken gzip', answering(200, 'x', { 'content-encoding': 'gzip' }), 'corrupt_value', /inflate/],
    ['a body beyond the limit', answering(200, ' '.repeat(2000)), 'corrupt_value', /MAX_VALUE_BYTES/],
    [
      'a gzip bomb',
      `(request, response) => response.writeHead(200, { 'content-encoding': 'gzip' })
        .end(require('node:zlib').gzipSync(Buffer.alloc(100_000)))`,
      'corrupt_value',
      /inflate/,
    ],
  ];
  for (const [title, handler, code, message] of cases) {
    test(`${title} is ${code}, from get and from getAsync`, async (context) => {
      const { mem } = await start(context, { MAX_VALUE_BYTES: 1000, FAILOVER: false }, {}, handler);
      assert.throws(() => mem.get('a'), { code, message });
      await assert.rejects(mem.getAsync('a'), { code, message });
    });
  }

  test('an expired document is a miss', async (context) => {
    const document = '{"v":1,"type":"int","value":1,"expires_at":1000}';
    let now = 999;
    const { mem } = await start(context, {}, { clock: () => now }, answering(200, document));
    assert.equal(mem.get('a'), 1);
    now = 1000;
    assert.equal(mem.get('a'), undefined);
  });

  test('no answer at all is unavailable after the deadline, with the cause', async (context) => {
    const { mem } = await start(context, { FAILOVER: false }, {}, () => {});
    assert.throws(() => mem.get('a'), (error) => error.code === 'unavailable' && error.cause.code === 'timeout');
  });

  test('a refused connection is unavailable, with the cause', async (context) => {
    const { mem } = await start(context, { EDGE_ENDPOINT: 'http://127.0.0.1:1', FAILOVER: false });
    assert.throws(() => mem.get('a'), (error) => error.code === 'unavailable' && error.cause.code === 'ECONNREFUSED');
  });
});

suite('what S3 may answer to a put', () => {
  const cases = [
    [403, 'AccessDenied', 'access_denied', /role/],
    [400, 'ExpiredToken', 'access_denied', /ExpiredToken/],
    [403, 'RequestTimeTooSkewed', 'access_denied', /set the clock of this machine/],
    [404, 'NoSuchBucket', 'configuration', /BUCKET_NAME/],
    [301, 'PermanentRedirect', 'configuration', /is in us-west-2, not in eu-west-1/],
    [400, 'AuthorizationHeaderMalformed', 'configuration', /REGION/],
    [503, 'SlowDown', 'unavailable', /SlowDown/],
    [400, 'Strange', 'unavailable', /Strange/],
  ];
  for (const [status, answer, code, message] of cases) {
    test(`${status} ${answer} is ${code}`, async (context) => {
      const handler = `(request, response) => response.writeHead(${status}, { 'x-amz-bucket-region': 'us-west-2' })
        .end('<Error><Code>${answer}</Code></Error>')`;
      const { mem } = await start(context, {}, {}, handler);
      await assert.rejects(mem.put('a', 1), { code, message });
    });
  }

  test('without credentials nothing is sent, and the error says what to set', async (context) => {
    const { mem, server } = await start(context);
    setEnvironment(context, { AWS_ACCESS_KEY_ID: undefined });
    await assert.rejects(mem.put('a', 1), { code: 'configuration', message: /incomplete.*AWS_ACCESS_KEY_ID/ });
    assert.deepEqual(await server.log(), []);
  });
});

suite('the object itself', () => {
  test('tells the version of the package', async (context) => {
    const { mem } = await start(context);
    assert.equal(mem.getVersion(), require('../package.json').version);
  });

  test('logs one line for each read at level debug, without a query', async (context) => {
    const lines = context.mock.method(console, 'debug', () => {});
    const { mem } = await start(context, { LOG_LEVEL: 'debug', LOCAL_MAX_ITEMS: 1 });
    await mem.putMany([['var1', 1], ['var0', 1]]);
    mem.get('var1');
    mem.get('var1');
    mem.get('var2');
    assert.deepEqual(
      lines.mock.calls.map((call) => call.arguments),
      [['memory: get "var1" from edge (hit, age 3 s)'], ['memory: get "var1" from memory'], ['memory: get "var2" from edge (error, no value)']],
    );
  });

  test('logs nothing unless asked', async (context) => {
    const lines = context.mock.method(console, 'debug', () => {});
    const { mem } = await start(context);
    mem.get('var1');
    assert.equal(lines.mock.callCount(), 0);
  });

  test('shows nothing of itself', async (context) => {
    const { mem } = await start(context);
    assert.equal(inspect(mem, { depth: 9, showHidden: true }), 'MemoryService {}');
    assert.equal(JSON.stringify(mem), '{}');
  });

  test('works no more once closed, and others do', async (context) => {
    const { mem } = await start(context);
    const { mem: other } = await start(context);
    mem.close();
    mem.close();
    assert.throws(() => mem.get('a'), { code: 'configuration', message: /closed/ });
    await assert.rejects(mem.put('a', 1), { code: 'configuration' });
    assert.equal(other.get('a'), undefined);
  });
});
