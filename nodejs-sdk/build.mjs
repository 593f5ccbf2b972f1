// Bundles the worker into text: `node build.mjs` writes lib/worker-source.js.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { buildSync } from 'esbuild';

const TARGET = new URL('lib/worker-source.js', import.meta.url);

/** @returns {string} the file's text, which is the same for the same sources */
export function workerSource() {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('lib/worker.js', import.meta.url))],
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
  });
  return `'use strict';\n\n// Written by build.mjs from worker.js.\nmodule.exports = ${JSON.stringify(outputFiles[0].text)};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, workerSource());
