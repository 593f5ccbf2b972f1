'use strict';
// What a session makes of answers that overtake each other; found by the random histories of spec/history.
const assert = require('node:assert/strict');
const { beforeEach, test } = require('node:test');

const { Session } = require('../lib/core/session.js');

const NAME = 'a';
const SECOND = 1000;

let now;
let session;
beforeEach(() => {
  now = 1000 * SECOND;
  session = new Session(() => now);
});

const value = (version, storedAt) => ({ version, storedAt: storedAt * SECOND, date: NaN, start: now, age: 0 });
const miss = (date) => ({ version: null, storedAt: NaN, date: date * SECOND, start: now, age: 0 });
const accepts = (answer) => session.accepts(NAME, answer) !== undefined;
const state = (version, floor) => ({ version, floor: floor * SECOND, knownAt: now, ids: [] });

test('a later miss of the edge hides what was put and removed between', () => {
  session.learnFromS3(NAME, session.view(NAME), miss(100), []);
  session.learn(NAME, miss(200), []);

  assert.equal(accepts(value('between', 150)), false);
  assert.equal(accepts(value('after', 201)), true);
});

test('two reads that contradict each other make the state unknown', () => {
  const view = session.view(NAME);
  session.learn(NAME, value('edge', 90), []);

  assert.equal(session.learnFromS3(NAME, view, value('s3', 90), []), false);
  assert.equal(accepts(value('edge', 90)), false);
  assert.equal(accepts(value('newer', 900)), false);
});

test('two reads of one version leave it known', () => {
  const view = session.view(NAME);
  session.learn(NAME, value('same', 90), []);
  session.learnFromS3(NAME, view, value('same', 90), []);

  assert.equal(accepts(value('same', 90)), true);
});

test('two misses count as the later one', () => {
  const [first, second] = [session.view(NAME), session.view(NAME)];
  session.learnFromS3(NAME, first, miss(200), []);
  session.learnFromS3(NAME, second, miss(300), []);

  assert.equal(accepts(value('between', 250)), false);
  assert.equal(accepts(value('after', 301)), true);
});

test('a read that was made while names were forgotten makes the state unknown', () => {
  const view = session.view(NAME);
  session.forgetUnder('');
  session.learnFromS3(NAME, view, value('s3', 90), []);
  now += 60 * SECOND;

  assert.equal(accepts(value('fetched since', 50)), false);
});

test('a read during a put leaves the order of the two open', () => {
  session.begin(NAME);
  session.learnFromS3(NAME, session.view(NAME), value('other', 100), []);

  assert.equal(session.end(NAME, state('own', 101)), false);
  assert.equal(accepts(value('own', 101)), false);
});

test('a read during a put of what was known before is older than the put', () => {
  session.learnFromS3(NAME, session.view(NAME), value('before', 90), []);
  session.begin(NAME);
  session.learnFromS3(NAME, session.view(NAME), value('before', 90), []);

  assert.equal(session.end(NAME, state('own', 101)), true);
  assert.equal(accepts(value('own', 101)), true);
});
