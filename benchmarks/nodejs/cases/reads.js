'use strict';

// Reads through the edge: the SDK's, and every other way to get the same in Node.

const assert = require('node:assert/strict');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const { SIZES, bench, checked, grown, service, sink, value } = require('./case.js');

/** @typedef {'plain' | 'tls' | 'private'} Where */
/** @typedef {import('./case.js').Made} Made */

const NAMES = Array.from({ length: 100 }, (_, number) => `many/${number}`);
const AT_A_TIME = [1, 2, 4, 8, 16, 32, 64];

/** @param {string} text @returns {unknown} its value, as somebody would read it without the SDK */
const opened = (text) => JSON.parse(text).value;

/** @param {Where} where */
function getAsync(where, name = 'value', document = '200b', more = {}) {
  const reader = service(bench.edge[where], more);
  return checked(() => reader.getAsync(name), value(document));
}

/** @param {Where} where */
function get(where, more = {}) {
  const reader = service(bench.edge[where], more);
  return checked(() => reader.get('value'), value('200b'));
}

const keys = () => ({ PK_PATH: bench.private.pk_path, PUBLIC_KEY_ID: bench.private.public_key_id });

/**
 * @param {Where} where
 * @param {boolean} [kept] whether it keeps its connections
 * @returns {(name?: string) => Promise<unknown>} a bare request, its options made beforehand
 */
function bareRead(where, kept = true) {
  const { hostname, port } = new URL(bench.edge[where]);
  const { get: send, Agent } = where === 'tls' ? https : http;
  const agent = kept && new Agent({ keepAlive: true });
  const base = { hostname, port, agent, headers: { 'accept-encoding': 'gzip' }, ...(where === 'tls' && { servername: '' }) };
  return (name = 'value') =>
    new Promise((resolve, reject) => {
      send({ ...base, path: `/${bench.service}/${name}.json` }, (response) => {
        /** @type {Buffer[]} */
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(opened(inflated(Buffer.concat(chunks), response.headers))));
      }).on('error', reject);
    });
}

/** @param {Buffer} body @param {http.IncomingHttpHeaders} headers */
function inflated(body, headers) {
  if (headers['content-encoding'] !== 'gzip') return body.toString();
  return require('node:zlib').gunzipSync(body).toString();
}

/** @param {Where} where */
function keepAlive(where, name = 'value', document = '200b') {
  const read = bareRead(where);
  return checked(() => read(name), value(document));
}

/** @param {Where} where */
function syncRequest(where) {
  const { default: request } = /** @type {any} */ (require('sync-request'));
  const url = `${bench.edge[where]}/${bench.service}/value.json`;
  return checked(() => opened(request('GET', url).getBody('utf8')), value('200b'));
}

/** @param {Where} where */
function rawSocket(where) {
  const { host, hostname, port } = new URL(bench.edge[where]);
  const address = { host: hostname, port: Number(port) };
  const socket = where === 'tls' ? tls.connect({ ...address, servername: '' }) : net.connect(address);
  socket.setNoDelay();
  const asked = `GET /${bench.service}/value.json HTTP/1.1\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\n\r\n`;
  const read = () =>
    new Promise((resolve, reject) => {
      let received = '';
      /** @param {Buffer} chunk */
      const take = (chunk) => {
        received += chunk.toString('latin1');
        const end = received.indexOf('\r\n\r\n');
        if (end < 0) return;
        const [, length] = /content-length: ([0-9]+)/i.exec(received.slice(0, end)) ?? [];
        const body = received.slice(end + 4);
        if (body.length < Number(length)) return;
        socket.off('data', take).off('error', reject);
        resolve(opened(body));
      };
      socket.on('data', take).on('error', reject);
      socket.write(asked);
    });
  return checked(read, value('200b'));
}

function clientS3() {
  const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  const command = { Bucket: bench.s3.bucket, Key: `public/${bench.service}/value.json` };
  const read = async () => {
    const { Body } = await s3.send(new GetObjectCommand(command));
    return opened(/** @type {any} */ (await /** @type {any} */ (Body).transformToString()));
  };
  return checked(read, value('200b'));
}

/** @param {(reader: ReturnType<typeof service>) => Promise<unknown>} read */
function many(read) {
  const reader = service(bench.slow);
  return checked(() => read(reader), new Map(NAMES.map((name) => [name, value('200b')])));
}

/** @param {ReturnType<typeof service>} reader */
async function oneByOne(reader) {
  const found = new Map();
  for (const name of NAMES) found.set(name, await reader.getAsync(name));
  return found;
}

/**
 * @param {number} promises
 * @param {(name: string) => Promise<unknown>} read
 * @returns {Promise<import('./case.js').Case>} so many reads at a time
 */
async function atATime(promises, read) {
  /** @param {number} operations */
  const run = async (operations) => {
    let next = 0;
    const work = async () => {
      while (next < operations) sink.result = await read(NAMES[next++ % NAMES.length]);
    };
    await Promise.all(Array.from({ length: promises }, work));
  };
  await run(NAMES.length);
  assert.deepEqual(sink.result, value('200b'));
  return { run };
}

/** @param {number} promises */
function concurrent(promises) {
  const reader = service(bench.edge.plain);
  return atATime(promises, (name) => reader.getAsync(name));
}

/** @param {(where: Where, name: string, document: string) => Made} make @param {string} stored */
const sized = (make, stored) => (/** @type {number} */ size) => make('plain', `${stored}/${size}`, `size-${size}`);

/** @param {Where} where */
const original = (where) => checked(bareRead(where, false), value('200b'));

/** @type {Record<string, (where: Where) => Made>} */
const READS = { 'get-async': getAsync, get, 'keep-alive': keepAlive, 'sync-request': syncRequest, 'raw-socket': rawSocket, original };

/** @type {import('./case.js').Cases} */
const CASES = {
  'edge/client-s3': clientS3,
  'private/get-async': () => getAsync('private', 'value', '200b', keys()),
  'private/get': () => get('private', keys()),
  'many/get-many': () => many((reader) => reader.getMany(NAMES)),
  'many/one-by-one': () => many(oneByOne),
  ...grown('read', SIZES, sized(getAsync, 'size'), sized(keepAlive, 'size')),
  ...grown('plain-read', SIZES.slice(1, 5), sized(getAsync, 'plain'), sized(keepAlive, 'plain')),
  ...grown('concurrent', AT_A_TIME, concurrent, (promises) => atATime(promises, bareRead('plain'))),
};
for (const [name, make] of Object.entries(READS)) {
  CASES[`edge/${name}`] = () => make('plain');
  CASES[`edge-tls/${name}`] = () => make('tls');
}

module.exports = { CASES };
