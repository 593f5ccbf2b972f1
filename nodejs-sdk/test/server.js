'use strict';

// Servers in threads of their own: in the thread of a synchronous get they could not answer it.

const { Worker } = require('node:worker_threads');

const HTTP = `
  const { parentPort } = require('node:worker_threads');
  const log = [];
  const state = {};
  const server = require('node:http').createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      log.push({ method: request.method, url: request.url, headers: request.headers, body: body.toString('base64') });
      handler(request, response, body, state, log);
    });
  });
  parentPort.on('message', (question) => {
    if (question === 'log') parentPort.postMessage(log);
    else { Object.assign(state, question); parentPort.postMessage('done'); }
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const TCP = `
  const { parentPort } = require('node:worker_threads');
  const state = {};
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    handler(socket, state);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/**
 * Start a server for one test. The handler is sent as text: it sees its parameters and nothing else.
 *
 * @param context of the test that ends with it
 * @param handler (request, response, body, state, log) => void; or for TCP (socket, state) => void
 */
async function serve(context, handler, source = HTTP) {
  const worker = new Worker(`const handler = ${handler};\n${source}`, { eval: true });
  context.after(() => worker.terminate());
  const ask = (question) =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      if (question) worker.postMessage(question);
    });
  const port = await ask();
  return { url: `http://127.0.0.1:${port}`, log: () => ask('log'), set: (state) => ask(state) };
}

/** S3 under the path of the bucket, and its distributions under their hosts. */
function cloud(request, response, body, state) {
  const { createHash } = require('node:crypto');
  const objects = (state.objects ??= {});
  const { pathname } = new URL(request.url, 'http://x');
  if (request.headers.host.endsWith('.cloudfront.net')) {
    const isPrivate = request.headers.host.startsWith('private');
    const object = objects[(isPrivate ? '/bucket/private' : '/bucket/public') + pathname];
    if (!object) return response.writeHead(404, { 'x-cache': 'Error from cloudfront' }).end();
    return response.writeHead(200, { ...object.headers, 'x-cache': 'Hit from cloudfront', age: '3' }).end(object.body);
  }
  if (request.method === 'DELETE') {
    delete objects[pathname];
    return response.writeHead(204).end();
  }
  const { 'content-type': type, 'cache-control': control, 'content-encoding': encoding } = request.headers;
  const headers = { 'content-type': type, 'cache-control': control };
  if (encoding) headers['content-encoding'] = encoding;
  objects[pathname] = { headers, body };
  return response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
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

module.exports = { serve, cloud, setEnvironment, TCP, CREDENTIALS };
