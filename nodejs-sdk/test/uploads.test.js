'use strict';

// Uploads that are broken off in time (CHG-13), at the level of TCP.

const assert = require('node:assert/strict');
const net = require('node:net');
const { setTimeout } = require('node:timers/promises');
const tls = require('node:tls');
const { test } = require('node:test');

const { Wire } = require('../lib/wire.js');
const { certificates, listen } = require('./certificates.js');

const BODY = Buffer.alloc(32 * 1024 * 1024);
/** More than one side's buffers take before it reads: what is beyond is the sender's. */
const OF_ONE_SIDE = 1024 * 1024;
const LIMITS = { connect: 1000, silence: 5000 };

/** Reads a little of what comes, and nothing more until it is told. */
function lazy() {
  const heard = { bytes: 0 };
  let resume;
  heard.resume = () => resume();
  const handle = (socket) => {
    socket.once('data', (chunk) => {
      heard.bytes += chunk.length;
      socket.pause();
      resume = () => socket.on('data', (more) => (heard.bytes += more.length)).resume();
    });
    socket.on('error', () => {});
  };
  return { heard, handle };
}

async function broken(context, server, heard, scheme, { end, budget }, route) {
  const port = await listen(context, server);
  const wire = new Wire({ limits: LIMITS });
  context.after(() => wire.close());
  const url = `${scheme}://localhost:${port}/a`;
  const { failure } = await wire.send({ method: 'PUT', url, headers: { 'content-length': String(BODY.length) }, body: BODY, maxBytes: 100, route, end }, budget);
  assert.deepEqual([failure.code, failure.fate], ['timeout', 'under way']);
  await setTimeout(50);
  heard.resume();
  await setTimeout(300);
  return heard.bytes;
}

for (const [title, times] of Object.entries({
  'at its end': () => ({ end: Date.now() + 300, budget: 60_000 }),
  'with the time of its call': () => ({ end: Date.now() + 60_000, budget: 300 }),
})) {
  test(`an upload that is bounded is reset ${title}`, async (context) => {
    const { heard, handle } = lazy();
    const bytes = await broken(context, net.createServer(handle), heard, 'http', times());
    assert.ok(bytes < OF_ONE_SIDE, `${bytes}`);
  });

  test(`so it is over TLS, ${title}`, async (context) => {
    const { ca, key, cert } = certificates(context);
    const { heard, handle } = lazy();
    const server = tls.createServer({ key, cert }, handle);
    const bytes = await broken(context, server, heard, 'https', times(), { id: ca, authorities: { files: [ca] } });
    assert.ok(bytes < OF_ONE_SIDE, `${bytes}`);
  });
}

test('another is closed, and the kernel sends what it has', async (context) => {
  const { heard, handle } = lazy();
  const bytes = await broken(context, net.createServer(handle), heard, 'http', { budget: 300 });
  assert.ok(bytes > OF_ONE_SIDE, `${bytes}`); // else this file shows nothing
});

test('a frozen process sends nothing more when it thaws', async (context) => {
  const { heard, handle } = lazy();
  const port = await listen(context, net.createServer(handle));
  const wire = new Wire({ limits: LIMITS });
  context.after(() => wire.close());
  const now = Date.now;
  const sending = wire.send({ method: 'PUT', url: `http://localhost:${port}/a`, headers: { 'content-length': String(BODY.length) }, body: BODY, maxBytes: 100, end: now() + 30_000 }, 4000);
  const began = performance.now();
  await setTimeout(200);
  Date.now = () => now() + 60_000; // no timer of this process has noticed
  context.after(() => (Date.now = now));
  heard.resume();
  const { failure } = await sending;
  assert.equal(failure.code, 'timeout');
  assert.ok(performance.now() - began < 2000);
});
