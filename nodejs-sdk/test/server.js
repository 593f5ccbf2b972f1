'use strict';

// Servers in a thread of their own: in the thread of a synchronous get they could not answer it.

const { Worker } = require('node:worker_threads');

const MemoryService = require('../index.js');

const THREAD = `
  const http = require('node:http');
  const net = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const servers = new Map();

  const kinds = {
    http: (handler, state, log) =>
      http.createServer((request, response) => {
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
          const body = Buffer.concat(chunks);
          log.push({ method: request.method, url: request.url, headers: request.headers, body: body.toString('base64') });
          handler(request, response, body, state, log);
        });
      }),
    tcp: (handler, state) =>
      net.createServer((socket) => {
        socket.on('error', () => {});
        handler(socket, state);
      }),
  };

  const actions = {
    open: ({ server, kind, handler }, reply) => {
      const [state, log, sockets] = [{}, [], new Set()];
      const made = kinds[kind](eval('(' + handler + ')'), state, log);
      made.on('connection', (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      servers.set(server, { made, state, log, sockets });
      made.listen(0, '127.0.0.1', () => reply(made.address().port));
    },
    set: ({ server, state }, reply) => reply(Object.assign(servers.get(server).state, state) && 'done'),
    log: ({ server }, reply) => reply(servers.get(server).log),
    close: ({ server }, reply) => {
      const { made, sockets } = servers.get(server);
      servers.delete(server);
      made.close();
      for (const socket of sockets) socket.destroy();
      reply('done');
    },
  };
  parentPort.on('message', ({ id, action, ...rest }) => {
    actions[action](rest, (answer) => parentPort.postMessage({ id, answer }));
  });
`;

let thread;
const waiting = new Map();
let questions = 0;

/** Ask the thread of the servers, which starts with the first question and keeps nobody from ending. */
function ask(action, rest) {
  if (!thread) {
    thread = new Worker(THREAD, { eval: true });
    thread.on('message', ({ id, answer }) => {
      const resolve = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) thread.unref();
      resolve(answer);
    });
  }
  return new Promise((resolve) => {
    const id = questions++;
    waiting.set(id, resolve);
    thread.ref();
    thread.postMessage({ id, action, ...rest });
  });
}

const TCP = 'tcp';
let made = 0;

/**
 * Start a server for one test. The handler is sent as text: it sees its parameters and nothing else.
 *
 * @param context of the test that ends with it
 * @param handler (request, response, body, state, log) => void; or for TCP (socket, state) => void
 */
async function serve(context, handler, kind = 'http') {
  const server = made++;
  const port = await ask('open', { server, kind, handler: String(handler) });
  context.after(() => ask('close', { server }));
  return { url: `http://127.0.0.1:${port}`, log: () => ask('log', { server }), set: (state) => ask('set', { server, state }) };
}

/**
 * S3 under the path of the bucket, and its distributions under their hosts. Its state: `objects` by path, `pageSize` of a
 * listing, `refused` keys that it does not remove.
 */
function cloud(request, response, body, state) {
  const { createHash } = require('node:crypto');
  const objects = (state.objects ??= {});
  const { pathname, searchParams } = new URL(request.url, 'http://x');
  const answer = (xml) => response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>\n${xml}`);
  const escape = (text) => text.replace(/&/g, '&amp;').replace(/[<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  if (request.headers.host.endsWith('.cloudfront.net')) {
    const isPrivate = request.headers.host.startsWith('private');
    const object = objects[(isPrivate ? '/bucket/private' : '/bucket/public') + pathname];
    if (!object) return response.writeHead(404, { 'x-cache': 'Error from cloudfront' }).end();
    return response.writeHead(200, { ...object.headers, 'x-cache': 'Hit from cloudfront', age: '3' }).end(object.body);
  }
  if (request.method === 'GET' && !searchParams.has('prefix')) {
    const object = objects[pathname];
    if (!object) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    return response.writeHead(200, object.headers).end(object.body);
  }
  if (request.method === 'GET') {
    const prefix = searchParams.get('prefix');
    const [, last = ''] = searchParams.get('continuation-token')?.split('&') ?? [];
    const keys = Object.keys(objects).map((path) => path.slice('/bucket/'.length));
    const left = keys.filter((key) => key.startsWith(prefix) && key > last).sort();
    const page = left.slice(0, state.pageSize ?? 1000);
    const isLast = page.length === left.length;
    const next = isLast ? '' : `<NextContinuationToken>${escape(`<+/= &${page.at(-1)}`)}</NextContinuationToken>`;
    const contents = page.map((key) => `<Contents><Key>${escape(key)}</Key><Size>1</Size></Contents>`).join('');
    return answer(`<ListBucketResult xmlns="s3"><IsTruncated>${!isLast}</IsTruncated>${next}${contents}</ListBucketResult>`);
  }
  if (request.method === 'POST') {
    const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
    const checksum = createHash('sha256').update(body).digest('base64');
    if (keys.length > 1000 || keys.length === 0 || request.headers['x-amz-checksum-sha256'] !== checksum) {
      return response.writeHead(400).end('<Error><Code>MalformedXML</Code></Error>');
    }
    const refused = keys.filter((key) => state.refused?.includes(key));
    for (const key of keys) if (!refused.includes(key)) delete objects[`/bucket/${key}`];
    const errors = refused.map((key) => `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>no</Message></Error>`);
    return answer(errors.length ? `<DeleteResult xmlns="s3">${errors.join('')}</DeleteResult>` : '<DeleteResult xmlns="s3"/>');
  }
  if (request.method === 'DELETE') {
    delete objects[pathname];
    return response.writeHead(204).end();
  }
  const { 'content-type': type, 'cache-control': control, 'content-encoding': encoding } = request.headers;
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const headers = { etag, 'content-type': type, 'cache-control': control, 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' };
  if (encoding) headers['content-encoding'] = encoding;
  objects[pathname] = { headers, body };
  return response.writeHead(200, { etag }).end();
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'made-up', AWS_REGION: 'eu-west-1' };

/** Set variables of the environment for one test; undefined removes one. */
function setEnvironment(context, variables) {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    context.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

/** A public service on a server of its own. */
async function start(context, params = {}, seams = {}, handler = cloud) {
  const server = await serve(context, handler);
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: server.url });
  const mem = new MemoryService(
    { DISTRIBUTION: 'public.cloudfront.net', BUCKET_NAME: 'bucket', EDGE_ENDPOINT: server.url, ...params },
    'shop',
    seams,
  );
  context.after(() => mem.close());
  return { mem, server };
}

module.exports = { serve, start, cloud, setEnvironment, TCP, CREDENTIALS };
