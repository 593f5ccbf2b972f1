'use strict';

// What a user gets: the packed tarball, in every way there is to load, type and bundle it.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, suite, test } = require('node:test');
const { promisify } = require('node:util');

const { serve, cloud, CREDENTIALS } = require('./server.js');

const ROOT = path.join(__dirname, '..');
const run = promisify(execFile);
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

// Put, then get synchronously; it ends with the value, and with what `import` or `require` gave for an error.
const BODY = `
  const mem = new MemoryService({ DISTRIBUTION: 'public.cloudfront.net', BUCKET_NAME: 'bucket' }, 'shop');
  mem.put('var5', { Name: 'Joe' }).then(() => {
    let code;
    try { mem.get(''); } catch (error) { code = error instanceof InvalidNameError && error.code; }
    console.log(mem.get('var5')['Name'], code, mem.getVersion());
  });
`;
const PROGRAMS = {
  'main.cjs': `const MemoryService = require('sdk-memory-service');\nconst { InvalidNameError } = MemoryService;\n${BODY}`,
  'main.mjs': `import MemoryService, { InvalidNameError } from 'sdk-memory-service';\n${BODY}`,
  'named.mjs': `import { MemoryService, InvalidNameError } from 'sdk-memory-service';\n${BODY}`,
};

const TYPED = `
  const mem = new MemoryService({ DISTRIBUTION: process.env['DISTRIBUTION'], BUCKET_NAME: 'b', EDGE_TTL: 5 }, 'shop');
  const version: Promise<string> = mem.put('a', { list: [1, 2n ** 60n, null, new Uint8Array(1)] });
  const order: { id: number } | undefined = mem.get<{ id: number }>('a');
  const later: Promise<number | undefined> = mem.getAsync<number>('a');
  const entry: Entry<number> | undefined = mem.getEntry<number>('a');
  const versions: Promise<Map<string, string>> = mem.putMany({ a: 1, b: [2] }, { ttlSeconds: 60, storageClass: 'STANDARD_IA' });
  const readable: ReadonlyArray<readonly [string, number]> = [['a', 1]];
  mem.putMany(readable);
  mem.putMany(new Map([['a', 1]]));
  const guarded: Promise<string> = mem.put('a', 1, { ifVersion: 'v', invalidate: true });
  const updated: Promise<{ n: number }> = mem.update('a', async (old) => ({ n: old.n + 1 }), { default: { n: 0 }, attempts: 3 });
  const count: Promise<number | bigint> = mem.increment('a', 2n, { ttlSeconds: 60 });
  const made: Promise<number[]> = mem.getOrPut('a', async () => [1], { ttlSeconds: 60 });
  const load: CachedFunction<[id: number], { id: number }> = mem.cached(async (id: number) => ({ id }), { name: 'load' });
  const loaded: Promise<{ id: number }> = load(5);
  const where: string = load.cacheName(5);
  const grant: Promise<Grant> = mem.grant('tenant/1/', 60);
  const hits: number = mem.stats().memoryHits;
  mem.remove('a', { invalidate: true });
  const values: Promise<Map<string, number>> = mem.getMany<number>(new Set(['a']));
  async function list() {
    try { for await (const name of mem.keys('a/')) name.trim(); }
    catch (error) { if (error instanceof BatchError) for (const [name, { code }] of error.errors) name + code; }
    const cleared: number = await mem.clear('a/');
    const ends: Date | undefined = entry?.expiresAt;
    return { cleared, ends, versions, values, guarded, updated, count, made, loaded, where, grant, hits };
  }
  const error: MemoryServiceError = new UnavailableError('x', { cause: version });
  const code: string = error.code;
  // @ts-expect-error a Date would not come back as one
  mem.put('a', new Date());
  // @ts-expect-error a misspelt option
  mem.put('a', 1, { ttl: 60 });
  // @ts-expect-error a put of many has no condition
  mem.putMany({ a: 1 }, { ifAbsent: true });
  // @ts-expect-error a cached function takes what the function takes
  load('5');
  // @ts-expect-error a grant ends
  mem.grant('a/');
  // @ts-expect-error what to clear must be said
  mem.clear();
  // @ts-expect-error a misspelt key
  new MemoryService({ DISTRIBUTON: 'd' }, 'shop');
  // @ts-expect-error the service name is required
  new MemoryService({});
  export { order, later, code, list };
`;
const TYPED_PROGRAMS = {
  'typed.cts': `import MemoryService = require('sdk-memory-service');
    import UnavailableError = MemoryService.UnavailableError;
    import BatchError = MemoryService.BatchError;
    type Entry<T> = MemoryService.Entry<T>;
    type Grant = MemoryService.Grant;
    import CachedFunction = MemoryService.CachedFunction;
    type MemoryServiceError = MemoryService.MemoryServiceError;\n${TYPED}`,
  'typed.mts': `import MemoryService, { BatchError, UnavailableError, type CachedFunction, type Entry, type Grant, type MemoryServiceError } from 'sdk-memory-service';\n${TYPED}`,
};

// A user's own test, on the cloud in memory.
const DOUBLE = `
  import { test } from 'node:test';
  import MemoryService from 'sdk-memory-service';
  import { Cloud, cloudFor, type Asked } from 'sdk-memory-service/testing';
  test('a visit', async (context) => {
    const cloud: Cloud = cloudFor(context, { pointsOfPresence: 2 });
    const mem = new MemoryService(cloud.conf({ EDGE_TTL: 5 }), 'shop');
    cloud.clock.advance(60);
    cloud.fail('s3', 'status', { status: 503, times: 2 });
    const asked: Asked[] = cloud.requests;
    await mem.put('a', asked.length);
  });
`;

const BANNER = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

suite('the packed tarball', () => {
  let folder;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'memory-consumer-'));
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
    const [tarball] = readdirSync(folder);
    const modules = path.join(folder, 'node_modules');
    mkdirSync(path.join(modules, 'sdk-memory-service'), { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', path.join(modules, 'sdk-memory-service'), '--strip-components=1'], { cwd: folder });
    for (const name of ['@types/node', 'undici-types']) {
      cpSync(path.join(ROOT, 'node_modules', name), path.join(modules, name), { recursive: true });
    }
    for (const [name, text] of Object.entries({ ...PROGRAMS, ...TYPED_PROGRAMS, 'double.mts': DOUBLE })) writeFileSync(path.join(folder, name), text);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  async function works(context, program, cwd = folder) {
    const { url } = await serve(context, cloud);
    const env = { ...process.env, ...CREDENTIALS, AWS_ENDPOINT_URL_S3: url, MEMORY_EDGE_ENDPOINT: url };
    // What Lambda's runtime sets.
    const { stdout } = await run(process.execPath, ['--no-experimental-require-module', program], { cwd, env });
    assert.equal(stdout, `Joe invalid_name ${require('../package.json').version}\n`);
  }

  for (const program of Object.keys(PROGRAMS)) test(`works in ${program}`, (context) => works(context, program));

  test('has types for CommonJS and for ES modules', async () => {
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--types', 'node'];
    const tsc = run(process.execPath, [TSC, ...options, ...Object.keys(TYPED_PROGRAMS), 'double.mts'], { cwd: folder });
    await tsc.catch((error) => assert.fail(error.stdout));
  });

  for (const [format, entry, extension, banner] of [
    ['cjs', 'main.cjs', 'cjs', ''],
    ['cjs', 'main.mjs', 'cjs', ''],
    ['esm', 'main.cjs', 'mjs', BANNER],
    ['esm', 'main.mjs', 'mjs', BANNER],
  ]) {
    test(`works in ${entry} bundled as ${format}, far from its files`, async (context) => {
      const { build } = require('esbuild');
      const alone = mkdtempSync(path.join(tmpdir(), 'memory-bundle-'));
      context.after(() => rmSync(alone, { recursive: true }));
      const outfile = path.join(alone, `bundle.${extension}`);
      const { warnings } = await build({
        entryPoints: [path.join(folder, entry)],
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node20',
        format,
        banner: { js: banner },
        outfile,
        logLevel: 'silent',
      });
      assert.deepEqual(warnings, []);
      await works(context, outfile, alone);
    });
  }
});
