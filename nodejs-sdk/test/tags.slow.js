'use strict';

// One invalidation, and ten thousand values.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const MemoryService = require('../index.js');
const { cloudFor } = require('../testing');
const { setEnvironment, CREDENTIALS } = require('./server.js');

const puts = (cloud) => cloud.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);

test('10,000 values are misses after one put, and no other is', async (context) => {
  setEnvironment(context, CREDENTIALS);
  const cloud = cloudFor(context);
  const make = () => new MemoryService(cloud.conf({ LOCAL_MAX_ITEMS: 20_001 }), 'shop');
  const mem = make();
  const names = Array.from({ length: 10_000 }, (_, at) => `tagged/${at}`);
  const others = names.map((name) => `un${name}`);
  for (const [some, options] of [[names, { tags: ['all'], edgeTtlSeconds: 3600 }], [others, { edgeTtlSeconds: 3600 }]]) {
    await mem.put('one', 1, options);
    const { body, headers } = cloud.objects.get('public/shop/one.json'); // all of them are the same, and a put takes a moment
    for (const name of some) cloud.put(`public/shop/${name}.json`, body, headers);
  }
  const other = make();
  assert.equal((await other.getMany(names)).size, 10_000);
  cloud.requests = [];
  await mem.invalidateTags(['all']);
  assert.deepEqual(puts(cloud), ['/testing/public/shop/.tags/all.json']);
  assert.deepEqual(names.slice(0, 100).filter((name) => mem.get(name) !== undefined), []);
  cloud.clock.advance(6);
  assert.equal((await other.getMany(names)).size, 0);
  for (const service of [mem, other]) assert.equal((await service.getMany(others)).size, 10_000);
});
