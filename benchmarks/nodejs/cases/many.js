'use strict';

// A hundred names at 10 ms each: with one call, and one by one.

const { bench, checkedAwaited, service, value } = require('./case.js');

const NAMES = Array.from({ length: 100 }, (_, number) => `many/${number}`);

const expected = () => new Map(NAMES.map((name) => [name, value('200b')]));

function getMany() {
  const reader = service(bench.slow);
  return checkedAwaited(() => reader.getMany(NAMES), expected());
}

function oneByOne() {
  const reader = service(bench.slow);
  return checkedAwaited(async () => {
    const found = new Map();
    for (const name of NAMES) found.set(name, await reader.getAsync(name));
    return found;
  }, expected());
}

/** @type {Record<string, import('./case.js').Make>} */
const CASES = { 'many/get-many': getMany, 'many/one-by-one': oneByOne };

module.exports = { CASES, NAMES };
