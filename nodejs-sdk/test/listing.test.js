'use strict';

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { nameOf } = require('../lib/core/names.js');
const { isSigned } = require('./sigv4.js');
const { start, CREDENTIALS } = require('./server.js');

const { InvalidNameError } = MemoryService;
const lists = async (server) => (await server.log()).filter((entry) => entry.method === 'GET');

async function all(names) {
  const list = [];
  for await (const name of names) list.push(name);
  return list;
}

suite('keys', () => {
  test('gives the names under a prefix in the order of their keys', async (context) => {
    const { mem } = await start(context);
    const names = ['a', 'tenant/1', 'tenant/1/b', 'tenant/1/ä.b', 'tenant/1/c/d', 'tenant/10/x', 'tenant/2/x'];
    await mem.putMany(names.map((name) => [name, 1]));
    assert.deepEqual(await all(mem.keys('tenant/1/')), ['tenant/1/ä.b', 'tenant/1/b', 'tenant/1/c/d']);
    assert.deepEqual((await all(mem.keys())).sort(), names.sort());
    assert.deepEqual(await all(mem.keys('')), await all(mem.keys()));
    assert.deepEqual(await all(mem.keys('none/')), []);
  });

  test('asks for a page when it is wanted, signed, with the token of the page before', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ a: 1, b: 2, c: 3, d: 4, e: 5 });
    await server.set({ pageSize: 2 });
    const names = mem.keys();
    assert.equal((await lists(server)).length, 0);
    const list = [];
    for await (const name of names) {
      list.push(name);
      assert.equal((await lists(server)).length, Math.ceil(list.length / 2));
    }
    assert.deepEqual(list, ['a', 'b', 'c', 'd', 'e']);
    const [first, second] = await lists(server);
    assert.equal(first.url, '/bucket/?list-type=2&prefix=public%2Fshop%2F');
    assert.match(second.url, /\?continuation-token=%3C%2B%2F%3D%20%26public%2Fshop%2Fb.json&list-type=2&prefix=/);
    for (const entry of await lists(server)) assert.ok(isSigned(entry, CREDENTIALS.AWS_SECRET_ACCESS_KEY));
  });

  test('asks no more once nobody listens', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ a: 1, b: 2, c: 3 });
    await server.set({ pageSize: 1 });
    for await (const name of mem.keys()) if (name === 'b') break;
    assert.equal((await lists(server)).length, 2);
  });

  test('leaves out what no writer of the service makes', async (context) => {
    const { mem, server } = await start(context);
    await mem.put('a', 1);
    const foreign = ['b', 'c.txt', 'd.2e.json', 'e.41.json', 'f g.json', 'h&i.json', 'j.FF.json', '/.json', 'k//l.json', '.json'];
    const object = { headers: {}, body: '' };
    const paths = foreign.map((key) => [`/bucket/public/shop/${key}`, object]);
    const elsewhere = ['/bucket/public/shop2/x.json', '/bucket/private/shop/x.json', '/bucket/public/shop.json'];
    const objects = Object.fromEntries([...paths, ...elsewhere.map((path) => [path, object])]);
    await server.set({ objects: { ...objects, '/bucket/public/shop/m.2E.json': object } });
    assert.deepEqual(await all(mem.keys()), ['m.']);
    assert.equal(await mem.clear(''), 1);
  });

  test('refuses what is no prefix, at once', async (context) => {
    const { mem, server } = await start(context);
    for (const prefix of ['a', '/', 'a//', '/a/', 'a/b', null, 5, '\ud800/', 'x'.repeat(1100) + '/']) {
      assert.throws(() => mem.keys(prefix), InvalidNameError);
      await assert.rejects(mem.clear(prefix), InvalidNameError);
    }
    await assert.rejects(mem.clear(), InvalidNameError); // nobody empties a service by forgetting an argument
    assert.deepEqual(await server.log(), []);
  });

  const garbled = {
    'no XML': 'ok',
    'an error': '<Error><Code>InternalError</Code></Error>',
    'a cut page': '<ListBucketResult><IsTruncated>false</IsTruncated><Contents>',
    'a page that is neither the last nor tells of a next': '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
  };
  for (const [title, answer] of Object.entries(garbled)) {
    test(`takes ${title} for trouble, not for an end`, async (context) => {
      const { mem } = await start(context, {}, {}, `(request, response) => response.end(${JSON.stringify(answer)})`);
      await assert.rejects(all(mem.keys()), { code: 'unavailable' });
      await assert.rejects(mem.clear(''), { code: 'unavailable' });
    });
  }

  test('is refused without the permission to list', async (context) => {
    const denied = `(request, response) => response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')`;
    const { mem } = await start(context, {}, {}, denied);
    await assert.rejects(all(mem.keys('a/')), { code: 'access_denied', message: /Listing public\/shop\/a\/ in the bucket bucket/ });
  });

  test('ends with an error when the object is closed', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ a: 1, b: 2 });
    await server.set({ pageSize: 1 });
    const names = mem.keys();
    await names.next();
    mem.close();
    await assert.rejects(names.next(), { code: 'configuration', message: /closed/ });
    assert.throws(() => mem.keys(), { code: 'configuration' });
  });
});

suite('clear', () => {
  test('removes page by page what is under the prefix, and nothing else', async (context) => {
    const { mem, server } = await start(context);
    const names = ['tenant/1', 'tenant/1/a', 'tenant/1/b.c', 'tenant/1/d/e', 'tenant/10/a'];
    await mem.putMany(names.map((name) => [name, 1]));
    await server.set({ pageSize: 2 });
    assert.equal(await mem.clear('tenant/1/'), 3);
    assert.deepEqual(await all(mem.keys()), ['tenant/1', 'tenant/10/a']);
    assert.equal(await mem.clear('tenant/1/'), 0);
    const removals = (await server.log()).filter((entry) => entry.method === 'POST');
    assert.equal(removals.length, 2);
  });

  test('stops with an error at the page with a value that stays', async (context) => {
    const { mem, server } = await start(context);
    await mem.putMany({ a: 1, b: 2, c: 3 });
    await server.set({ refused: ['public/shop/b.json'] });
    const error = await mem.clear('').catch((thrown) => thrown);
    assert.deepEqual([error.code, [...error.errors.keys()], [...error.results.keys()]], ['batch', ['b'], ['a', 'c']]);
    assert.deepEqual(await all(mem.keys()), ['b']);
  });

  test('tells at level debug what it lists and removes, without a query', async (context) => {
    const { mem } = await start(context, { LOG_LEVEL: 'debug' });
    await mem.put('a', 1);
    const lines = context.mock.method(console, 'debug', () => {});
    await mem.clear('');
    assert.deepEqual(
      lines.mock.calls.map((call) => call.arguments),
      [['memory: list public/shop/ (1 keys)'], ['memory: remove 1 keys (0 failed)']],
    );
  });
});

test('the name of a key is unescaped, with a byte order mark and all', () => {
  const nameIn = (escaped) => nameOf('public', 'shop', `public/shop/${escaped}.json`);
  assert.equal(nameIn('user.2E42/.C3.B6l'), 'user.42/öl');
  assert.equal(nameIn('.EF.BB.BFa'), '\ufeffa');
  assert.equal(nameIn('.F0.9F.98.80'), '😀');
  for (const escaped of ['a.2', 'a.2e', 'a.C3', '.ED.A0.80', 'a.json', 'a.2F', '.']) assert.equal(nameIn(escaped), undefined, escaped);
  assert.equal(nameOf('public', 'shop', 'public/other/a.json'), undefined);
});
