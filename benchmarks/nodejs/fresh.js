'use strict';

// One cold process: `node fresh.js CASE`, as PROTOCOL.md says. It loads nothing but what its case needs: whatever is
// loaded here would be counted as the peer's as well as ours.

const { readSync, writeSync } = require('node:fs');

/** @typedef {() => unknown} Handler */

const nothing = () => {};

/** @type {Record<string, () => Handler>} */
const LOADS = {
  bare: () => nothing,
  'bare-worker': () => startWorker,
  import: () => {
    require(process.env.SDK ?? '../../nodejs-sdk');
    return nothing;
  },
};

function startWorker() {
  const { Worker } = require('node:worker_threads');
  const worker = new Worker('setInterval(() => {}, 60_000)', { eval: true });
  const online = new Promise((resolve, reject) => worker.on('online', resolve).on('error', reject));
  return online.finally(() => worker.unref());
}

/** @param {string} line */
const say = (line) => writeSync(1, `${line}\n`);

function passGate() {
  say('init');
  readSync(0, Buffer.alloc(1));
}

/** @param {string} name */
async function main(name) {
  const { GATE: gate } = process.env;
  const startUp = LOADS[name] ?? require('./first-calls.js').CASES[name];
  if (!startUp) throw new Error(`there is no case ${name}`);
  if (gate === 'start-up') {
    passGate();
    await startUp()();
  } else {
    const handler = startUp();
    if (gate === 'handler') passGate();
    else say('init');
    await handler();
  }
  say('done');
  say(`resident ${process.memoryUsage.rss()}`);
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
