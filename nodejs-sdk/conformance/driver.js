'use strict';
// Lets the conformance runner ask the Node SDK: one JSON object a line in, one out (spec/VECTORS.md).
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');

const MemoryService = require('..');
const { readConfig } = require('../lib/config.js');
const { Edge } = require('../lib/edge.js');
const { decode, encode } = require('../lib/envelope.js');
const { checkServiceName, locate } = require('../lib/names.js');
const { randomWriteId } = require('../lib/platform.js');
const { Signer } = require('../lib/signing.js');
const { LacksType, build, describe } = require('./notation.js');

const MAX_BYTES = 16 * 1024 * 1024;

const OPERATIONS = {
  start: () => ({
    protocol: 1,
    sdk: 'nodejs',
    version: require('../package.json').version,
    runtime: `node ${process.version}`,
    features: ['async', 'files', 'single-number'],
  }),

  encode: ({ value }) => ({ wire: Buffer.from(encode(build(value), randomWriteId(), MAX_BYTES)).toString() }),

  decode({ wire, wire_base64: base64, now = Date.now() }) {
    const document = base64 === undefined ? Buffer.from(wire) : Buffer.from(base64, 'base64');
    const envelope = decode(document, now);
    return envelope ? found(envelope.value) : { missing: true };
  },

  locate({ visibility, service, name, distribution }) {
    const { key, path: urlPath } = locate(visibility, checkServiceName(service), build(name));
    return { key, url: `https://${distribution}${urlPath}` };
  },

  configure({ conf, environment, service }) {
    const config = readConfig(undefinedForNull(conf), { AWS_REGION: 'us-east-1', ...environment });
    new Edge(config, checkServiceName(service), Date.now);
    return { visibility: config.visibility };
  },

  sign({ distribution, service, pem, public_key_id: id, now, lifetime, later, hash_algorithm: hash }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'driver-'));
    try {
      const file = path.join(folder, 'key.pem');
      writeFileSync(file, pem);
      const conf = { DISTRIBUTION: distribution, BUCKET_NAME: 'bucket', PK_PATH: file, PUBLIC_KEY_ID: id, SIGNATURE_LIFETIME: lifetime, HASH_ALGORITHM: hash };
      let clock = now * 1000;
      const signer = new Signer(readConfig(conf, { AWS_REGION: 'us-east-1' }), service, () => clock);
      const query = () => signer.signature().next().value.query; // a key in a file needs no request, so the first step is the last
      const reply = { query: query() };
      if (later === undefined) return reply;
      clock += later * 1000;
      return { ...reply, later: query() };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },

  async put(request) {
    return { version: await opened(request).put(build(request.name), build(request.value), putOptions(request)) };
  },

  async get(request) {
    const mem = opened(request);
    const { consistent } = request;
    const name = build(request.name);
    const value = request.async ? await mem.getAsync(name, { consistent }) : mem.get(name, { consistent });
    return value === undefined ? { missing: true } : found(value);
  },

  async entry(request) {
    const mem = opened(request);
    const { consistent } = request;
    const name = build(request.name);
    const entry = request.async ? await mem.getEntryAsync(name, { consistent }) : mem.getEntry(name, { consistent });
    if (entry === undefined) return { missing: true };
    const { value, storedAt, expiresAt, ...facts } = entry;
    return { ...found(value), ...facts, stored_at: storedAt?.getTime() ?? null, expires_at: expiresAt?.getTime() ?? null };
  },

  async remove(request) {
    await opened(request).remove(build(request.name));
    return {};
  },

  async put_many(request) {
    const entries = request.values.map(([name, value]) => [build(name), build(value)]);
    const versions = await opened(request).putMany(entries, putOptions(request));
    return { versions: [...versions].map(([name, version]) => [describe(name), version]) };
  },

  async get_many(request) {
    return { values: pairs(await opened(request).getMany(request.names.map(build))) };
  },

  async remove_many(request) {
    await opened(request).removeMany(request.names.map(build));
    return {};
  },

  async list(request) {
    const names = [];
    for await (const name of opened(request).keys(request.prefix)) names.push(name);
    return { names };
  },

  clear: async (request) => ({ count: await opened(request).clear(request.prefix) }),

  clock({ offset }) {
    ahead = offset * 1000;
    return {};
  },
};

function putOptions({ options = {} }) {
  const { ttl: ttlSeconds, edge_ttl: edgeTtlSeconds, storage_class: storageClass } = options;
  return { ttlSeconds, edgeTtlSeconds, storageClass };
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

function undefinedForNull(conf) {
  return Object.fromEntries(Object.entries(conf).map(([key, value]) => [key, value ?? undefined]));
}

const services = new Map();
let ahead = 0; // milliseconds

function opened({ conf, service }) {
  const key = JSON.stringify([conf, service]);
  if (!services.has(key)) services.set(key, new MemoryService(undefinedForNull(conf), service, { clock: () => Date.now() + ahead }));
  return services.get(key);
}

async function answer(request) {
  try {
    return await OPERATIONS[request.op](request);
  } catch (error) {
    if (error instanceof LacksType) return { skipped: error.message };
    if (!(error instanceof MemoryService.MemoryServiceError)) throw error;
    const { code, path: offender, message, errors, results } = error;
    const batch = errors && {
      errors: [...errors].map(([name, failed]) => [describe(name), failed.code]),
      results: pairs(results),
    };
    return { error: { code, path: offender, message, ...batch } };
  }
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ id: request.id, ...(await answer(request)) })}\n`);
  }
}

main();
