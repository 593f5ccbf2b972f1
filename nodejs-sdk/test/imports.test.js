'use strict';

// Which room may ask which: no circles, and only in the directions of one table.

const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..');

/** Parts of the SDK: their rooms, and the parts that these ask besides their own. */
const PARTS = {
  core: { rooms: ['lib/core/*'], asks: [] },
  platform: { rooms: ['lib/platform'], asks: ['core'] },
  double: { rooms: ['lib/double'], asks: [] },
  wire: { rooms: rooms('connection dial exchange headers http-mock lookup pool trust tunnel wire'), asks: ['core'] },
  environment: { rooms: rooms('endpoints route settings shared-files'), asks: ['core'] },
  aws: { rooms: rooms('aws invalidation secrets signing signing-key sigv4 sts write-grant'), asks: ['core', 'double'] },
  credentials: { rooms: rooms('credential-chain credential-source metadata role'), asks: ['core', 'double', 'environment', 'aws'] },
  runtime: {
    rooms: rooms('effect-handler process-wide runtime signal sync-worker worker worker-entry worker-source'),
    asks: ['core', 'double', 'wire', 'credentials'],
  },
  calls: { rooms: rooms('compute observer updates wait-graph'), asks: ['core'] },
  service: {
    rooms: ['index', ...rooms('components service')],
    asks: ['core', 'platform', 'double', 'environment', 'aws', 'credentials', 'runtime', 'calls'],
  },
  testing: { rooms: ['testing/*'], asks: ['core', 'double', 'wire'] },
};

/** @param {string} names */
function rooms(names) {
  return names.split(' ').map((name) => `lib/${name}`);
}

const FILES = ['', 'lib', 'lib/core', 'testing'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.js'))
    .map((name) => path.posix.join(folder, name)),
);
// What build.mjs writes is there or not.
const IMPORTS = new Map(FILES.filter((file) => file !== 'lib/worker-source.js').map((file) => [file, importsOf(file, 'require')]));

/**
 * @param {string} file
 * @param {'require' | 'import'} how `import` for those of types
 * @returns {string[]} the files of this package that it names
 */
function importsOf(file, how) {
  const source = readFileSync(path.join(ROOT, file), 'utf8');
  const found = [...source.matchAll(new RegExp(`\\b${how}\\('(\\.[^']*)'\\)`, 'g'))].map(([, name]) => path.posix.join(path.posix.dirname(file), name));
  return [...new Set(found)].filter((name) => name !== 'package.json');
}

/** @param {string} file */
function partOf(file) {
  const room = file.replace(/\.js$/, '');
  const found = Object.keys(PARTS).filter((name) => PARTS[name].rooms.some((one) => one === room || one === `${path.posix.dirname(room)}/*`));
  assert.equal(found.length, 1, `${file} is in the parts ${found}`);
  return found[0];
}

/**
 * @param {string} file
 * @param {string[]} way that leads to it
 * @param {Set<string>} seen from which no way leads back
 * @returns {string[] | undefined} a way from a file to itself
 */
function circleFrom(file, way, seen) {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  if (seen.has(file)) return undefined;
  for (const next of IMPORTS.get(file) ?? []) {
    const circle = circleFrom(next, [...way, file], seen);
    if (circle) return circle;
  }
  seen.add(file);
  return undefined;
}

test('each room asks only those that its part may ask', () => {
  const wrong = [];
  for (const [file, imports] of IMPORTS) {
    const part = partOf(file);
    const outside = imports.filter((one) => ![part, ...PARTS[part].asks].includes(partOf(one)));
    wrong.push(...outside.map((one) => `${file} asks ${one}`));
  }
  assert.deepEqual(wrong, []);
});

test('no part may ask one that it does not ask', () => {
  const asked = new Set([...IMPORTS].flatMap(([file, imports]) => imports.map((one) => `${partOf(file)} ${partOf(one)}`)));
  assert.deepEqual(Object.keys(PARTS).flatMap((part) => PARTS[part].asks.filter((one) => !asked.has(`${part} ${one}`)).map((one) => `${part} ${one}`)), []);
});

test('no part may ask one that may ask it', () => {
  const above = (part, seen = new Set()) => {
    for (const one of PARTS[part].asks) if (!seen.has(one)) above(one, seen.add(one));
    return seen;
  };
  assert.deepEqual(Object.keys(PARTS).filter((part) => above(part).has(part)), []);
});

test('no room asks itself by way of others', () => {
  const seen = new Set();
  assert.deepEqual([...IMPORTS.keys()].map((file) => circleFrom(file, [], seen)).filter(Boolean), []);
});

test('the types of the core are its own, and those that users see', () => {
  const types = [...IMPORTS.keys()].filter((file) => partOf(file) === 'core').flatMap((file) => importsOf(file, 'import'));
  assert.deepEqual(types.filter((one) => one !== 'index.js' && partOf(one) !== 'core'), []);
  assert.ok(types.length > 10);
});
