// Chromium without a window, asked over a pipe as its DevTools are (https://chromedevtools.github.io/devtools-protocol/).

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns {string | undefined} the program, if there is one */
export function findChromium() {
  return NAMES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

/**
 * @param {string} program
 * @returns {Promise<Chromium>}
 */
export async function startChromium(program = findChromium()) {
  if (!program) throw new Error('there is no Chromium: apt-get install chromium');
  return new Chromium(program);
}

export class Chromium {
  #process;
  #folder = mkdtempSync(path.join(tmpdir(), 'chromium-'));
  #waiting = new Map();
  #listeners = new Set();
  #last = 0;

  /** @param {string} program */
  constructor(program) {
    const args = ['--headless=new', '--remote-debugging-pipe', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'];
    const stdio = /** @type {const} */ (['ignore', 'ignore', 'ignore', 'pipe', 'pipe']);
    this.#process = spawn(program, [...args, `--user-data-dir=${this.#folder}`, 'about:blank'], { stdio });
    this.#process.on('exit', () => this.#ended());
    let text = '';
    const answers = /** @type {import('node:stream').Readable} */ (this.#process.stdio[4]);
    answers.setEncoding('utf8');
    answers.on('data', (piece) => {
      const messages = (text + piece).split('\0');
      text = messages.pop();
      for (const message of messages) this.#read(JSON.parse(message));
    });
  }

  /**
   * @param {string} url
   * @returns {Promise<Page>}
   */
  async open(url) {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId);
    await page.send('Page.enable');
    await page.send('Runtime.enable');
    await page.go(url);
    return page;
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @param {string} [sessionId]
   * @returns {Promise<any>}
   */
  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** @param {(message: any) => void} listener of events */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #read({ id, result, error, ...event }) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return this.#listeners.forEach((listener) => listener(event));
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(`${waiting.method}: ${error.message}`));
    else waiting.resolve(result);
    return undefined;
  }

  #ended() {
    for (const { reject } of this.#waiting.values()) reject(new Error('Chromium has ended'));
    this.#waiting.clear();
  }
}

export class Page {
  #chromium;
  #session;
  #target;

  constructor(chromium, session, target) {
    this.#chromium = chromium;
    this.#session = session;
    this.#target = target;
  }

  send(method, params) {
    return this.#chromium.send(method, params, this.#session);
  }

  /**
   * @param {string} event
   * @param {(params: any) => void} listener
   */
  on(event, listener) {
    return this.#chromium.listen(({ method, params, sessionId }) => {
      if (sessionId === this.#session && method === event) listener(params);
    });
  }

  /** @param {string} url which it waits for until it is loaded */
  async go(url) {
    const loaded = new Promise((resolve) => {
      const stop = this.on('Page.loadEventFired', () => resolve(stop()));
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /**
   * @param {string} expression
   * @returns {Promise<any>} what it gives, awaited, as JSON has it
   */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  close() {
    return this.#chromium.send('Target.closeTarget', { targetId: this.#target });
  }
}
