'use strict';

// The vectors of the specification, section 5: one test each.

const assert = require('node:assert/strict');
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { suite, test } = require('node:test');

require('../lib/platform.js');
const { cacheName } = require('../lib/core/cache-name.js');
const { encode, decode } = require('../lib/core/envelope.js');
const { checkServiceName, locate, placeOf } = require('../lib/core/names.js');
const { build, describe, LacksType } = require('../conformance/notation.js');

const VECTORS = path.join(__dirname, '..', '..', 'spec', 'vectors');
const WRITE_ID = '9f86d081884c7d65';
const MAX_BYTES = 64 * 1024 * 1024;
const NOW = Date.UTC(2026, 10, 23);

// The rest needs a deployed store or a configuration: the conformance runner has them.
const files = readdirSync(VECTORS, { recursive: true }).filter((file) => /^(calls|wire|names)\W.*\.json$/.test(file));
assert.ok(files.length > 0, `no vectors under ${VECTORS}`);

for (const file of files.sort()) {
  const { suite: name, vectors } = JSON.parse(readFileSync(path.join(VECTORS, file), 'utf8'));
  suite(name, () => {
    for (const vector of vectors) {
      test(`${vector.clause} ${vector.id}: ${vector.title}`, (context) => {
        try {
          if (vector.requires?.includes('named-arguments')) context.skip('JavaScript has no such feature');
          else check(vector);
        } catch (error) {
          if (!(error instanceof LacksType)) throw error;
          context.skip(error.message);
        }
      });
    }
  });
}

function check(vector) {
  if ('function' in vector) return checkCall(vector);
  if ('service' in vector) return checkName(vector);
  if (vector.missing) return assert.equal(decode(wireOf(vector), vector.now), undefined);
  if ('error' in vector) return 'value' in vector ? checkRefusal(vector) : checkCorrupt(vector);
  const wires = [wireOf(vector), ...(vector.accepts ?? []).map((wire) => Buffer.from(wire))];
  const expected = vector.single_number ?? describe(build(vector.value));
  for (const wire of wires) assert.deepEqual(describe(decode(wire, vector.now ?? NOW).value), expected);
  if (vector.decode_only || vector.single_number) return undefined;
  const written = encode(build(vector.value), WRITE_ID, MAX_BYTES);
  const { write, tagged, ...members } = JSON.parse(Buffer.from(written).toString());
  assert.equal(write, WRITE_ID);
  assert.equal(tagged, hasTag(members.value) || undefined);
  const { v, type, value } = JSON.parse(wires[0].toString());
  return assert.deepEqual(untagFloats(members), untagFloats({ v, type, value }));
}

function checkName({ visibility = 'public', service, name, key, url, error, with_changes: changes = false }) {
  const find = () => locate(visibility, placeOf(checkServiceName(service), { changes }), build(name));
  if (error) return assert.throws(find, { code: error });
  const found = find();
  return assert.deepEqual([found.key, `https://d111111abcdef8.cloudfront.net${found.path}`], [key, url]);
}

function checkCall({ function: fn, arguments: args, cache_name: expected, single_number: single = expected, error, path: offender }) {
  const find = () => cacheName(fn, args.map(build));
  if (error === 'invalid_name') return assert.throws(() => locate('public', 'shop', find()), { code: error });
  if (error) return assert.throws(find, (thrown) => thrown.code === error && [undefined, thrown.path].includes(offender));
  return assert.equal(find(), single);
}

function checkRefusal({ value, error, path: offender }) {
  const native = build(value);
  assert.throws(
    () => encode(native, WRITE_ID, MAX_BYTES),
    (thrown) => thrown.code === error && thrown.message.startsWith(`${offender}: `),
  );
}

function checkCorrupt(vector) {
  assert.throws(() => decode(wireOf(vector), NOW), { code: vector.error });
}

function wireOf({ wire, wire_base64: base64 }) {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  const parts = Array.isArray(wire) ? wire : [wire];
  return Buffer.from(parts.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join(''));
}

// A writer leaves no other object with a single key that starts with $ (TAG-6).
function hasTag(node) {
  if (typeof node !== 'object' || node === null) return false;
  const keys = Object.keys(node);
  return (keys.length === 1 && keys[0].startsWith('$')) || Object.values(node).some(hasTag);
}

// A writer may tag more floats than another (TAG-3), and whoever has one number type sees no difference in class.
function untagFloats(node) {
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.$float === 'string' && Number.isFinite(Number(node.$float))) return Number(node.$float);
  if (Array.isArray(node)) return node.map(untagFloats);
  return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, untagFloats(member)]));
}
