'use strict';
// Lets the conformance runner ask the Node SDK: one JSON object a line in, one out (spec/VECTORS.md).
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { setTimeout } = require('node:timers/promises');
const { inspect } = require('node:util');

const MemoryService = require('..');
const { readConfig } = require('../lib/core/config.js');
const { decode, encode } = require('../lib/core/envelope.js');
const { checkServiceName, locate, placeOf } = require('../lib/core/names.js');
const { platform } = require('../lib/core/platform.js');
const { findCredentials } = require('../lib/credential-chain.js');
const { credentials } = require('../lib/credential-source.js');
const { Endpoints } = require('../lib/endpoints.js');
const { authorityFiles } = require('../lib/route.js');
const { Secret } = require('../lib/secrets.js');
const { Settings } = require('../lib/settings.js');
const { Signer } = require('../lib/signing.js');
const { learnClock } = require('../lib/core/aws-clock.js');
const changeRecords = require('./changes.js');
const { playDouble } = require('./double.js');
const { grantPutOptions, mint } = require('./minting.js');
const { LacksType, build, describe } = require('./notation.js');
const { World, spoil, undefinedForNull } = require('./world.js');

console.debug = console.error; // standard output is for replies

const MAX_BYTES = 16 * 1024 * 1024;

/** Milliseconds that a factory waits before it asks for another name, so that others have begun. */
const BEFORE_ASKING = 200;

const OPERATIONS = {
  start: () => ({
    protocol: 1,
    sdk: 'nodejs',
    version: require('../package.json').version,
    runtime: `node ${process.version}`,
    features: ['async', 'changes', 'credentials', 'double', 'endpoints', 'files', 'single-number', 'tags', 'write-grants'],
  }),

  encode: ({ value }) => ({ wire: Buffer.from(encode(build(value), platform.randomWriteId(), MAX_BYTES)).toString() }),

  decode({ wire, wire_base64: base64, now = Date.now() }) {
    const document = base64 === undefined ? Buffer.from(wire) : Buffer.from(base64, 'base64');
    const envelope = decode(document, now);
    return envelope ? found(envelope.value) : { missing: true };
  },

  locate({ visibility, service, name, distribution, changes = false }) {
    const place = placeOf(checkServiceName(service), { changes });
    const { key, path: urlPath } = locate(visibility, place, build(name));
    return { key, url: `https://${distribution}${urlPath}` };
  },

  configure({ conf, environment, service }) {
    const config = readConfig(undefinedForNull(conf), { AWS_REGION: 'us-east-1', ...environment });
    checkServiceName(service);
    if (config.visibility === 'private') new Signer(config, service, Date.now); // a key that is of no use is refused
    return { visibility: config.visibility };
  },

  changes: (request) => changeRecords[request.do](request),

  endpoint({ target, conf, environment, signed_by: isSigner }) {
    const settings = new Settings(environment);
    const config = readConfig(undefinedForNull(conf), environment, () => settings.regionGiven);
    const endpoints = new Endpoints(settings);
    const { url, region, route } = endpointOf(target, config, endpoints);
    const { proxy } = route ?? {};
    const { bundle, extra } = authorityFiles(settings);
    return {
      url,
      region: region ?? null,
      proxy: proxy ? `http://${proxy.hostname}:${proxy.port}` : null,
      authorities: bundle?.value ?? null,
      extra_authorities: extra?.value ?? null,
      ...(isSigner && { signed_by: signerIn(settings) }),
    };
  },

  sign({ distribution, service, pem, public_key_id: id, now, lifetime, later, hash_algorithm: hash, changes = false }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'driver-'));
    try {
      const file = path.join(folder, 'key.pem');
      writeFileSync(file, pem);
      const conf = { DISTRIBUTION: distribution, BUCKET_NAME: 'bucket', PK_PATH: file, PUBLIC_KEY_ID: id, SIGNATURE_LIFETIME: lifetime, HASH_ALGORITHM: hash };
      let clock = now * 1000;
      const signer = new Signer(readConfig(conf, { AWS_REGION: 'us-east-1' }), placeOf(service, { changes }), () => clock);
      const query = () => signer.signature().next().value.query; // a key in a file needs no request, so the first step is the last
      const reply = { query: query() };
      if (later === undefined) return reply;
      clock += later * 1000;
      return { ...reply, later: query() };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },

  put: (request) =>
    world.use(request, async (mem) => {
      const value = build(request.value);
      const putting = mem.put(build(request.name), value, optionsOf(request));
      if (request.mutate) spoil(value);
      return { version: await putting };
    }),

  get: (request) =>
    world.use(request, async (mem) => {
      const { consistent } = request;
      const name = build(request.name);
      const value = request.async ? await mem.getAsync(name, { consistent }) : mem.get(name, { consistent });
      return value === undefined ? { missing: true } : foundAnd(request, value);
    }),

  entry: (request) =>
    world.use(request, async (mem) => {
      const { consistent } = request;
      const name = build(request.name);
      const entry = request.async ? await mem.getEntryAsync(name, { consistent }) : mem.getEntry(name, { consistent });
      if (entry === undefined) return { missing: true };
      const { value, storedAt, expiresAt, ...facts } = entry;
      return { ...found(value), ...facts, stored_at: storedAt?.getTime() ?? null, expires_at: expiresAt?.getTime() ?? null };
    }),

  remove: (request) =>
    world.use(request, async (mem) => {
      await mem.remove(build(request.name), optionsOf(request));
      return {};
    }),

  put_many: (request) =>
    world.use(request, async (mem) => {
      const entries = request.values.map(([name, value]) => [build(name), build(value)]);
      const versions = await mem.putMany(entries, optionsOf(request));
      return { versions: [...versions].map(([name, version]) => [describe(name), version]) };
    }),

  get_many: ({ consistent, ...request }) =>
    world.use(request, async (mem) => ({ values: pairs(await mem.getMany(request.names.map(build), { consistent })) })),

  remove_many: (request) =>
    world.use(request, async (mem) => {
      await mem.removeMany(request.names.map(build), optionsOf(request));
      return {};
    }),

  invalidate_tags: (request) =>
    world.use(request, async (mem) => {
      await mem.invalidateTags(request.tags, optionsOf(request));
      return {};
    }),

  list: (request) =>
    world.use(request, async (mem) => {
      const names = [];
      for await (const name of mem.keys(request.prefix)) names.push(name);
      return { names };
    }),

  clear: (request) => world.use(request, async (mem) => ({ count: await mem.clear(request.prefix, optionsOf(request)) })),

  update: (request) =>
    changing(request, (mem, name) => {
      const [key, value] = request.set;
      const ask = async ([first, ...rest]) => {
        if (first === undefined) return;
        const nested = async (old) => {
          await ask(rest);
          return { ...old };
        };
        await mem.update(first, nested, { default: {} });
      };
      const change = async (old) => {
        await invalidateMeanwhile(request);
        await ask(request.asks ?? []);
        if (!request.how) return { ...old, [key]: build(value) };
        if (request.how === 'in_place') old[key] = build(value);
        return request.returns && build(request.returns);
      };
      return mem.update(name, change, { default: {}, ...optionsOf(request) });
    }),

  increment: (request) =>
    changing(request, (mem, name) => mem.increment(name, request.by && build(request.by), optionsOf(request))),

  get_or_put: (request) =>
    world.use(request, async (mem) => {
      let called = false;
      const factory = async () => {
        called = true;
        world.now += (request.takes ?? 0) * 1000;
        await invalidateMeanwhile(request);
        if (request.asks !== undefined) {
          await setTimeout(BEFORE_ASKING);
          await mem.getOrPut(request.asks, () => build(request.value));
        }
        if (request.fails) throw new FactoryError('the factory failed');
        return build(request.value);
      };
      const value = await mem.getOrPut(build(request.name), factory, optionsOf(request));
      return { ...foundAnd(request, value), called };
    }),

  touch: (request) =>
    world.use(request, async (mem) => {
      const version = await mem.touch(build(request.name), request.ttl, optionsOf(request));
      return version === undefined ? { missing: true } : { version };
    }),

  cached: (request) =>
    world.use(request, async (mem) => {
      let called = false;
      const fn = world.function(request);
      const name = request.name && build(request.name);
      const cached = mem.cached(fn, { name, ...optionsOf(request) });
      fn.make = () => {
        called = true;
        return build(request.value);
      };
      return { ...found(await cached(...request.arguments.map(build))), called };
    }),

  cache_name({ function: name, arguments: args }) {
    const mem = new MemoryService({ DISTRIBUTION: 'd111111abcdef8.cloudfront.net', BUCKET_NAME: 'values', REGION: 'us-east-1' }, 'shop');
    try {
      return { cache_name: mem.cached(() => {}, { name }).cacheName(...args.map(build)) };
    } finally {
      mem.close();
    }
  },

  grant: (request) =>
    world.use(request, async (mem) => {
      const grant = await mem.grant(request.what, request.ttl);
      return { grant: JSON.parse(JSON.stringify(grant)), printed: `${grant} ${inspect(grant)}` };
    }),

  grant_put: (request) =>
    world.use(request, async (mem) => {
      const grant = await mem.grantPut(request.what, request.ttl, request.max_bytes, grantPutOptions(request.options));
      return { grant: JSON.parse(JSON.stringify(grant)), printed: `${grant} ${inspect(grant)}` };
    }),

  mint,

  stats: (request) =>
    world.use(request, async (mem) => ({
      stats: Object.fromEntries(Object.entries(mem.stats()).map(([name, count]) => [snakeCase(name), count])),
    })),

  async together({ lanes }) {
    const run = async (lane) => {
      const replies = [];
      for (const request of lane) replies.push(await answer(request));
      return replies;
    };
    return { lanes: await Promise.all(lanes.map(run)) };
  },

  async pause({ seconds }) {
    await setTimeout(seconds * 1000);
    return {};
  },

  clock({ now, file }) {
    world.now = now === undefined ? undefined : now * 1000;
    world.ahead = file;
    return {};
  },

  random({ value }) {
    world.chance = value;
    return {};
  },

  log() {
    world.isLoud = true;
    return {};
  },

  double: (request) => playDouble(request, () => world.time()),

  close() {
    world.close();
    learnClock(Date.now());
    return {};
  },
};

const world = new World();

class FactoryError extends Error {}

function changing(request, change) {
  return world.use(request, (mem) =>
    world.withWaits(async (waits) => ({ ...found(await change(mem, build(request.name))), waits })),
  );
}

function optionsOf({ options = {} }) {
  const { ttl: ttlSeconds, edge_ttl: edgeTtlSeconds, storage_class: storageClass, ...others } = options;
  const { if_absent: ifAbsent, if_version: ifVersion, ttl_if_new: ttlIfNewSeconds, invalidate, attempts, tags } = others;
  const all = { ttlSeconds, ttlIfNewSeconds, edgeTtlSeconds, storageClass, ifAbsent, ifVersion, invalidate, attempts, tags };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What befalls the tags while a value is made. */
function invalidateMeanwhile({ conf, service, invalidates }) {
  return invalidates && world.use({ conf, service }, (mem) => mem.invalidateTags(invalidates));
}

function snakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Where an object of this configuration asks. */
function endpointOf(target, config, endpoints) {
  const { bucket, edge, keySource, region } = config;
  switch (target) {
    case 'edge':
      return { url: edge.origin, route: endpoints.routes.to(edge) };
    case 's3':
      return endpoints.bucket(bucket, region);
    case 'sts':
      return endpoints.of('sts', endpoints.regionOfRoles(region));
    case 'cloudfront':
      return endpoints.of('cloudfront', region);
    default:
      return Secret.at(keySource).endpoint(endpoints);
  }
}

/** By whose keys an object signs, of sources that nobody has to be asked for: their first step is the last. */
function signerIn(settings) {
  let step = credentials(settings, Date.now).next();
  if (!step.done) step = findCredentials(step.value.environment, step.value.places).next();
  const { accessKeyId, sessionToken = null } = step.value;
  return { access_key_id: accessKeyId, session_token: sessionToken };
}

/** The reply with a value, which is then changed if that was asked. */
function foundAnd({ mutate }, value) {
  const reply = found(value);
  if (mutate) spoil(value);
  return reply;
}

/** A removal has no result: null stands for it. */
function pairs(values) {
  return [...values].map(([name, value]) => [describe(name), describe(value ?? null)]);
}

function found(value) {
  const kind = typeof value;
  if (value === null || kind !== 'object') return { value: describe(value), native: value === null ? 'null' : kind };
  // A dict may have a key "constructor".
  return { value: describe(value), native: Object.getPrototypeOf(value).constructor.name };
}

async function answer(request) {
  world.pace = (request.pace ?? 0) * 1000;
  world.passLater((request.passes ?? 0) * 1000);
  try {
    return await OPERATIONS[request.op](request);
  } catch (error) {
    if (error instanceof FactoryError) return { error: { code: 'factory', message: error.message } };
    if (error instanceof LacksType) return { skipped: error.message };
    if (!(error instanceof MemoryService.MemoryServiceError)) throw error;
    const { code, path: offender, message, errors, results } = error;
    const batch = errors && {
      errors: [...errors].map(([name, failed]) => [describe(name), failed.code]),
      results: pairs(results),
    };
    const unknown = error.outcomeUnknown || undefined;
    return { error: { code, path: offender, message, unknown, ...batch } };
  }
}

async function main() {
  // Standard output is for replies; Node's console writes there whatever is no warning.
  for (const level of ['debug', 'info', 'log']) console[level] = console.error;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ id: request.id, ...(await answer(request)) })}\n`);
  }
  world.end();
}

main();
