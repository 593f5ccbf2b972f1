'use strict';

// A machine whose clock is wrong (AWS-1). What is learnt is the process's, so this is a file of its own.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const MemoryService = require('../index.js');
const { serve, setEnvironment, CREDENTIALS } = require('./server.js');

/** S3 an hour ahead, which refuses what was signed in this machine's time; in its state `isDeaf`, whatever was signed. */
const s3 = `(request, response, body, state) => {
  const now = Date.now() + 3600_000;
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(request.headers['x-amz-date']);
  const signed = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(now).toUTCString();
  if (state.isDeaf || Math.abs(signed - now) > 60_000) {
    return response.writeHead(403, { date }).end('<Error><Code>RequestTimeTooSkewed</Code></Error>');
  }
  return response.writeHead(200, { date, etag: '"a"' }).end('{"v":1,"type":"int","value":1,"write":"9f86d081884c7d65"}');
}`;

async function start(context) {
  const server = await serve(context, s3);
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: server.url });
  const make = () => new MemoryService({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'bucket' }, 'shop');
  return { server, make };
}

test('what S3 says of the time is believed by all requests from then on', async (context) => {
  const { server, make } = await start(context);
  const mem = make();
  await mem.put('a', 1);
  assert.equal(await mem.getAsync('a', { consistent: true }), 1);
  assert.equal(make().get('b', { consistent: true }), 1);
  assert.equal((await server.log()).length, 4); // the first went out twice
});

test('a clock that cannot be corrected is named', async (context) => {
  const { server, make } = await start(context);
  await server.set({ isDeaf: true });
  await assert.rejects(make().put('a', 1), { code: 'access_denied', message: /set the clock of this machine/ });
  assert.ok((await server.log()).length <= 2);
});
