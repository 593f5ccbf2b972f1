'use strict';

// Values that are invalidated by tags (section 15): what scenarios cannot see, such as how many requests are under way at a time.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const MemoryService = require('../index.js');
const { cloudFor } = require('../testing');
const { serve, setEnvironment, CREDENTIALS } = require('./server.js');

const GENERATION = '5d41402abc4b2a76';
const OTHER = '9f86d081884c7d65';
const TAGS = Array.from({ length: 16 }, (_, at) => `t/${at}`);
const WAYS = { get: async (mem, ...rest) => mem.get(...rest), getAsync: (mem, ...rest) => mem.getAsync(...rest) };

const documentOf = (cloud, name) => JSON.parse(Buffer.from(cloud.objects.get(`public/shop/${name}.json`).body));

/** An edge that answers no request for a record until so many have come. Its state: `document`, `record`, `wanted`. */
function holdingRecords(request, response, body, state) {
  const headers = { 'cache-control': 'max-age=5', etag: '"v1"', 'last-modified': new Date().toUTCString(), date: new Date().toUTCString() };
  if (!request.url.includes('/.tags/')) return response.writeHead(200, headers).end(state.document);
  const held = (state.held ??= []);
  held.push(response);
  if (held.length < state.wanted) return undefined;
  state.held = [];
  for (const one of held) one.writeHead(200, headers).end(state.record);
  return undefined;
}

/** A service on such an edge. */
async function holding(context, tags, wanted) {
  const edge = await serve(context, holdingRecords);
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: edge.url });
  const generations = Object.fromEntries(tags.map((tag) => [tag, GENERATION]));
  const document = JSON.stringify({ v: 2, type: 'int', value: 1, tags: generations });
  const record = JSON.stringify({ v: 1, type: 'int', value: Date.now(), write: GENERATION });
  await edge.set({ document, record, wanted });
  const mem = new MemoryService({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: edge.url }, 'shop');
  context.after(() => mem.close());
  return { mem, edge };
}

for (const [way, read] of Object.entries(WAYS)) {
  suite(`tags and ${way}`, () => {
    test('the records of 16 tags are read in one round after the value', async (context) => {
      const { mem, edge } = await holding(context, TAGS, TAGS.length);
      assert.equal(await read(mem, 'a'), 1);
      const asked = (await edge.log()).map(({ url }) => url);
      assert.equal(asked[0], '/shop/a.json');
      assert.deepEqual(asked.slice(1).sort(), TAGS.map((tag) => `/shop/.tags/${tag}.json`).sort());
      assert.equal(mem.stats().tagReads, 16);
    });

    test('so are those of a consistent get', async (context) => {
      const { mem, edge } = await holding(context, TAGS, TAGS.length);
      assert.equal(await read(mem, 'a', { consistent: true }), 1);
      assert.equal((await edge.log()).length, 17);
    });

    test('no get reads a record, whatever is in memory', async (context) => {
      const cloud = cloudFor(context);
      for (const changes of [false, true]) {
        const mem = new MemoryService(cloud.conf({ CHANGES: changes }), 'shop');
        await mem.put('a', 1, { tags: ['p'] });
        await assert.rejects(read(mem, '/p'), { code: 'invalid_name' });
        cloud.clock.advance(130);
        assert.equal(await read(mem, 'a'), 1);
        await assert.rejects(read(mem, '/p'), { code: 'invalid_name' });
      }
    });
  });
}

test('what this object invalidates while records are read is judged anew', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  await mem.put('a', 1, { tags: ['p', 'q'] });
  // The record of p has been read by then, and says that the value is valid.
  cloud.meanwhile(() => mem.invalidateTags(['p']), { method: 'GET', key: 'public/shop/.tags/q.json' });
  assert.equal(await mem.getAsync('a', { consistent: true }), undefined);
  assert.equal(mem.get('a'), undefined);
});

test('what was put before an invalidation of this object, and ends after it, is judged before it is returned', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  cloud.meanwhile(() => mem.invalidateTags(['p']), { method: 'PUT', key: 'public/shop/a.json' });
  await mem.put('a', 1, { tags: ['p'] });
  assert.equal(mem.get('a'), undefined);
});

test('tags are told in the order of the document, whatever an object makes of them', async (context) => {
  const cloud = cloudFor(context);
  const tags = ['b', '10', '__proto__', '9', 'a', 'constructor', '"'];
  await new MemoryService(cloud.conf(), 'shop').put('a', [1], { tags });
  assert.deepEqual(new MemoryService(cloud.conf(), 'shop').getEntry('a').tags, tags);
});

test('what is read from memory is the same wherever the document has its tags', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  await mem.put('a', { tags: { p: GENERATION } }, { tags: ['p'] });
  const { tags } = documentOf(cloud, 'a');
  const [value, inValue, marks] = ['"value":{"n":1}', `"value":{"n":1,"tags":${JSON.stringify(tags)}}`, `"tags":${JSON.stringify(tags)}`];
  const cases = [[marks, value], [value, marks], [marks, inValue], [inValue, marks], [value, ` ${marks} `], [marks, inValue, marks]];
  for (const [at, members] of cases.entries()) {
    cloud.put(`public/shop/${at}.json`, `{"v":2,"type":"dict",${members.join(',')}}`, { 'cache-control': 'max-age=5' });
    const expected = members.includes(inValue) ? { n: 1, tags } : { n: 1 };
    for (const source of ['edge', 'memory', 'memory']) {
      const entry = mem.getEntry(String(at));
      assert.deepEqual([entry.value, entry.source], [expected, source], String(members));
    }
  }
  for (let count = 0; count < 3; count++) assert.deepEqual(mem.get('a'), { tags: { p: GENERATION } });
});

test('the tags of an entry are the caller\'s own', async (context) => {
  const mem = new MemoryService(cloudFor(context).conf(), 'shop');
  await mem.put('a', 1, { tags: ['p'] });
  mem.getEntry('a').tags.push('q');
  assert.deepEqual(mem.getEntry('a').tags, ['p']);
});

test('a synchronous get does not wait for the record that an asynchronous one has asked for', async (context) => {
  const { mem, edge } = await holding(context, ['p'], 2);
  const first = mem.getAsync('a');
  while (!(await edge.log()).some(({ url }) => url.includes('/.tags/'))) await new Promise(setImmediate);
  assert.equal(mem.get('b'), 1);
  assert.equal(await first, 1);
});

test('many gets at a time read a record once', async (context) => {
  const { mem, edge } = await holding(context, ['p'], 1);
  const names = Array.from({ length: 10 }, (_, at) => `n/${at}`);
  assert.equal((await mem.getMany(names)).size, 10);
  assert.equal((await edge.log()).filter(({ url }) => url.includes('/.tags/')).length, 1);
});

test('without the generations of its tags nothing is put', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  cloud.fail('s3', 'status', { path: '/testing/public/shop/.tags/', status: 403 });
  await assert.rejects(mem.put('a', 1, { tags: ['p', 'q'] }), { code: 'access_denied' });
  await assert.rejects(mem.getOrPut('a', () => 1, { tags: ['p'] }), { code: 'access_denied' });
  cloud.heal();
  cloud.fail('s3', 'status', { path: '/testing/public/shop/.tags/', status: 503 });
  await assert.rejects(mem.put('a', 1, { tags: ['p'] }), { code: 'unavailable' });
  // What is computed is returned all the same, and not stored (COMP-3).
  context.mock.method(console, 'warn', () => {});
  assert.equal(await mem.getOrPut('a', () => 1, { tags: ['p'] }), 1);
  assert.equal(cloud.objects.has('public/shop/a.json'), false);
});

test('nothing is asked for a put of what cannot be stored, or with tags that are none', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf({ MAX_VALUE_BYTES: 1000 }), 'shop');
  const large = 'x'.repeat(1000);
  const seventeen = [...TAGS, 't/16'];
  let seen = 0;
  const cases = [
    [['p'], 'value_too_large'],
    [['a//b'], 'invalid_name'],
    ...[seventeen, 'p', [7], { 0: 'p', length: 1 }, null].map((tags) => [tags, 'configuration']),
  ];
  for (const [tags, code] of cases) {
    await assert.rejects(mem.put('a', large, { tags }), { code });
    await assert.rejects(mem.putMany({ a: large }, { tags }), { code });
    if (code === 'value_too_large') continue;
    await assert.rejects(mem.update('a', () => 1, { tags }), { code });
    await assert.rejects(mem.increment('a', 1, { tags }), { code });
    await assert.rejects(mem.getOrPut('a', () => 1, { tags }), { code });
    assert.throws(() => mem.cached(() => 1, { name: 'f', tags }), { code });
    await assert.rejects(mem.cached(() => 1, { name: `f/${seen++}`, tags: () => tags })(), { code });
    if (tags !== seventeen) await assert.rejects(mem.invalidateTags(tags), { code });
  }
  assert.deepEqual(cloud.requests, []);
});

test('the tags of a cached function are made of its arguments', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop');
  let calls = 0;
  const page = mem.cached((id, lang) => `${id} ${lang} ${++calls}`, { name: 'page', tags: (id, lang) => [`page/${id}`, lang] });
  assert.deepEqual([await page(1, 'en'), await page(2, 'en'), await page(1, 'en')], ['1 en 1', '2 en 2', '1 en 1']);
  assert.deepEqual(mem.getEntry(page.cacheName(2, 'en')).tags, ['page/2', 'en']);
  await mem.invalidateTags(['page/1']);
  assert.deepEqual([await page(1, 'en'), await page(2, 'en')], ['1 en 3', '2 en 2']);
  await mem.invalidateTags(['en']);
  assert.deepEqual([await page(1, 'en'), await page(2, 'en')], ['1 en 4', '2 en 5']);
});

test('a tag that is put twice, since a clock was wrong, has the second generation', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop', { clock: () => cloud.clock.now() + 3_600_000 });
  await mem.put('a', 1, { tags: ['p'] });
  const { value, write } = documentOf(cloud, '.tags/p');
  assert.ok(Math.abs(value - cloud.clock.now()) < 2000);
  assert.equal(documentOf(cloud, 'a').tags.p, write);
});

test('an invalidation that another overtakes has taken place', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf(), 'shop', { clock: () => cloud.clock.now() + 3_600_000 });
  const record = () => JSON.stringify({ v: 1, type: 'int', value: cloud.clock.now(), write: OTHER });
  let count = 0;
  const overtake = () => void (++count === 2 && cloud.put('public/shop/.tags/p.json', record(), { 'cache-control': 'max-age=5' }));
  cloud.meanwhile(overtake, { method: 'PUT', key: 'public/shop/.tags/p.json', times: 2 });
  await mem.invalidateTags(['p']);
  assert.equal(count, 2);
  assert.equal(documentOf(cloud, '.tags/p').write, OTHER);
});

test('an invalidation that is sent again brings nothing back', async (context) => {
  const cloud = cloudFor(context);
  const [mem, other] = [new MemoryService(cloud.conf(), 'shop'), new MemoryService(cloud.conf(), 'shop')];
  const key = 'public/shop/.tags/p.json';
  let lost;
  let count = 0;
  const meanwhile = () => {
    if (++count !== 2) return;
    lost = documentOf(cloud, '.tags/p').write;
    const value = { v: 2, type: 'int', value: 1, write: GENERATION, tags: { p: lost } };
    cloud.put('public/shop/a.json', JSON.stringify(value), { 'cache-control': 'max-age=5' });
    const record = { v: 1, type: 'int', value: cloud.clock.now(), write: OTHER };
    cloud.put(key, JSON.stringify(record), { 'cache-control': 'max-age=5' });
  };
  cloud.meanwhile(meanwhile, { method: 'PUT', key, times: 2 });
  cloud.fail('s3', 'lost', { method: 'PUT', times: 1 });
  await mem.invalidateTags(['p']);
  assert.equal(count, 2);
  assert.notEqual(documentOf(cloud, '.tags/p').write, lost);
  assert.equal(other.get('a', { consistent: true }), undefined);
  assert.equal(mem.get('a'), undefined);
});

test('a hit of a value with tags costs what one without does', async (context) => {
  const cloud = cloudFor(context);
  const mem = new MemoryService(cloud.conf({ EDGE_TTL: 3600 }), 'shop');
  await mem.put('tagged', { n: 1 }, { tags: TAGS });
  await mem.put('untagged', { n: 1 });
  const best = { tagged: Infinity, untagged: Infinity };
  const hits = mem.stats().memoryHits;
  // In turns, and each so short that the system lets some of them pass undisturbed, however busy the machine is.
  for (let turn = 0; turn < 600; turn++) {
    const name = turn % 2 ? 'tagged' : 'untagged';
    const start = performance.now();
    for (let count = 0; count < 500; count++) mem.get(name);
    best[name] = Math.min(best[name], performance.now() - start);
  }
  assert.equal(mem.stats().memoryHits - hits, 600 * 500);
  const ratio = best.tagged / best.untagged;
  assert.ok(ratio <= 1.3, `${ratio}`);
});
