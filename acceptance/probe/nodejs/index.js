'use strict';

// Measures reads from inside Lambda: what the acceptance run deploys beside the demos. ../python does the same.
const began = performance.now();
const MemoryService = require('sdk-memory-service'); // the time it takes is measured

const loaded = performance.now();
const conf = { DISTRIBUTION: process.env.DISTRIBUTION, BUCKET_NAME: process.env.STORAGE_BUCKET };
const mem = new MemoryService(conf, process.env.SERVICE);
const constructed = performance.now();
const bare = new MemoryService({ ...conf, LOCAL_MAX_ITEMS: 0, LOG_LEVEL: 'debug' }, process.env.SERVICE); // asks the edge each time
const EDGE_TTL = 300; // seconds: copies outlive the measurement
const VALUE = { Name: 'Joe', text: 'x'.repeat(150) };
let isCold = true;

const timed = (call) => {
  const start = performance.now();
  call();
  return performance.now() - start;
};

const start = (event, cold) => {
  const first = timed(() => mem.get('probe/none'));
  return { cold, load_ms: loaded - began, construct_ms: constructed - loaded, first_get_ms: first };
};

const reads = async (event) => {
  const names = Array.from({ length: event.count }, (_, number) => `probe/${event.run}/${number}`);
  const found = { put: [], reads: [], memory: [] };
  const { debug } = console;
  let line = '';
  const noted = (call) => {
    line = '';
    const ms = timed(call);
    found.reads.push({ ms, line });
  };
  console.debug = (message) => { line += message; };
  try {
    // Connections are opened before anything is measured.
    await mem.put('probe/first', VALUE);
    bare.get('probe/none');
    bare.get('probe/none', { consistent: true });
    for (const name of names) {
      const before = performance.now();
      await mem.put(name, VALUE, { edgeTtlSeconds: EDGE_TTL });
      found.put.push(performance.now() - before);
    }
    // The first time asks S3 through the edge, the second finds the edge's copy.
    for (let time = 0; time < 2; time += 1) for (const name of names) noted(() => bare.get(name));
    for (const name of names) noted(() => bare.get(name, { consistent: true }));
  } finally {
    console.debug = debug;
  }
  const hits = mem.stats().memoryHits;
  found.memory = names.map((name) => timed(() => mem.get(name)));
  found.memory_hits = mem.stats().memoryHits - hits;
  await mem.removeMany([...names, 'probe/first']);
  return found;
};

exports.handler = async (event) => {
  const cold = isCold;
  isCold = false;
  return { start, reads }[event.do](event, cold);
};
