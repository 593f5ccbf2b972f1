'use strict';

// An edge and an S3 that answer as a test tells them, and time and chance as it wants them.

const MemoryService = require('../index.js');
const { serve, setEnvironment, CREDENTIALS } = require('./server.js');

const START = Date.UTC(2026, 10, 23, 12);

/** Both ways to read: `await WAYS[way](mem, 'a')` is an entry. */
const WAYS = {
  getEntry: async (mem, ...rest) => mem.getEntry(...rest),
  getEntryAsync: (mem, ...rest) => mem.getEntryAsync(...rest),
};

/** Answers as it is told, with a miss unless told. */
function obedient(request, response, body, state) {
  const { status, headers, body: text, delay = 0 } = state.answer ?? { status: 404, headers: {}, body: '' };
  setTimeout(() => response.writeHead(status, { date: state.date, ...headers }).end(text), delay);
}

/**
 * One bucket as S3 keeps it, with conditional writes. Its state: `objects` by path, `date`, `faults` to come, each for the next
 * request of a method: a status, or `lost` for a write that takes place and is not answered; `buried` if another has replaced
 * it before anybody looks.
 */
function bucket(request, response, body, state) {
  const { createHash } = require('node:crypto');
  const objects = (state.objects ??= {});
  const { pathname } = new URL(request.url, 'http://x');
  const { method, headers } = request;
  const fault = state.faults?.find((one) => one.method === method && one.times !== 0);
  if (fault) fault.times = (fault.times ?? 1) - 1;
  const answer = (status, more = {}, text = '') => {
    if (fault?.lost) return request.socket.destroy();
    return response.writeHead(status, { date: state.date, ...more }).end(text);
  };
  const refuse = (status, code) => answer(status, {}, `<Error><Code>${code}</Code></Error>`);
  if (fault?.status) return refuse(fault.status, fault.code ?? 'Strange');
  const object = objects[pathname];
  if (method === 'PUT') {
    const wanted = headers['if-match'];
    if (headers['if-none-match'] === '*' && object) return refuse(412, 'PreconditionFailed');
    if (wanted && !object) return refuse(404, 'NoSuchKey');
    if (wanted && object.headers.etag !== wanted) return refuse(412, 'PreconditionFailed');
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const { 'cache-control': control, 'content-encoding': encoding } = headers;
    const stored = { etag, 'cache-control': control, 'last-modified': state.date, ...(encoding && { 'content-encoding': encoding }) };
    objects[pathname] = { headers: stored, body: body.toString('base64') };
    if (fault?.buried) {
      const { write } = JSON.parse(body);
      const later = { v: 1, type: 'int', value: 99, write: 'f'.repeat(16), previous: ['e'.repeat(16), write] };
      objects[pathname] = { headers: { ...stored, etag: '"later"' }, body: Buffer.from(JSON.stringify(later)).toString('base64') };
    }
    return answer(200, { etag });
  }
  if (method === 'DELETE') {
    delete objects[pathname];
    return answer(204);
  }
  if (!object) return refuse(404, 'NoSuchKey');
  return answer(200, object.headers, Buffer.from(object.body, 'base64'));
}

/**
 * What edge or S3 answer for a value.
 *
 * @param json The value as it stands in a document.
 * @param facts `version`, `modified` and `date` in seconds after START, `age`, `maxAge`, and further members of the document.
 */
function holding(json, { version = 'v1', modified = 0, age, maxAge = 60, members = '', status = 200, type = 'int', delay } = {}) {
  const headers = { etag: `"${version}"`, 'last-modified': at(modified), 'cache-control': `max-age=${maxAge}` };
  if (age !== undefined) headers.age = String(age);
  return { status, headers, body: `{"v":1,"type":"${type}","value":${json}${members}}`, delay };
}

const at = (seconds) => new Date(START + seconds * 1000).toUTCString();

const MISS = { status: 404, headers: {}, body: '<Error><Code>NoSuchKey</Code></Error>' };
const BROKEN = { status: 500, headers: {}, body: '' };
const DENIED = { status: 403, headers: {}, body: '<Error><Code>AccessDenied</Code></Error>' };

/**
 * A service that the test has in its hands.
 *
 * @param context of the test that ends with it
 * @param params of the service
 * @param keeps Whether S3 is a {@link bucket}, and not told what to answer.
 */
async function scene(context, params = {}, keeps = false) {
  const [edge, s3] = await Promise.all([serve(context, obedient), serve(context, keeps ? bucket : obedient)]);
  for (const server of [edge, s3]) {
    server.answer = (answer) => server.set({ answer });
    server.count = async (method) => (await server.log()).filter((entry) => !method || entry.method === method).length;
  }
  setEnvironment(context, { ...CREDENTIALS, AWS_ENDPOINT_URL_S3: s3.url });
  const world = { now: START, chance: 0.5, waits: [] };
  const seams = {
    clock: () => world.now,
    random: () => 1 - world.chance,
    sleep: async (milliseconds) => void world.waits.push(milliseconds),
  };
  const make = (more) => {
    const given = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: edge.url, ...params, ...more };
    const mem = new MemoryService(given, 'shop', seams);
    context.after(() => mem.close());
    return mem;
  };
  /** Let time pass, everywhere. */
  const pass = async (seconds) => {
    world.now += seconds * 1000;
    await Promise.all([edge, s3].map((server) => server.set({ date: new Date(world.now).toUTCString() })));
  };
  await pass(0);
  const warnings = context.mock.method(console, 'warn', () => {});
  const warned = () => warnings.mock.calls.map((call) => call.arguments[0]);
  return { mem: make(), make, edge, s3, world, pass, warned };
}

module.exports = { scene, holding, at, WAYS, START, MISS, BROKEN, DENIED };
