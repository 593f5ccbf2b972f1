'use strict';
// Reads one private value over and over, in all the ways there are, until standard input ends.
// argv: {"conf": {…}, "service": "…", "name": "…", "value": …}; stdin: "pause" and "go on";
// stdout: "round" for each round, "paused", and last the failures as JSON.
const { createInterface } = require('node:readline');

const MemoryService = require('../../nodejs-sdk');

const { conf, service, name, value } = JSON.parse(process.argv[2]);
const failures = [];
const orders = createInterface({ input: process.stdin });
let state = 'go on';
let pausesAsked = 0;
let pausesAnswered = 0;
orders.on('line', (line) => {
  state = line;
  if (line === 'pause') pausesAsked += 1;
});
orders.on('close', () => {
  state = 'end';
});

const tick = () => new Promise((resolve) => setTimeout(resolve, 20));

async function check(read) {
  try {
    const entry = await read();
    if (entry?.value !== value || entry.source !== 'edge') failures.push(`got ${JSON.stringify(entry)}`);
  } catch (error) {
    failures.push(`${error.code}: ${error.message}`);
  }
}

async function main() {
  const short = new MemoryService(conf, service);
  const long = new MemoryService({ ...conf, SIGNATURE_LIFETIME: 86_400 }, service);
  while (state !== 'end') {
    for (const mem of [short, long, new MemoryService(conf, service)]) {
      await check(() => mem.getEntry(name));
      await Promise.all([1, 2, 3].map(() => check(() => mem.getEntryAsync(name))));
    }
    process.stdout.write('round\n');
    await tick();
    while (state === 'pause') {
      if (pausesAnswered < pausesAsked) process.stdout.write('paused\n');
      pausesAnswered = pausesAsked;
      await tick();
    }
  }
  process.stdout.write(`${JSON.stringify(failures.slice(0, 10))}\n`);
}

main();
