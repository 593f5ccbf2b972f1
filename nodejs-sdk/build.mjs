// Bundles: `node build.mjs` writes lib/worker-source.js, the worker as a text; `node build.mjs layer FOLDER` writes the whole SDK
// as one file, which a cold function loads in half the time of fifty. `node build.mjs --if-possible` does nothing without
// esbuild: who installs a clone without what it is developed with needs no bundle.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , what, folder] = process.argv;
const { buildSync } = await esbuild();
const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** @returns {Promise<import('esbuild')>} which ends the process if it is not here and need not be */
async function esbuild() {
  try {
    return await import('esbuild');
  } catch (error) {
    if (what !== '--if-possible' || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.exit();
  }
}

/**
 * @param {string} entry
 * @returns {string} it and all that it requires, the same for the same sources
 */
function bundle(entry) {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none', // the package's licence stands beside it
  });
  return outputFiles[0].text;
}

/** Write a file so that whoever reads it meanwhile has the old one or the new. */
function replaceFile(file, text) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function writeWorker() {
  const text = JSON.stringify(bundle('lib/worker.js'));
  replaceFile(path.join(ROOT, 'lib', 'worker-source.js'), `'use strict';\n\n// Written by build.mjs from worker.js.\nmodule.exports = ${text};\n`);
}

writeWorker();
if (what === 'layer') {
  mkdirSync(folder, { recursive: true });
  replaceFile(path.join(folder, 'index.js'), bundle('index.js'));
}
