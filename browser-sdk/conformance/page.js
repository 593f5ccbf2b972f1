// The driver's half that runs in the page: one request as JSON in, one reply out (spec/VECTORS.md).

import changeRecords from '../../nodejs-sdk/conformance/changes.js';
import notation from '../../nodejs-sdk/conformance/notation.js';
import { decode, encode } from '../../nodejs-sdk/lib/core/envelope.js';
import { checkServiceName, locate, placeOf } from '../../nodejs-sdk/lib/core/names.js';
import { platform, setPlatform } from '../../nodejs-sdk/lib/core/platform.js';
import { MemoryService, MemoryServiceError } from '../src/index.js';
import { sha256 } from '../src/sha256.js';
import { World, spoil } from './world.js';

setPlatform({ sha256 }); // as whoever loads the file for change records has given it

const { LacksType, build, describe } = notation;

const MAX_BYTES = 16 * 1024 * 1024;

const utf8 = new TextDecoder();
const world = new World();

const OPERATIONS = {
  encode: ({ value }) => ({ wire: utf8.decode(encode(build(value), platform.randomWriteId(), MAX_BYTES)) }),

  decode({ wire, wire_base64: base64, now = Date.now() }) {
    const document = base64 === undefined ? new TextEncoder().encode(wire) : Uint8Array.from(atob(base64), (octet) => octet.charCodeAt(0));
    const envelope = decode(document, now);
    return envelope ? found(envelope.value) : { missing: true };
  },

  locate({ visibility, service, name, distribution, changes = false }) {
    const { key, path } = locate(visibility, placeOf(checkServiceName(service), { changes }), build(name));
    return { key, url: `https://${distribution}${path}` };
  },

  changes: (request) => changeRecords[request.do](request),

  async open({ grant, name, now, bytes }) {
    world.now = now;
    return opened(grant, name, bytes);
  },

  get: (request) =>
    world.use(request, async (mem) => {
      const value = await mem.get(build(request.name), optionsOf(request));
      if (value === undefined) return { missing: true };
      const reply = found(value);
      if (request.mutate) spoil(value);
      return reply;
    }),

  entry: (request) =>
    world.use(request, async (mem) => {
      const entry = await mem.getEntry(build(request.name), optionsOf(request));
      if (entry === undefined) return { missing: true };
      const { value, storedAt, expiresAt, ...facts } = entry;
      return { ...found(value), ...facts, stored_at: storedAt?.getTime() ?? null, expires_at: expiresAt?.getTime() ?? null };
    }),

  get_many: (request) => world.use(request, async (mem) => ({ values: pairs(await mem.getMany(request.names.map(build))) })),

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
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return {};
  },

  clock({ now }) {
    world.now = now === undefined ? undefined : now * 1000;
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

  close() {
    world.close();
    return {};
  },
};

/**
 * Where a grant would have it read or posted: what the SDK asks of `fetch`, which is not let out.
 */
async function opened(grant, name, bytes) {
  const real = globalThis.fetch;
  let asked;
  globalThis.fetch = async (url, { body } = {}) => {
    asked = { url, body };
    throw new TypeError('not let out');
  };
  const isWrite = 'forms' in Object(grant);
  try {
    const mem = isWrite
      ? new MemoryService({ DISTRIBUTION: grant.distribution ?? 'd111111abcdef8.cloudfront.net' }, 'shop', world.seams)
      : new MemoryService({ grant }, undefined, world.seams);
    await (isWrite ? mem.put(name, 'x'.repeat(Math.max(0, bytes - sizeOfEmpty(grant))), { grant }) : mem.get(name));
  } catch (error) {
    if (!asked) throw error;
  } finally {
    globalThis.fetch = real;
  }
  const { pathname } = new URL(asked.url);
  return { key: isWrite ? asked.body.get('key') : `private${pathname}`, url: asked.url };
}

/** What a document of that grant takes around the letters of a text. */
function sizeOfEmpty({ ttl, tags }) {
  return encode('', platform.randomWriteId(), MAX_BYTES, {
    expiresAt: ttl === undefined ? undefined : Math.ceil(world.now + ttl * 1000),
    tags: tags && new Map(Object.entries(tags)),
  }).length;
}

function optionsOf({ consistent }) {
  return consistent === undefined ? undefined : { consistent };
}

function snakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

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
    if (error instanceof LacksType) return { skipped: error.message };
    if (!(error instanceof MemoryServiceError)) throw error;
    const { code, path, message, errors, results } = error;
    const batch = errors && { errors: [...errors].map(([name, failed]) => [describe(name), failed.code]), results: pairs(results) };
    return { error: { code, path, message, unknown: error.outcomeUnknown || undefined, ...batch } };
  }
}

globalThis.answer = async (text) => JSON.stringify(await answer(JSON.parse(text)));
