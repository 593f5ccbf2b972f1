'use strict';

// Every call ends in its time, whatever hangs, and as the specification says (TIME-1 to TIME-3, WRITE-2).

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

/** Milliseconds beyond it that a machine at rest may take. */
const GRACE = 300;

const SERVERS = `
  const { parentPort } = require('node:worker_threads');
  const http = require('node:http');
  const net = require('node:net');
  const DOCUMENT = '{"v":1,"type":"int","value":1,"write":"9f86d081884c7d65"}';
  const HEAD = 'HTTP/1.1 200 OK\\r\\nETag: "a"\\r\\nContent-Length: ' + DOCUMENT.length + '\\r\\n';
  const drip = (bytes, pace = 50) => (socket) => {
    let at = 0;
    const timer = setInterval(() => socket.write(bytes.subarray(at++ % bytes.length, ((at - 1) % bytes.length) + 1)), pace);
    socket.on('error', () => {}).on('close', () => clearInterval(timer));
  };
  const quiet = (socket) => socket.on('error', () => {});
  const servers = {
    healthy: http.createServer((request, response) => { request.resume(); request.on('end', () => response.writeHead(200, { etag: '"a"' }).end(DOCUMENT)); }),
    silent: net.createServer(quiet),
    tlsDrip: net.createServer(drip(Buffer.concat([Buffer.from([22, 3, 3, 64, 0]), Buffer.alloc(16384)]))),
    headDrip: net.createServer(drip(Buffer.from('HTTP/1.1 200 OK\\r\\n' + 'X-Slow: 1\\r\\n'.repeat(50)))),
    bodySilent: net.createServer((socket) => quiet(socket).write(HEAD + '\\r\\n' + DOCUMENT.slice(0, 9))),
    bodyDrip: net.createServer((socket) => { socket.write(HEAD + 'X-Long: 1\\r\\n\\r\\n'); drip(Buffer.from(DOCUMENT), 400)(socket); }),
  };
  const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
  Promise.all(Object.entries(servers).map(async ([name, server]) => [name, await listen(server)])).then((all) => parentPort.postMessage(Object.fromEntries(all)));
`;

/** Nobody accepts, and the queue of those who wait to be accepted is full: a connect gets no answer. */
const HOLE = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10);
  });
`;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function start(context, source) {
  const worker = new Worker(source, { eval: true });
  context.after(() => worker.terminate());
  return new Promise((resolve) => worker.once('message', resolve));
}

/** What must come of it. */
function expected({ way, place, fault }) {
  if (way === 'put') return /headers|body/.test(fault) ? 'unavailable, unknown' : 'unavailable';
  return { edge: 's3', S3: 'edge', both: 'unavailable' }[place];
}

test('every call ends in its time, whatever hangs', { timeout: 300_000 }, async (context) => {
  const [servers, hole] = await Promise.all([start(context, SERVERS), start(context, HOLE)]);
  await pause(50);
  const fillers = Array.from({ length: 8 }, () => require('node:net').connect(hole, '127.0.0.1').on('error', () => {}));
  context.after(() => fillers.forEach((socket) => socket.destroy()));
  await pause(50);
  const ports = JSON.stringify({ ...servers, hole });
  const runs = [['getAsync'], ['put'], ['get', 'edge'], ['get', 'S3'], ['get', 'both']];
  const results = await Promise.all(
    runs.map(async ([way, place]) => {
      const words = [path.join(__dirname, 'deadline-cells.js'), way, ports, ...(place ? [place] : [])];
      const { stdout } = await promisify(execFile)(process.execPath, words);
      return JSON.parse(stdout);
    }),
  );
  const faults = [];
  for (const { deadline, slowest, cells } of results) {
    const limit = deadline * 1000 + GRACE + 10 * slowest; // a machine that is busy is late with everything
    for (const cell of cells) {
      const { way, place, fault, outcome, took } = cell;
      const line = `${way.padEnd(8)} ${place.padEnd(4)} ${fault.padEnd(28)} ${outcome.padEnd(22)} ${Math.round(took)} ms`;
      context.diagnostic(line);
      if (outcome !== expected(cell) || took > limit) faults.push(`${line}, expected ${expected(cell)} within ${Math.round(limit)} ms`);
    }
  }
  assert.deepEqual(faults, []);
});
