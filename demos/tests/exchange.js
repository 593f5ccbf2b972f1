'use strict';
// Puts and gets values in the notation of the vectors, for a test in another language.
// stdin: {"conf": {…}, "service": "…", "put": {"name": notation, …}, "get": ["name", …]}; stdout: {"name": notation, …}
const { readFileSync } = require('node:fs');
const MemoryService = require('../../nodejs-sdk');
const { build, describe } = require('../../nodejs-sdk/conformance/notation.js');

async function main({ conf, service, put, get }) {
  const mem = new MemoryService(conf, service);
  for (const [name, notation] of Object.entries(put)) await mem.put(name, build(notation));
  const found = get.map((name) => {
    const value = mem.get(name);
    return [name, value === undefined ? 'missing' : describe(value)];
  });
  process.stdout.write(JSON.stringify(Object.fromEntries(found)));
}

main(JSON.parse(readFileSync(0, 'utf8')));
