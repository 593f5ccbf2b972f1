// Packs the package and lets publint and attw look at the tarball, as users get it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(tmpdir(), 'memory-pack-'));
const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });

try {
  run('npm', 'pack', '--silent', '--pack-destination', folder);
  const tarball = path.join(folder, readdirSync(folder)[0]);
  run('publint', 'run', tarball, '--strict');
  run('attw', tarball, '--profile', 'esm-only');
} finally {
  rmSync(folder, { recursive: true });
}
