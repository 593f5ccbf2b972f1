// Real programs of users: the packed package, bundled by what they bundle with or as it is, reads a value in Chromium.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startChromium } from '../chromium.mjs';
import { CORS, found, listen, skip } from './harness.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPES = { '.js': 'text/javascript', '.html': 'text/html' };

const PROGRAM = `import { MemoryService } from 'sdk-memory-service-browser';
const mem = new MemoryService({ DISTRIBUTION: EDGE, LOG_LEVEL: 'silent' }, 'shop');
globalThis.value = mem.get('a');
globalThis.later = new MemoryService({ DISTRIBUTION: EDGE, CHANGES: true, BUCKET_NAME: 'values' }, 'shop').get('a');
`;

describe('a program that is bundled with', { skip }, () => {
  let folder, chromium, edge, page;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'memory-consumers-'));
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
    const [tarball] = readdirSync(folder);
    const modules = path.join(folder, 'node_modules');
    mkdirSync(path.join(modules, 'sdk-memory-service-browser'), { recursive: true });
    execFileSync('tar', ['-xzf', path.join(folder, tarball), '-C', path.join(modules, 'sdk-memory-service-browser'), '--strip-components=1']);
    for (const name of ['vite', 'webpack', 'esbuild', 'react', 'react-dom', 'scheduler', '@tanstack']) symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
    edge = await listen((_, response) => {
      const { status, headers, body } = found(7);
      response.writeHead(status, { ...headers, ...CORS }).end(body);
    });
    writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(path.join(folder, 'main.js'), PROGRAM.replaceAll('EDGE', JSON.stringify(edge)));
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
    cpSync(path.join(ROOT, 'examples'), path.join(folder, 'examples'), { recursive: true });
    chromium = await startChromium();
    page = await chromium.open('about:blank');
  });
  after(async () => {
    await chromium?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Serves a folder and gives what an expression is in its page. */
  async function shown(site, expression = 'Promise.all([value, later])') {
    const origin = await listen((request, response) => {
      const file = path.join(site, request.url === '/' ? 'index.html' : decodeURIComponent(request.url));
      try {
        const bytes = readFileSync(file);
        response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'text/plain' }).end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    await page.go(origin);
    return page.evaluate(expression);
  }

  it('nothing, as a module script with an import map', async () => {
    const map = { imports: { 'sdk-memory-service-browser': '/node_modules/sdk-memory-service-browser/lib/index.js' } };
    const site = path.join(folder, 'plain');
    mkdirSync(site);
    for (const name of ['main.js', 'node_modules']) symlinkSync(path.join(folder, name), path.join(site, name));
    writeFileSync(path.join(site, 'index.html'), `<!doctype html><script type="importmap">${JSON.stringify(map)}</script><script type="module" src="/main.js"></script>`);
    assert.deepEqual(await shown(site), [7, 7]);
  });

  it('Vite', async () => {
    const { build } = await import('vite');
    await build({ root: folder, logLevel: 'error', build: { outDir: 'vite-out' } });
    assert.deepEqual(await shown(path.join(folder, 'vite-out')), [7, 7]);
  });

  it('esbuild', async () => {
    const { build } = await import('esbuild');
    const outdir = path.join(folder, 'esbuild-out');
    await build({ entryPoints: [path.join(folder, 'main.js')], bundle: true, splitting: true, format: 'esm', outdir, minify: true });
    cpSync(path.join(folder, 'index.html'), path.join(outdir, 'index.html'));
    assert.deepEqual(await shown(outdir), [7, 7]);
  });

  it('webpack', async () => {
    const { default: webpack } = await import('webpack');
    const out = path.join(folder, 'webpack-out');
    const settings = { mode: 'production', context: folder, entry: './main.js', output: { path: out, filename: 'main.js', publicPath: '/' } };
    await new Promise((resolve, reject) => {
      webpack(settings, (error, stats) => (error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve()));
    });
    writeFileSync(path.join(out, 'index.html'), '<!doctype html><script src="/main.js"></script>');
    assert.deepEqual(await shown(out), [7, 7]);
  });

  /** Bundles a program that has the example of the README. */
  async function example(name, program) {
    const { build } = await import('esbuild');
    const outdir = path.join(folder, `${name}-out`);
    const contents = `${program}\n${PROGRAM.replaceAll('EDGE', JSON.stringify(edge))}`;
    await build({ stdin: { contents, resolveDir: folder }, bundle: true, format: 'esm', outfile: path.join(outdir, 'main.js'), define: { 'process.env.NODE_ENV': '"production"' } });
    writeFileSync(path.join(outdir, 'index.html'), '<!doctype html><div id="root"></div><script type="module" src="/main.js"></script>');
    return outdir;
  }

  it('React, whose hook shows a value and renders once for each version', async () => {
    const site = await example(
      'react',
      `import { createElement } from 'react';
      import { createRoot } from 'react-dom/client';
      import { useMemory } from './examples/react.js';
      globalThis.renders = [];
      function Price() {
        const { entry, error } = useMemory(mem, 'a');
        renders.push(entry?.value ?? null);
        return createElement('p', null, String(error ?? entry?.value));
      }
      createRoot(document.getElementById('root')).render(createElement(Price));`,
    );
    const text = await shown(site, `new Promise((resolve) => setTimeout(() => resolve([document.getElementById('root').textContent, renders]), 1500))`);
    assert.deepEqual(text, ['7', [null, 7]]);
  });

  it('TanStack Query, whose query gives the entry, and null for none', async () => {
    const site = await example(
      'query',
      `import { QueryClient } from '@tanstack/react-query';
      import { memoryQuery } from './examples/tanstack-query.js';
      globalThis.asked = async () => {
        const client = new QueryClient();
        const { value } = await client.fetchQuery(memoryQuery(mem, 'a'));
        return [value, client.getQueryData(['memory', 'a']).version];
      };`,
    );
    assert.deepEqual(await shown(site, 'asked()'), [7, 'v1']);
  });
});
