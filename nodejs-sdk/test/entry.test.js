'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { start } = require('./server.js');

const NOW = Date.UTC(2026, 10, 23);

const answering = (document, headers = {}) =>
  `(request, response) => response.writeHead(200, ${JSON.stringify(headers)}).end(${JSON.stringify(document)})`;

test('an entry is the value with what is known about it, from getEntry and from getEntryAsync', async (context) => {
  const { mem } = await start(context, { LOCAL_MAX_ITEMS: 0 }, { clock: () => NOW });
  const version = await mem.put('a', { Name: 'Joe' }, { ttlSeconds: 9.5 });
  const entry = {
    ...{ value: { Name: 'Joe' }, type: 'dict', version, source: 'edge', age: 3 },
    ...{ storedAt: new Date('2026-11-23T10:00:00Z'), expiresAt: new Date(NOW + 9500), tags: [] },
  };
  assert.deepEqual(mem.getEntry('a'), entry);
  assert.deepEqual(await mem.getEntryAsync('a'), entry);
});

test('an entry without a ttl has no end, and one of null is no miss', async (context) => {
  const { mem } = await start(context);
  await mem.put('a', null);
  const { value, type, expiresAt } = mem.getEntry('a');
  assert.deepEqual([value, type, expiresAt], [null, 'null', undefined]);
});

test('a miss has no entry', async (context) => {
  const { mem } = await start(context);
  assert.equal(mem.getEntry('a'), undefined);
  assert.equal(await mem.getEntryAsync('a'), undefined);
});

test('nothing is read once its ttl is over, whatever the edge has', async (context) => {
  let now = NOW;
  const { mem } = await start(context, {}, { clock: () => now });
  await mem.put('a', 1, { ttlSeconds: 60 });
  now += 59_999;
  assert.equal(mem.get('a'), 1);
  now += 1;
  assert.equal(mem.get('a'), undefined);
  assert.equal(mem.getEntry('a'), undefined);
  assert.deepEqual(await mem.getMany(['a']), new Map());
});

test('the type is that of the document, where numbers have two', async (context) => {
  const { mem } = await start(context, {}, {}, answering('{"v":1,"type":"float","value":5}'));
  const { value, type } = mem.getEntry('a');
  assert.deepEqual([value, type], [5, 'float']);
});

test('headers that are missing or no use are no trouble', async (context) => {
  const document = '{"v":1,"type":"int","value":1,"expires_at":9007199254740991}';
  const { mem } = await start(context, {}, {}, answering(document, { age: '-1', etag: 'W/"v1"', 'last-modified': 'yesterday' }));
  const { version, age, storedAt, expiresAt } = mem.getEntry('a');
  assert.deepEqual([version, age, storedAt], ['v1', 0, undefined]);
  assert.equal(expiresAt.getTime(), 8.64e15); // the last moment there is
  const { mem: other } = await start(context, {}, {}, answering(document));
  assert.deepEqual([other.getEntry('a').version, other.getEntry('a').age], ['', 0]);
  const { mem: behindTwo } = await start(context, {}, {}, answering(document, { age: '3, 7' }));
  assert.equal(behindTwo.getEntry('a').age, 3);
});
