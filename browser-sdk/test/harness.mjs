// Chromium with the bundle in a page, and an edge and a bucket that answer what a test wants.

import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { bundle } from '../build.mjs';
import { findChromium, startChromium } from '../chromium.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXPOSED = 'ETag, Age, Date, Last-Modified, X-Cache';
export const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };

/** Why these tests are left out, if they are; with CI they fail instead. */
export const skip = !findChromium() && process.env.CI !== 'true' ? 'there is no Chromium: apt-get install chromium' : false;

/** A date of HTTP so many seconds from now. */
export const dated = (seconds = 0) => new Date(Date.now() + seconds * 1000).toUTCString();

/** What an edge answers that has a value. */
export function found(value, { type = typeof value === 'number' ? 'int' : 'str', version = 'v1', members = {}, headers = {}, v = 1 } = {}) {
  const body = JSON.stringify({ v, type, value, write: '0123456789abcdef', ...members });
  const own = { etag: `"${version}"`, age: '0', 'last-modified': dated(-100), 'cache-control': 'max-age=5', 'x-cache': 'Hit from cloudfront' };
  return { status: 200, headers: { ...CORS, ...own, ...headers }, body };
}

export const missing = { status: 404, headers: { ...CORS, 'x-cache': 'Error from cloudfront' }, body: '' };

export class Harness {
  /** What is asked, `METHOD path`, in order. */
  asked = [];
  /** What a request is answered: a function of it, or the same for all. */
  edge = missing;

  static async start() {
    const harness = new Harness();
    const { outputFiles } = await bundle({ sdk: 'src/index.js', read: 'src/read.js' }, 'build', { write: false, minify: false });
    harness.files = new Map(outputFiles.map(({ path: file, text }) => [`/${path.basename(file)}`, text]));
    harness.site = await listen((request, response) => harness.#serve(request, response));
    harness.origin = await listen((request, response) => void harness.#answer(request, response));
    harness.chromium = await startChromium();
    harness.page = await harness.chromium.open(`${harness.site}/blank`);
    await harness.page.send('Profiler.enable');
    await harness.page.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    await harness.page.go(harness.site);
    return harness;
  }

  /**
   * @param {Function} fn which runs in the page: it has `sdk`, `read` and `edge` there, and what is beside it
   * @param {...unknown} args
   */
  run(fn, ...args) {
    return this.page.evaluate(`(${fn})(...${JSON.stringify(args)})`);
  }

  async end() {
    const covered = await this.#coverage();
    mkdirSync(path.join(ROOT, 'coverage'), { recursive: true });
    writeFileSync(path.join(ROOT, 'coverage', 'lines.txt'), covered.missed.join('\n'));
    await this.chromium.close();
    return covered;
  }

  #serve(request, response) {
    const file = this.files.get(request.url);
    if (file !== undefined) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(file);
    const script = `import * as sdk from '/sdk.js'; import * as read from '/read.js'; Object.assign(globalThis, { sdk, read, edge: '${this.origin}' });
      globalThis.failure = async (call) => { try { await call(); return null; } catch (error) { const { name, code, message, outcomeUnknown, path } = error; return { name, code, message, outcomeUnknown, path }; } };
      globalThis.make = (conf, seams) => new sdk.MemoryService({ DISTRIBUTION: edge, LOG_LEVEL: 'silent', ...conf }, 'shop', seams);`;
    const body = request.url === '/blank' ? '' : `<link rel="icon" href="data:,"><script type="module">${script}</script>`;
    return response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${body}`);
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    this.asked.push(`${request.method} ${request.url}`);
    const told = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString('latin1') };
    const answer = await (typeof this.edge === 'function' ? this.edge(told) : this.edge);
    if (answer === 'drop') return request.socket.destroy();
    if (answer === 'silence') return undefined;
    const { status, headers, body = '', zipped, trickles } = answer;
    const bytes = zipped ? gzipSync(body) : body;
    response.writeHead(status, { ...headers, ...(zipped && { 'content-encoding': 'gzip' }) });
    if (trickles) return response.write(bytes);
    return response.end(bytes);
  }

  /** Which lines of the bundle have run. */
  async #coverage() {
    const { result } = await this.page.send('Profiler.takePreciseCoverage');
    const missed = [];
    let lines = 0;
    for (const [name, text] of this.files) {
      const scripts = result.filter(({ url }) => url === this.site + name);
      const hit = scripts.map((script) => countsOf(script, text.length));
      let start = 0;
      text.split('\n').forEach((line, at) => {
        const end = start + line.length;
        const first = start + line.search(/\S/);
        if (/[A-Za-z0-9]/.test(line) && !/^\s*\/[/*]/.test(line)) {
          lines++;
          if (!hit.some((counts) => counts[first] > 0)) missed.push(`${name}:${at + 1}: ${line.trim()}`);
        }
        start = end + 1;
      });
    }
    return { lines, missed, share: 1 - missed.length / lines };
  }
}

/** How often each letter of a script has run: of the ranges that hold it, the innermost counts. */
function countsOf({ functions }, length) {
  const counts = new Int32Array(length);
  const ranges = functions.flatMap((one) => one.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, startOffset, endOffset);
  return counts;
}

/** @returns {Promise<string>} the origin of a server */
export function listen(handle) {
  const server = http.createServer(handle);
  server.unref();
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
}
