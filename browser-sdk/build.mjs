// Bundles src/ and what it takes of the Node SDK's core: `node build.mjs` writes lib/, `node build.mjs FILE OUT` another entry.
//
// The core is CommonJS. Read as ES modules, what nobody calls is left out; and so are methods that only other platforms call, which no
// bundler sees.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const CORE = path.join(ROOT, '..', 'nodejs-sdk', 'lib', 'core');

/** Methods of the core that are for those who have S3, by room. */
const UNUSED = {
  'envelope.js': ['take'],
  'local.js': ['dropUnder'],
  'session.js': ['fetchedAt', 'view', 'learnFromS3', '#doubt', 'idsOf', 'storedAt', 'forgetUnder', 'size'],
  'single-flight.js': ['detachAll', 'detachUnder'],
};

/** Rooms of the core that have a shorter one here in their place. */
const REPLACED = new Set(['advice.js', 'errors.js', 'nesting.js', 'value-writer.js']);

/** @type {import('esbuild').Plugin} */
const core = {
  name: 'core',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\.js$/ }, ({ path: name, resolveDir }) => {
      const file = path.join(resolveDir, name);
      const isOfCore = path.dirname(file) === CORE && REPLACED.has(path.basename(file));
      return isOfCore ? { path: path.join(ROOT, 'src', 'core', path.basename(file)) } : undefined;
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
    preserveSymlinks: true,
    plugins: [core],
    ...more,
  });
}

/**
 * Names that nobody outside sees, neither of callers nor in JSON: they are made short, the same in all files.
 */
export const INTERNAL = new RegExp(
  `^(${[
    'ageInSeconds asks answered bucketOf clears confirmedAt countHit detach dropConfirmed dropTagged flights forgetUnknown freshUntil',
    'hasExpired isBeyondHorizon isConfirmed isContradictedBy isDebug isFresh isFreshByRecord isFreshItself isFreshLongerThan isOfUse isOverlapped',
    'isOwn isTagged isUnchanged judge knownAt knowsOther localMaxBytes localMaxItems looksAtText makesFresh makingChanges maxValueBytes nodeOf',
    'octetsOf ownUntil provenance randomWriteId readSince staleIfError tellsAge toUtf8 toBase64 fromBase64 trustsEdges turn logLevel writeId writing',
    'confirms timeOf deadline octets learn accepts parts entryOf poke fresh oldest older newer draft _locate _poke',
  ]
    .join(' ')
    .split(' ')
    .join('|')})$`,
);

/**
 * @param {Record<string, string>} entryPoints by name
 * @param {string} outdir
 */
export async function bundleSmall(entryPoints, outdir) {
  // esbuild makes the names of private members short, which terser leaves as they are; terser saves a thirtieth of the rest.
  const { minify } = await import('terser');
  // Each by itself: what only one of them wants would be in the file that they share.
  const built = await Promise.all(Object.entries(entryPoints).map((entry) => bundle(Object.fromEntries([entry]), outdir, { mangleProps: INTERNAL, write: false })));
  const outputFiles = built.flatMap((one) => one.outputFiles);
  const files = new Map();
  for (const { path: file, text } of outputFiles) {
    const { code } = await minify(text, {
      module: true,
      ecma: 2020,
      compress: { passes: 3, ecma: 2020, unsafe_arrows: true, keep_fargs: false },
    });
    files.set(path.basename(file), code);
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lib = path.join(ROOT, 'lib');
  rmSync(lib, { recursive: true, force: true });
  mkdirSync(lib);
  for (const [file, text] of await bundleSmall({ index: 'src/index.js', read: 'src/read.js' }, lib)) writeFileSync(path.join(lib, file), text);
}
