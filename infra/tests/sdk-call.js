'use strict';
// Does one call of the Node SDK, for tests of what it needs permission for and of what it says when it fails.
// stdin: {"service": "…", "conf": {…}, "call": "put", "options": {…}};
// stdout: {"value": what it returns} or {"code": …, "says": "Error: its message"}; what it logs is on stderr
const { randomUUID } = require('node:crypto');
const { readFileSync } = require('node:fs');
const https = require('node:https');
const MemoryService = require('../../nodejs-sdk');

const { service, conf, call, options } = JSON.parse(readFileSync(0, 'utf8'));

async function keys(mem) {
  const found = [];
  for await (const name of mem.keys()) found.push(name);
  return found;
}

/** Post the form of a write grant, as a program without credentials. */
async function post(mem) {
  const { url, forms } = await mem.grantPut('posted', 60, 100, options);
  const form = new FormData();
  for (const [name, value] of Object.entries(forms.plain)) form.append(name, value);
  form.append('file', new Blob(['{}']));
  const request = new Request(url, { method: 'POST', body: form });
  const body = Buffer.from(await request.arrayBuffer());
  const headers = { 'content-type': request.headers.get('content-type'), 'content-length': body.length };
  const ca = readFileSync(process.env.AWS_CA_BUNDLE);
  const status = await new Promise((resolve, reject) => {
    https.request(url, { method: 'POST', headers, ca }, (answer) => resolve(answer.resume().statusCode)).on('error', reject).end(body);
  });
  if (status === 403) throw new MemoryService.AccessDeniedError('S3 refused the form');
  return status;
}

const CALLS = {
  get: (mem) => mem.get('there', options),
  miss: (mem) => mem.get('never', options) ?? 'none',
  grant: async (mem) => (await mem.grant('there', 60)).name,
  post,
  put: (mem) => mem.put('new', 1, options),
  'put with a new tag': (mem) => mem.put('new', 1, { tags: [randomUUID()] }),
  'invalidate tags': async (mem) => (await mem.invalidateTags(['t'])) ?? null,
  'put a date': (mem) => mem.put('new', { orders: [{ at: new Date() }] }),
  'put many': async (mem) => (await mem.putMany({ a: 1, b: 2 })).size,
  'put there': (mem) => mem.put('there', 2, options),
  update: (mem) => mem.update('there', (value) => value),
  'update miss': (mem) => mem.update(randomUUID(), (value) => value, { default: 2 }),
  increment: (mem) => mem.increment('there', 0),
  touch: async (mem) => typeof (await mem.touch('there', 60)),
  'get or put': (mem) => mem.getOrPut(randomUUID(), () => 1),
  remove: (mem) => mem.remove('gone'),
  'remove many': (mem) => mem.removeMany(['gone']),
  keys: async (mem) => (await keys(mem)).includes('there'),
  clear: (mem) => mem.clear('tenant/'),
};

async function main() {
  try {
    const mem = new MemoryService(conf, service);
    return { value: (await CALLS[call](mem)) ?? null };
  } catch (error) {
    const [first = error] = error.errors?.values() ?? [];
    return { code: first.code, says: `${first.name}: ${first.message}` };
  }
}

main().then((outcome) => process.stdout.write(JSON.stringify(outcome)));
