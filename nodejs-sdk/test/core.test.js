'use strict';

// The core runs wherever JavaScript does: here bundled for browsers, in a context that has nothing of Node.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const path = require('node:path');
const { suite, test } = require('node:test');
const { createContext, runInContext } = require('node:vm');

const { buildSync } = require('esbuild');

const CORE = path.join(__dirname, '..', 'lib', 'core');

/** What a reader and a writer are made of. */
const ROOMS = ['bucket', 'circuit', 'config', 'edge', 'effects', 'envelope', 'errors', 'local', 'log', 'many', 'names', 'options', 'origin', 'platform', 'reader'];
const MORE_ROOMS = ['change-reader', 'coalescing-reader', 'conditional', 'session', 'single-flight', 'stats', 'store', 'tag-reader', 'tag-writer', 'writer'];
const ENTRY = `module.exports = { ${[...ROOMS, ...MORE_ROOMS].map((room) => `...require('./${room}.js')`)} };`;

/** What browsers and workers have besides the language, as far as the core uses it. */
const WEB = { TextDecoder, TextEncoder, URL, atob, btoa, clearTimeout, console, crypto, performance, setTimeout };

/** What a page gives the core, of nothing but what the web has. Its requests undo gzip by themselves, and it writes plainly. */
const PLATFORM = `({
  toBase64: (bytes) => btoa(String.fromCharCode(...bytes)),
  fromBase64(text) {
    try {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return btoa(String.fromCharCode(...bytes)) === text ? bytes : undefined;
    } catch {
      return undefined;
    }
  },
  toUtf8: (head, text, tail) => new TextEncoder().encode(head + text + tail),
  octetsOf: (text) => new TextEncoder().encode(text).length,
  sha256: (data, as) => sha256(data, as),
  randomWriteId: () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (octet) => octet.toString(16).padStart(2, '0')).join(''),
  gzip: (bytes) => bytes,
  gunzip() {
    throw new Error('fetch has done that');
  },
})`;

/** A service of a page: reading and writing, as far as they are the core's. */
const SERVICE = `
function service(params, clock, { fetch }) {
  const config = core.readConfig({ BUCKET_NAME: 'bucket', REGION: 'eu-central-1', DISTRIBUTION: 'd1.example', LOG_LEVEL: 'silent', ...params }, {});
  const client = { endpoints: { bucket: () => ({ url: 'https://bucket.example' }) }, ask };
  const parts = { session: new core.Session(clock), local: new core.Local(config), singleFlight: new core.SingleFlight(), stats: new core.Stats(), circuit: new core.Circuit(clock) };
  const log = new core.Log(config.logLevel);
  const place = core.placeOf('shop', config);
  parts.edge = new core.Edge(config, clock);
  parts.origin = new core.Origin(config, client, clock);
  parts.store = new core.Store(config, client);
  parts.tagReader = new core.TagReader(config, place, parts, clock);
  parts.changeReader = config.changes ? new core.ChangeReader(config, place, parts, clock, log) : undefined;
  parts.reader = new core.Reader(config, parts, clock, log);
  parts.writer = new core.Writer(config, parts, clock);
  const target = (name) => ({ name, ...core.locate(config.visibility, place, name) });
  const run = (program) => core.runAsync(program, fetch, 5000);
  return {
    stats: parts.stats,
    async get(name) {
      const kept = parts.local.any(name);
      const copy = kept?.isFresh(clock()) ? kept : (await run(parts.reader.read(target(name), kept))).copy;
      return JSON.stringify(copy?.entry('edge', clock()));
    },
    put: (name, value) => run(parts.writer.put(target(name), parts.writer.prepare(new core.Draft(value), core.readPutOptions({}, config)))),
  };
}
function* ask({ method, path, headers, body }) {
  const outcome = yield { method, url: 'https://bucket.example' + path, headers, body, maxBytes: 1000 };
  if ('failure' in outcome) throw core.UnavailableError.because(path, outcome.failure, false);
  return { ...outcome, isInDoubt: false };
}`;

const bundle = buildSync({
  stdin: { contents: ENTRY, resolveDir: CORE },
  bundle: true,
  write: false,
  platform: 'browser',
  target: 'es2023',
  format: 'iife',
  globalName: 'core',
  metafile: true,
  minify: true,
});

/** @returns {(code: string) => any} which runs it where the core is, with its platform */
function page() {
  const context = createContext({ ...WEB, sha256: (data, as) => createHash('sha256').update(data).digest(as) });
  runInContext(bundle.outputFiles[0].text, context);
  runInContext(`core.setPlatform(${PLATFORM});${SERVICE}`, context);
  return (code) => runInContext(code, context);
}

/**
 * @param {Record<string, {status: number, headers?: Record<string, string>, body?: string}>} answers by URL
 * @returns {{fetch: (effect: any) => Promise<any>, asked: any[]}} what does the effects of a program
 */
function net(answers) {
  const asked = [];
  const fetch = async (effect) => {
    asked.push(effect);
    const answer = answers[`${effect.method} ${effect.url}`];
    if (!answer) return { failure: { code: 'network', message: 'nobody answers', fate: 'unsent' } };
    return { cut: false, ...answer, headers: answer.headers ?? {}, body: new TextEncoder().encode(answer.body ?? '') };
  };
  return { fetch, asked };
}

const NOW = Date.UTC(2026, 10, 23, 12);
const DATE = { date: new Date(NOW).toUTCString(), 'last-modified': new Date(NOW - 60_000).toUTCString() };
const VALUE = { v: 1, type: 'dict', value: { a: 1 }, write: '0123456789abcdef' };
const AT_EDGE = 'GET https://d1.example/shop/a.json';
const FOUND = { status: 200, headers: { ...DATE, etag: '"v1"', age: '1', 'cache-control': 'max-age=5' }, body: JSON.stringify(VALUE) };

suite('the core in a browser', () => {
  test('it is made of nothing else', () => {
    const rooms = Object.keys(bundle.metafile.inputs).filter((name) => name !== '<stdin>');
    assert.ok(rooms.length > 30);
    assert.deepEqual(rooms.filter((name) => path.dirname(path.resolve(name)) !== CORE), []);
    assert.deepEqual(bundle.metafile.outputs['<stdout>']?.imports ?? [], []);
    assert.doesNotMatch(bundle.outputFiles[0].text, /node:/);
  });

  test('it finds nothing of Node where it runs', () => {
    assert.equal(page()('[typeof Buffer, typeof process, typeof require, typeof module, typeof global].join()'), Array(5).fill('undefined').join());
  });

  for (const value of ['null', '42', '2n ** 64n', '-0', 'NaN', '"größer"', 'new Uint8Array([0, 255])', '[1, [2n ** 70n, { $int: "3" }]]', '{ a: 0.5, b: true }']) {
    test(`${value} comes back from its document`, () => {
      const says = page()(`(() => {
        const show = (value) => JSON.stringify(value, (_, one) => typeof one === 'bigint' || typeof one === 'number' ? typeof one + (Object.is(one, -0) ? '-0' : one) : one instanceof Uint8Array ? ['bytes', ...one] : one);
        const value = ${value};
        const { value: back } = core.decode(core.encode(value, '0123456789abcdef', 1000), 0);
        return [show(back), show(value)];
      })()`);
      assert.equal(says[0], says[1]);
    });
  }

  test('a get reads the edge, and then memory', async () => {
    const { fetch, asked } = net({ [AT_EDGE]: FOUND });
    const mem = page()('service')({}, () => NOW, { fetch });
    assert.equal(JSON.parse(await mem.get('a')).value.a, 1);
    assert.deepEqual(asked.map(({ method, url }) => `${method} ${url}`), [AT_EDGE]);
    assert.equal(mem.stats.edgeReads, 1);
  });

  test('a get reads S3 when the edge fails', async () => {
    const { fetch } = net({ 'GET https://bucket.example/public/shop/a.json': FOUND });
    const mem = page()('service')({}, () => NOW, { fetch });
    assert.equal(JSON.parse(await mem.get('a')).value.a, 1);
    assert.equal(mem.stats.s3Reads, 1);
  });

  test('a value that is not there is none', async () => {
    const { fetch } = net({ [AT_EDGE]: { status: 404, headers: DATE } });
    assert.equal(await page()('service')({}, () => NOW, { fetch }).get('a'), undefined);
  });

  const refusals = {
    access_denied: { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' },
    configuration: { status: 403, body: '<Error><Code>MissingKey</Code></Error>' },
    unavailable: { status: 403, body: '<Error><Code>AccessDenied</Code><RequestId>1</RequestId></Error>' }, // S3's: it is asked itself
    corrupt_value: { ...FOUND, body: '{"v":1' },
  };
  for (const [code, answer] of Object.entries(refusals)) {
    test(`${answer.body} is ${code}`, async () => {
      const { fetch } = net({ [AT_EDGE]: answer, ...(code === 'corrupt_value' && { 'GET https://bucket.example/public/shop/a.json': answer }) });
      await assert.rejects(page()('service')({}, () => NOW, { fetch }).get('a'), { code });
    });
  }

  test('what is put is what the next get returns', async () => {
    const { fetch, asked } = net({ 'PUT https://bucket.example/public/shop/a.json': { status: 200, headers: { ...DATE, etag: '"v2"' } } });
    const mem = page()('service')({}, () => NOW, { fetch });
    assert.equal(await mem.put('a', 'größer'), 'v2');
    const { body, headers } = asked[0];
    assert.equal(JSON.parse(new TextDecoder().decode(body)).value, 'größer');
    assert.equal(headers['cache-control'], 'max-age=5, stale-if-error=300');
    assert.equal(JSON.parse(await mem.get('a')).value, 'größer');
  });

  test('the change record is read as well', async () => {
    const { fetch, asked } = net({ 'GET https://d1.example/shop.changes/a.json': FOUND });
    let now = NOW;
    const mem = page()('service')({ CHANGES: true }, () => now, { fetch });
    await mem.get('a');
    now += 300_000; // its copy has ended: may be that a record confirms it
    await mem.get('a');
    assert.deepEqual(asked.map(({ url }) => url.split('/').at(-1)), ['a.json', '.changes.json', '.changes.json', 'a.json']);
  });
});
