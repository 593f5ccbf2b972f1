// Holds what a page loads to its limits: each entry with all that it imports, gzipped, and nothing of Node in it.

import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Bytes, gzipped. */
const LIMITS = { 'index.js': 15_050, 'read.js': 12_050 };

const lib = new URL('lib/', import.meta.url);
const textOf = (file) => readFileSync(new URL(file, lib), 'utf8');

/** The file and those that it cannot do without; what is imported later is not among them. */
function loaded(file, known = new Set()) {
  if (known.has(file)) return known;
  known.add(file);
  for (const [, other] of textOf(file).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) loaded(other, known);
  return known;
}

let isWithin = true;
for (const [file, limit] of Object.entries(LIMITS)) {
  const text = [...loaded(file)].map(textOf).join('');
  const size = gzipSync(text, { level: 9 }).length;
  isWithin &&= size <= limit;
  console.log(`${file}: ${size} bytes gzipped (${text.length} before); at most ${limit}${size <= limit ? '' : ': TOO LARGE'}`);
}
for (const file of readdirSync(lib)) {
  if (!/["']node:|\brequire\(|\bprocess\.|\bBuffer\b/.test(textOf(file))) continue;
  isWithin = false;
  console.log(`${file} has something of Node in it`);
}
process.exit(isWithin ? 0 : 1);
