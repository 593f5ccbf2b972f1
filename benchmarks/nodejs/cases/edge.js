'use strict';

// Warm reads of 200 bytes through the edge: the SDK's, and every other way to get them in Node.

const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const { bench, checked, checkedAwaited, service, value } = require('./case.js');

/** @typedef {'plain' | 'tls' | 'private'} Where */
/** @typedef {import('./case.js').Make} Make */

/** @param {Where} where */
const origin = (where) => bench.edge[where];

/** @param {Where} where @param {string} [name] */
const url = (where, name = 'value') => `${origin(where)}/${bench.service}/${name}.json`;

/**
 * @param {string} text a document
 * @returns {unknown} its value, as somebody would read it without the SDK
 */
const opened = (text) => JSON.parse(text).value;

/** @param {Where} where */
const getAsync = (where) => {
  const reader = service(origin(where));
  return checkedAwaited(() => reader.getAsync('value'), value('200b'));
};

/** @param {Where} where */
const get = (where) => {
  const reader = service(origin(where));
  return checked(() => reader.get('value'), value('200b'));
};

const keys = () => ({ more: { PK_PATH: bench.private.pk_path, PUBLIC_KEY_ID: bench.private.public_key_id } });

const getPrivateAsync = () => {
  const reader = service(origin('private'), keys());
  return checkedAwaited(() => reader.getAsync('value'), value('200b'));
};

const getPrivate = () => {
  const reader = service(origin('private'), keys());
  return checked(() => reader.get('value'), value('200b'));
};

/**
 * @param {Where} where
 * @param {http.Agent | false} agent false: a connection for each
 * @returns {(name?: string) => Promise<unknown>} a bare request, its options made beforehand
 */
function bareRead(where, agent) {
  const { hostname, port } = new URL(origin(where));
  const { get: send } = where === 'tls' ? https : http;
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

/**
 * @param {Buffer} body
 * @param {http.IncomingHttpHeaders} headers
 */
function inflated(body, headers) {
  if (headers['content-encoding'] !== 'gzip') return body.toString();
  return require('node:zlib').gunzipSync(body).toString();
}

/** @param {Where} where */
const keptAlive = (where, sockets = Infinity) =>
  bareRead(where, new (where === 'tls' ? https : http).Agent({ keepAlive: true, maxSockets: sockets }));

/** @param {Where} where */
const keepAlive = (where) => checkedAwaited(keptAlive(where), value('200b'));

/** @param {Where} where */
const original = (where) => checkedAwaited(bareRead(where, false), value('200b'));

/** @param {Where} where */
function syncRequest(where) {
  const { default: request } = /** @type {any} */ (require('sync-request'));
  return checked(() => opened(request('GET', url(where)).getBody('utf8')), value('200b'));
}

/** @param {Where} where */
async function rawSocket(where) {
  const { host, hostname, port } = new URL(origin(where));
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
  return checkedAwaited(read, value('200b'));
}

function clientS3() {
  const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
  const s3 = new S3Client({ forcePathStyle: true });
  const command = { Bucket: bench.s3.bucket, Key: `public/${bench.service}/value.json` };
  return checkedAwaited(async () => {
    const { Body } = await s3.send(new GetObjectCommand(command));
    return opened(/** @type {any} */ (await /** @type {any} */ (Body).transformToString()));
  }, value('200b'));
}

/** @type {Record<string, (where: Where) => ReturnType<Make>>} */
const READS = { 'get-async': getAsync, get, 'keep-alive': keepAlive, 'sync-request': syncRequest, 'raw-socket': rawSocket, original };

/** @type {Record<string, Make>} */
const CASES = {
  'edge/client-s3': clientS3,
  'private/get-async': getPrivateAsync,
  'private/get': getPrivate,
};
for (const [name, make] of Object.entries(READS)) {
  CASES[`edge/${name}`] = () => make('plain');
  CASES[`edge-tls/${name}`] = () => make('tls');
}

module.exports = { CASES, keptAlive, origin };
