// Lets the conformance runner ask the browser SDK, in Chromium: one JSON object a line in, one out (spec/VECTORS.md).

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { bundle } from '../build.mjs';
import { startChromium } from '../chromium.mjs';
import { Fronts, listen } from './fronts.mjs';

/** Of a reader's configuration those that a browser has (WEB-1): what else there is in `conf` is for who has S3. */
const KEYS = ['DISTRIBUTION', 'DEADLINE', 'MAX_VALUE_BYTES', 'STALE_IF_ERROR', 'LOCAL_MAX_ITEMS', 'LOCAL_MAX_BYTES', 'CHANGES', 'BUCKET_NAME', 'LOG_LEVEL'];

const version = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
const fronts = new Fronts();

const [chromium, script] = await Promise.all([startChromium(), scriptOfPage()]);
const site = await listen((request, response) => {
  if (request.url === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
  else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
});
const page = await chromium.open(site);
page.on('Runtime.consoleAPICalled', ({ args }) => console.error(...args.map(({ value, description }) => value ?? description)));

async function scriptOfPage() {
  const { outputFiles } = await bundle({ page: 'conformance/page.js' }, 'build', {
    write: false,
    splitting: false,
    minify: false,
    inject: [new URL('buffer.js', import.meta.url).pathname],
  });
  return outputFiles[0].text;
}

/** The request as the page can do it: it asks a port of ours, which asks the edge. */
async function forPage(request) {
  if (request.lanes) return { ...request, lanes: await Promise.all(request.lanes.map((lane) => Promise.all(lane.map(forPage)))) };
  if (!request.conf) return request;
  const { conf } = request;
  const own = Object.fromEntries(KEYS.filter((key) => (conf[key] ?? null) !== null).map((key) => [key, conf[key]]));
  if (conf.EDGE_ENDPOINT) own.EDGE_ENDPOINT = await fronts.of(conf.EDGE_ENDPOINT, conf.DISTRIBUTION);
  return { ...request, conf: own };
}

async function answer(request) {
  if (request.op === 'start') {
    const { product } = await chromium.send('Browser.getVersion');
    return { protocol: 1, sdk: 'browser', version, runtime: product, features: ['browser', 'changes', 'grants', 'single-number', 'tags'] };
  }
  return JSON.parse(await page.evaluate(`answer(${JSON.stringify(JSON.stringify(await forPage(request)))})`));
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: request.id, ...(await answer(request)) })}\n`);
}
await chromium.close();
process.exit();
