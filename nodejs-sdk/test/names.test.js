'use strict';

// From prefixes to the keys below them, and from keys back to names.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { locate, locatePrefix, nameOf } = require('../lib/core/names.js');

test('a prefix is empty, or a name and a slash', () => {
  assert.deepEqual(locatePrefix('public', 'shop', ''), { key: 'public/shop/', path: '/shop/' });
  const under = { key: 'private/shop/a.2Ejson/.C3.B6/', path: '/shop/a.2Ejson/.C3.B6/' };
  assert.deepEqual(locatePrefix('private', 'shop', 'a.json/ö/'), under);
  for (const prefix of ['a', '/', '/a', 5, null, ['a/'], '\ud800/', 'a//']) {
    assert.throws(() => locatePrefix('public', 'shop', prefix), { code: 'invalid_name' });
  }
  assert.throws(() => locatePrefix('public', 'shop', 'a'), {
    message: 'A prefix must be empty or end with a slash like "a/", not "a".',
  });
});

test('a key that a writer makes has its name back', () => {
  for (const name of ['a', 'a/b', 'user.42/öl', '😀', '\ufeffa', 'a.json', '..']) {
    assert.equal(nameOf('public', 'shop', locate('public', 'shop', name).key), name);
  }
});

test('a key that no writer makes has no name', () => {
  const strange = ['a', 'a.json.json', '.json', 'a.jsonx', 'a.2e.json', 'a.41.json', 'a..json', '.FF.json', 'a b.json', '/a.json', 'a/.json'];
  for (const key of ['', 'a.json', 'public/a.json', 'public/shopping/a.json', 'private/shop/a.json', 'x/public/shop/a.json']) {
    assert.equal(nameOf('public', 'shop', key), undefined, key);
  }
  for (const rest of strange) assert.equal(nameOf('public', 'shop', `public/shop/${rest}`), undefined, rest);
});
