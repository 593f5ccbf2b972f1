'use strict';

// Runs one case again and again: `node warm.js CASE`, as PROTOCOL.md says.

const { createInterface } = require('node:readline');

const { Skipped } = require('./cases/case.js');
const { CASES } = require('./cases/index.js');

/** @param {Record<string, unknown>} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Milliseconds for which a case runs before it is measured: V8 compiles what runs often, and slowly what waits for a network. */
const WARM_UP = 1000;

/** @param {import('./cases/case.js').Case} kase */
async function warmUp(kase) {
  const end = performance.now() + WARM_UP;
  for (let operations = 1; performance.now() < end; operations = Math.min(2 * operations, 64)) await kase.run(operations);
}

/** @param {string} name */
async function main(name) {
  const make = CASES[name];
  if (!make) throw new Error(`there is no case ${name}; there are ${Object.keys(CASES).join(', ')}`);
  let kase;
  try {
    kase = await make();
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    say({ skip: error.message });
    return;
  }
  await warmUp(kase);
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const { operations } = JSON.parse(line);
    const began = process.hrtime.bigint();
    const running = kase.run(operations);
    if (running) await running; // a synchronous case has ended by now
    const ended = process.hrtime.bigint();
    say({ nanoseconds: Number(ended - began), ...kase.facts });
  }
}

main(process.argv[2]).then(
  () => process.exit(), // a peer's open connection is no reason to stay
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
