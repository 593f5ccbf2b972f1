// Bundles src/ and what it takes of the Node SDK's core: `node build.mjs` writes lib/, `node build.mjs FILE OUT` another entry.
//
// The core is CommonJS. Read as ES modules, what nobody calls is left out; and so are methods that only other platforms call, which no
// bundler sees.

import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** Methods of the core that are for those who have S3, by room. */
const UNUSED = {
  'envelope.js': ['take'],
  'local.js': ['dropUnder'],
  'session.js': ['fetchedAt', 'view', 'learnFromS3', '#doubt', 'idsOf', 'storedAt', 'forgetUnder', 'size'],
  'single-flight.js': ['detachAll', 'detachUnder'],
};

/** Rooms of the core that have a shorter one here in their place. */
const REPLACED = new Set(['advice.js']);

/** @type {import('esbuild').Plugin} */
const core = {
  name: 'core',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/[a-z-]+\.js$/ }, ({ path: name, importer }) => {
      const room = path.basename(name);
      return importer.includes('core') && REPLACED.has(room) ? { path: path.join(ROOT, 'src', room) } : undefined;
    });
    onLoad({ filter: /nodejs-sdk[\\/]lib[\\/]core[\\/][a-z-]+\.js$/ }, ({ path: file }) => ({
      contents: asModule(readFileSync(file, 'utf8'), UNUSED[path.basename(file)] ?? []),
      loader: 'js',
    }));
  },
};

/**
 * @param {string} text of a room of the core
 * @param {string[]} unused methods
 * @returns {string} it as an ES module
 */
function asModule(text, unused) {
  const imports = [];
  const body = text
    .replace("'use strict';", '')
    .replace(/^ *const (\{[^}]*\}) = require\('([^']+)'\);.*$/gm, (_, names, from) => {
      imports.push(`import ${names} from '${from}';`);
      return '';
    })
    .replace(/^module\.exports = (\{[^}]*\});$/m, 'export $1;');
  return imports.join('') + unused.reduce(withoutMethod, body);
}

/**
 * @param {string} text
 * @param {string} name of a method in it
 * @returns {string} the text without it
 */
function withoutMethod(text, name) {
  const method = new RegExp(`\\n  (get |static |async |\\*)*${name}\\([^\\n]*\\{\\n[\\s\\S]*?\\n  \\}(?=\\n)`);
  if (!method.test(text)) throw new Error(`the core has no method ${name} any more: take it off the list`);
  return text.replace(method, '');
}

/**
 * @param {Record<string, string>} entryPoints by name
 * @param {string} outdir
 * @param {Partial<import('esbuild').BuildOptions>} [more]
 */
export function bundle(entryPoints, outdir, more) {
  return build({
    entryPoints,
    outdir,
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none', // the package's licence stands beside it
    plugins: [core],
    ...more,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lib = path.join(ROOT, 'lib');
  rmSync(lib, { recursive: true, force: true });
  await bundle({ index: 'src/index.js', read: 'src/read.js' }, lib);
}
