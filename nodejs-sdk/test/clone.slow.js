'use strict';

// A fresh clone, installed without what it is developed with.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { cpSync, existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { before, after, suite, test } = require('node:test');
const { promisify } = require('node:util');

const ROOT = path.join(__dirname, '..');
const LEFT_OUT = new Set([path.join(ROOT, 'node_modules'), path.join(ROOT, 'lib', 'worker-source.js')]);
const run = promisify(execFile);

suite('a fresh clone', () => {
  let folder;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'memory-clone-'));
    cpSync(ROOT, folder, { recursive: true, filter: (file) => !LEFT_OUT.has(file) });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test('is installed without what it is developed with, and works', async () => {
    await run('npm', ['ci', '--omit=dev'], { cwd: folder });
    // A get in the thread, whose text is not bundled here.
    const script = `
      const conf = { DISTRIBUTION: 'd1.cloudfront.net', BUCKET_NAME: 'values', EDGE_ENDPOINT: 'http://127.0.0.1:1', FAILOVER: false };
      try { new (require('./index.js'))(conf, 'shop').get('a'); }
      catch (error) { console.log(error.code, /ECONNREFUSED/.test(error.message)); }
    `;
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder });
    assert.equal(stdout, 'unavailable true\n');
    assert.ok(!existsSync(path.join(folder, 'lib', 'worker-source.js')));
  });

  test('is not packed without the text of its worker', async () => {
    await assert.rejects(run('npm', ['pack', '--dry-run'], { cwd: folder }), /esbuild/);
  });
});
