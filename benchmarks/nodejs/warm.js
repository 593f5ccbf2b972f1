'use strict';

// Runs one case again and again: `node warm.js CASE`, as PROTOCOL.md says.

const { createInterface } = require('node:readline');

/** @type {import('./cases/case.js').Cases} */
const CASES = Object.assign({}, ...['reads', 'hits', 'puts', 'codec'].map((home) => require(`./cases/${home}.js`).CASES));

/** @param {Record<string, unknown>} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/**
 * How long a case runs before it is measured: V8 compiles what has run often, and a read through HTTP is many functions,
 * which take some thousand reads. Milliseconds.
 */
const WARM_UP = { least: 500, most: 5000, operations: 10_000 };

/** @param {import('./cases/case.js').Case} kase */
async function warmUp(kase) {
  const began = performance.now();
  const isCold = (/** @type {number} */ done) => {
    const passed = performance.now() - began;
    return passed < WARM_UP.least || (passed < WARM_UP.most && done < WARM_UP.operations);
  };
  for (let done = 0, count = 1; isCold(done); done += count, count = Math.min(2 * count, 64)) await kase.run(count);
}

/** @param {string} name */
async function main(name) {
  const make = CASES[name];
  if (!make) throw new Error(`there is no case ${name}; there are ${Object.keys(CASES).join(', ')}`);
  const kase = await make();
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
