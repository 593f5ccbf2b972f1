'use strict';

// Puts and gets through the deployed template, both visibilities, both ways of reading; prints what it found.
const MemoryService = require('sdk-memory-service');

const { DISTRIBUTION, PRIVATE_DISTRIBUTION, STORAGE_BUCKET: BUCKET_NAME, PRIVATE_KEY_ARN: PK_PATH } = process.env;
const VALUE = { list: [1, 'a', null], big: 2n ** 60n, bytes: new TextEncoder().encode('é'), nested: { yes: true } };

const services = {
  public: new MemoryService({ DISTRIBUTION, BUCKET_NAME }, 'node-program'),
  private: new MemoryService({ DISTRIBUTION: PRIVATE_DISTRIBUTION, BUCKET_NAME, PK_PATH }, 'node-program'),
};

/** @param {unknown} value */
const shown = (value) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));

async function main() {
  const found = {};
  for (const [visibility, mem] of Object.entries(services)) {
    const name = `${process.argv[2]}/${visibility}`;
    await mem.put(name, VALUE);
    const entry = mem.getEntry(name);
    found[visibility] = {
      sync: shown(entry.value) === shown(VALUE),
      async: shown(await mem.getAsync(name)) === shown(VALUE),
      source: entry.source,
    };
  }
  console.log(JSON.stringify({ node: process.versions.node.split('.')[0], version: services.public.getVersion(), ...found }));
}

main();
