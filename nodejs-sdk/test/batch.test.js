'use strict';

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { isSigned } = require('./sigv4.js');
const { start, cloud, CREDENTIALS } = require('./server.js');

const { BatchError, InvalidNameError } = MemoryService;
const many = (count) => Array.from({ length: count }, (_, index) => `many/${index}`);
const writes = async (server) => (await server.log()).filter((entry) => entry.method === 'PUT');

/** The cloud with some names that it refuses to write or read, and a count of what it does at once. */
const moody = `function (request, response, body, state) {
  state.atOnce = (state.atOnce ?? 0) + 1;
  state.most = Math.max(state.most ?? 0, state.atOnce);
  setTimeout(() => {
    state.atOnce--;
    if (request.url.endsWith('/most')) return response.end(String(state.most));
    if (request.url.endsWith('/denied.json')) return response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    if (request.url.endsWith('/broken.json')) return response.writeHead(503).end();
    return (${cloud})(request, response, body, state);
  }, 20);
}`;

suite('putMany', () => {
  const forms = {
    'a Map': new Map([['a', 1], ['b/c', [2]]]),
    'an array of pairs': [['a', 1], ['b/c', [2]]],
    'a plain object': { a: 1, 'b/c': [2] },
    'an object without prototype': Object.assign(Object.create(null), { a: 1, 'b/c': [2] }),
    'what a Map iterates over': new Map([['a', 1], ['b/c', [2]]]).entries(),
  };
  for (const [title, entries] of Object.entries(forms)) {
    test(`stores ${title} and gives the version of each`, async (context) => {
      const { mem } = await start(context);
      const versions = await mem.putMany(entries);
      assert.deepEqual([...versions.keys()], ['a', 'b/c']);
      assert.deepEqual([mem.get('a'), mem.get('b/c')], [1, [2]]);
      assert.equal(versions.get('a'), mem.getEntry('a').version);
    });
  }

  test('has options for all of them', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ a: 1, b: 2 }, { ttlSeconds: 60, edgeTtlSeconds: 30 });
    for (const { headers } of await writes(server)) {
      assert.deepEqual([headers['cache-control'], headers['x-amz-tagging']], ['max-age=30, stale-if-error=300', 'ttl-days=1']);
    }
  });

  test('stores the last value of a name, once', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany([['a', 1], ['b', 2], ['a', 3]]);
    assert.equal((await writes(server)).length, 2);
    assert.equal(mem.get('a'), 3);
  });

  test('stores nothing if one name or value cannot be', async (context) => {
    const { mem, server } = await start(context, { MAX_VALUE_BYTES: 100 });
    await assert.rejects(mem.putMany({ a: 1, 'b//c': 2 }), { code: 'invalid_name' });
    await assert.rejects(mem.putMany({ a: 1, b: { c: new Date() } }), { code: 'unsupported_type', path: '$.c', message: /^"b": \$\.c: / });
    await assert.rejects(mem.putMany({ a: 1, b: 'x'.repeat(100) }), { code: 'value_too_large', message: /^"b": / });
    await assert.rejects(mem.putMany([['a', 1], [5, 1]]), { code: 'invalid_name' });
    assert.deepEqual(await server.log(), []);
  });

  test('refuses what is no entries', async (context) => {
    const { mem, server } = await start(context);
    for (const entries of [undefined, null, 5, 'ab', ['ab'], [['a']], new Date(), new Set([1])]) {
      await assert.rejects(mem.putMany(entries), { code: 'invalid_name', message: /must be a Map/ });
    }
    assert.deepEqual(await server.log(), []);
  });

  test('tries every name, and its error has what failed and what did not', async (context) => {
    const { mem } = await start(context, {}, {}, moody);
    const error = await mem.putMany({ denied: 1, a: 2, broken: 3, b: 4 }).catch((thrown) => thrown);
    assert.ok(error instanceof BatchError && error instanceof MemoryService.MemoryServiceError);
    assert.equal(error.code, 'batch');
    assert.deepEqual([...error.errors].map(([name, { code }]) => [name, code]), [['denied', 'access_denied'], ['broken', 'unavailable']]);
    assert.deepEqual([...error.results.keys()], ['a', 'b']);
    assert.equal(error.cause, error.errors.get('denied'));
    assert.match(error.message, /^2 names of a batch failed, first "denied": S3 refused/);
    assert.deepEqual(await mem.getMany(['a', 'b']), new Map([['a', 2], ['b', 4]]));
  });

  test('works on sixteen names at a time', async (context) => {
    // Slow enough that all sixteen arrive before the first is answered, also on a busy machine.
    const { mem, server } = await start(context, {}, {}, moody.replace('}, 20)', '}, 400)'));
    await mem.putMany(many(40).map((name) => [name, 1]));
    assert.equal(await (await fetch(`${server.url}/most`)).text(), '16');
  });

  test('of nothing stores nothing', async (context) => {
    const { mem, server } = await start(context);
    assert.deepEqual(await mem.putMany({}), new Map());
    assert.deepEqual(await server.log(), []);
  });
});

suite('getMany', () => {
  test('gives those found in the order asked, each once, a stored null among them', async (context) => {
    const { mem, server } = await start(context, { LOCAL_MAX_ITEMS: 0 });
    await mem.putMany({ a: 1, b: null, c: 0 });
    const asked = (await server.log()).length;
    assert.deepEqual([...(await mem.getMany(['c', 'none', 'b', 'c', 'a']))], [['c', 0], ['b', null], ['a', 1]]);
    assert.equal((await server.log()).length - asked, 4);
    assert.deepEqual([...(await mem.getMany(new Set(['a'])))], [['a', 1]]);
  });

  test('keeps the order whichever answer comes first', async (context) => {
    const slowest = `(request, response) => {
      const [, index] = /(\\d+)\\.json/.exec(request.url);
      setTimeout(() => response.end('{"v":1,"type":"int","value":' + index + '}'), 100 - index);
    }`;
    const { mem } = await start(context, {}, {}, slowest);
    assert.deepEqual([...(await mem.getMany(many(40))).values()], many(40).map((_, index) => index));
  });

  test('reads nothing if one name cannot be, or if they are none', async (context) => {
    const { mem, server } = await start(context);
    await assert.rejects(mem.getMany(['a', '']), InvalidNameError);
    for (const names of ['abc', undefined, null, 5, { a: 1 }]) {
      await assert.rejects(mem.getMany(names), { code: 'invalid_name', message: /array of names/ });
    }
    assert.deepEqual(await server.log(), []);
  });

  test('has an error with what failed and with the values of the others', async (context) => {
    const { mem } = await start(context, {}, {}, moody);
    await mem.put('a', 1);
    const error = await mem.getMany(['broken', 'none', 'a']).catch((thrown) => thrown);
    assert.equal(error.code, 'batch');
    assert.deepEqual([...error.errors].map(([name, { code }]) => [name, code]), [['broken', 'unavailable']]);
    assert.deepEqual([...error.results], [['a', 1]]);
  });
});

suite('removeMany', () => {
  test('removes with one signed request what is there and what is not', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ 'a.b': 1, c: 2, d: 3 });
    assert.equal(await mem.removeMany(['a.b', 'c', 'none', 'c']), undefined);
    assert.deepEqual([...(await mem.getMany(['a.b', 'c', 'd'])).keys()], ['d']);
    const [request, ...others] = (await server.log()).filter((entry) => entry.method === 'POST');
    assert.deepEqual(others, []);
    assert.equal(request.url, '/bucket/?delete=');
    assert.ok(isSigned(request, CREDENTIALS.AWS_SECRET_ACCESS_KEY));
    const keys = [...Buffer.from(request.body, 'base64').toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
    assert.deepEqual(keys, ['public/shop/a.2Eb.json', 'public/shop/c.json', 'public/shop/none.json']);
  });

  test('takes a thousand names a request', async (context) => {
    const { mem, server } = await start(context);
    await mem.removeMany(many(2001));
    const sizes = (await server.log()).map(({ body }) => Buffer.from(body, 'base64').toString().match(/<Key>/g).length);
    assert.deepEqual(sizes, [1000, 1000, 1]);
  });

  test('has an error for each name that S3 refuses', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ a: 1, b: 2 });
    await server.set({ refused: ['public/shop/b.json'] });
    const error = await mem.removeMany(['a', 'b']).catch((thrown) => thrown);
    assert.equal(error.code, 'batch');
    assert.deepEqual([...error.errors].map(([name, { code }]) => [name, code]), [['b', 'access_denied']]);
    assert.deepEqual([...error.results], [['a', undefined]]);
    assert.deepEqual(await mem.getMany(['a', 'b']), new Map([['b', 2]]));
  });

  test('goes on after a request that failed as a whole', async (context) => {
    const failing = `(request, response, body, state, log) => {
      if (log.length <= 4) return response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
      return response.end('<DeleteResult/>');
    }`;
    const { mem, server } = await start(context, {}, {}, failing);
    const error = await mem.removeMany(many(1001)).catch((thrown) => thrown);
    assert.deepEqual([error.code, error.errors.size, [...error.results.keys()]], ['batch', 1000, ['many/1000']]);
    assert.equal(error.errors.get('many/0').code, 'unavailable');
    assert.equal((await server.log()).length, 5); // the first four times (RETRY-1)
  });

  test('takes no answer but that of S3 for a success', async (context) => {
    for (const answer of ['', 'ok', '<Error><Code>InternalError</Code></Error>', '<DeleteResult><Error><Key>']) {
      const { mem } = await start(context, {}, {}, `(request, response) => response.end(${JSON.stringify(answer)})`);
      const error = await mem.removeMany(['a']).catch((thrown) => thrown);
      assert.equal(error.errors?.get('a').code, 'unavailable', answer);
    }
  });

  test('removes nothing if one name cannot be, and asks nothing for no names', async (context) => {
    const { mem, server } = await start(context);
    await assert.rejects(mem.removeMany(['a', '/']), InvalidNameError);
    await assert.rejects(mem.removeMany('a'), InvalidNameError);
    await mem.removeMany([]);
    assert.deepEqual(await server.log(), []);
  });
});
