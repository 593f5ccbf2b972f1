'use strict';

// What runs at the same time, for who awaits and for who blocks.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { TOO_LATE, runAsync, runSync, together, withinShare } = require('../lib/core/effects.js');

/** Asks so many times in a row. */
function* asking(name, times, fails) {
  const answers = [];
  for (let count = 0; count < times; count++) answers.push(yield { ask: `${name}${count}` });
  if (fails) throw new Error(`${name} failed`);
  return answers;
}

/** Both ways to run a program, with the rounds in which it asked. */
const WAYS = {
  async runAsync(make, budget = 1000) {
    const rounds = [];
    let open;
    const perform = async ({ ask }) => {
      if (!open) {
        open = [];
        rounds.push(open);
        setImmediate(() => (open = undefined));
      }
      open.push(ask);
      await new Promise(setImmediate);
      return ask.toUpperCase();
    };
    return { rounds, outcome: runAsync(make(), perform, budget) };
  },
  async runSync(make, budget = 1000) {
    const rounds = [];
    const perform = (tasks) => {
      rounds.push(tasks.map(({ step }) => step.ask));
      return tasks.map(({ step }) => step.ask.toUpperCase());
    };
    return { rounds, outcome: (async () => runSync(make(), perform, budget))() };
  },
};

for (const [way, run] of Object.entries(WAYS)) {
  suite(way, () => {
    test('programs that run together take as many rounds as the longest of them', async () => {
      const { rounds, outcome } = await run(() => together([asking('a', 1), asking('b', 3), asking('c', 2)]));
      assert.deepEqual(await outcome, [['A0'], ['B0', 'B1', 'B2'], ['C0', 'C1']]);
      assert.deepEqual(rounds, [['a0', 'b0', 'c0'], ['b1', 'c1'], ['b2']]);
    });

    test('what one of them throws is thrown when all have ended, that of the first first', async () => {
      const { rounds, outcome } = await run(() => together([asking('a', 3), asking('b', 2, true), asking('c', 1, true)]));
      await assert.rejects(outcome, { message: 'b failed' });
      assert.deepEqual(rounds.flat().sort(), ['a0', 'a1', 'a2', 'b0', 'b1', 'c0']);
    });

    test('a program can go on after one of them has failed', async () => {
      const { outcome } = await run(function* () {
        try {
          return yield* together([asking('a', 1, true), asking('b', 1)]);
        } catch (error) {
          return [error.message, yield { ask: 'after' }];
        }
      });
      assert.deepEqual(await outcome, ['a failed', 'AFTER']);
    });

    test('they may run others together themselves', async () => {
      const { outcome } = await run(() => together([together([asking('a', 1), asking('b', 1)]), asking('c', 1)]));
      assert.deepEqual(await outcome, [[['A0'], ['B0']], ['C0']]);
    });

    test('none, and one, are no special case', async () => {
      assert.deepEqual(await (await run(() => together([]))).outcome, []);
      assert.deepEqual(await (await run(() => together([asking('a', 2)]))).outcome, [['A0', 'A1']]);
    });

    test('each is told when its time is over, also that of a share', async () => {
      assert.deepEqual(await (await run(() => together([asking('a', 1), asking('b', 1)]), 0)).outcome, [[TOO_LATE], [TOO_LATE]]);
      const none = () => withinShare(0, together([asking('a', 1), asking('b', 1)]));
      assert.deepEqual(await (await run(none)).outcome, [[TOO_LATE], [TOO_LATE]]);
      const half = () => together([withinShare(0, asking('a', 1)), asking('b', 1)]);
      assert.deepEqual(await (await run(half)).outcome, [[TOO_LATE], ['B0']]);
    });
  });
}
