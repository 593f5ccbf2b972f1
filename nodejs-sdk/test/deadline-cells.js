'use strict';

// Does one way of asking with every fault at every place, each with DEADLINE 1, and prints what came of it as JSON:
// node deadline-cells.js WAY PORTS [PLACE]. Names of hosts say what their look-up does.

const path = require('node:path');

const [, , way, portsGiven, onlyPlace] = process.argv;
const ports = JSON.parse(portsGiven);

// Both threads look hosts up like this.
const LOOK_UP = `
  require('node:dns').promises.lookup = async (host) => {
    if (host.startsWith('silent')) return new Promise(() => {});
    const [, count = 1] = /^hole-([0-9]+)/.exec(host) ?? [];
    return Array.from({ length: Number(count) }, () => ({ address: '127.0.0.1', family: 4 }));
  };
`;
new Function('require', LOOK_UP)(require);
const entry = require('../lib/worker-entry.js');
entry.workerEntry = () => ({ source: `${LOOK_UP} require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'worker.js'))})`, isText: true });

const FAULTS = {
  'look-up silent': `https://silent.example:${ports.healthy}`,
  'look-up gives a black hole': `https://hole-1.example:${ports.hole}`,
  '12 black holes': `https://hole-12.example:${ports.hole}`,
  'TLS silent': `https://tls.example:${ports.silent}`,
  'TLS dripping': `https://tls.example:${ports.tlsDrip}`,
  'headers silent': `http://127.0.0.1:${ports.silent}`,
  'headers dripping': `http://127.0.0.1:${ports.headDrip}`,
  'body silent': `http://127.0.0.1:${ports.bodySilent}`,
  'body dripping': `http://127.0.0.1:${ports.bodyDrip}`,
};
const HEALTHY = `http://127.0.0.1:${ports.healthy}`;

async function main() {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'made-up', AWS_REGION: 'eu-west-1', NO_PROXY: '*' });
  const MemoryService = require('..');
  const make = (edge, s3, DEADLINE) => {
    process.env.AWS_ENDPOINT_URL_S3 = s3;
    return new MemoryService({ DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: edge, DEADLINE, LOG_LEVEL: 'silent' }, 'shop');
  };
  const calls = {
    get: async (mem) => mem.getEntry('a').source,
    getAsync: async (mem) => (await mem.getEntryAsync('a')).source,
    put: async (mem) => (await mem.put('a', 1), 'stored'),
  };
  const ask = async (mem) => {
    const since = performance.now();
    let outcome;
    try {
      outcome = await calls[way](mem);
    } catch (error) {
      outcome = `${error.code ?? error.stack}${error.outcomeUnknown ? ', unknown' : ''}`;
    }
    return { outcome, took: performance.now() - since };
  };
  // A machine that is busy is late with everything, and is given more time.
  let slowest = 0;
  for (let count = 0; count < 5; count++) slowest = Math.max(slowest, (await ask(make(HEALTHY, HEALTHY, 60))).took);
  const deadline = Math.min(8, Math.max(1, Math.ceil(slowest / 50)));
  const places = way === 'put' ? ['S3'] : onlyPlace ? [onlyPlace] : ['edge', 'S3', 'both'];
  const cells = Object.entries(FAULTS).flatMap(([fault, origin]) =>
    places.map((place) => {
      const mem = make(place === 'S3' ? HEALTHY : origin, place === 'edge' ? HEALTHY : origin, deadline);
      return { way, place, fault, mem };
    }),
  );
  const results = [];
  for (const { mem, ...cell } of cells) {
    const asked = ask(mem).then((outcome) => ({ ...cell, ...outcome }));
    results.push(asked);
    if (way === 'get') await asked;
  }
  console.log(JSON.stringify({ deadline, slowest, cells: await Promise.all(results) }));
  process.exit();
}

main();
