'use strict';

// Reads the names of an event twice and says what came back, and of which type.
const { isDeepStrictEqual } = require('node:util');
const MemoryService = require('sdk-memory-service');

const mem = new MemoryService(
  { DISTRIBUTION: process.env.DISTRIBUTION, BUCKET_NAME: process.env.STORAGE_BUCKET },
  process.env.SERVICE,
);

const typeOf = (value) => (Array.isArray(value) ? 'array' : typeof value);

exports.handler = async (event) => {
  const values = {};
  for (const name of event.names) {
    const first = mem.get(name);
    const second = mem.get(name);
    console.log(`${name} is ${JSON.stringify(second)}, of type ${typeOf(second)}`);
    values[name] = { type: typeOf(first), value: first, same: isDeepStrictEqual(first, second) };
  }
  return values;
};
