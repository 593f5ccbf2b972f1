'use strict';

const { readHeaders, sayLength } = require('./headers.js');
const { isHttpMocked } = require('./http-mock.js');

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./core/effects.js').Fate} Fate */
/** @typedef {import('./core/effects.js').Response} Response */
/** @typedef {import('./core/effects.js').Failure & {wasDead: boolean}} Failed It was dead if a kept connection ended without a byte of an answer. */

const MAX_HEAD_BYTES = 64 * 1024; // WIRE-3

/** Bytes of a body that are written at a time: each that the network takes is a sign of life. */
const PIECE = 64 * 1024;

/** Statuses of answers without a body. */
const BODILESS = [204, 304];

/** What is waited for, without a limit of its own: one's turn. */
const QUEUE = 'waiting for a free connection';

/** One request and its answer on one connection, kept or new, with an eye on the clock (TIME-2). */
class Exchange {
  #request;
  #pool;
  #limits;
  #deadline;
  #budget;
  /** @type {(outcome: Response | Failed) => void} */
  #resolve = () => {};
  /** @type {import('node:http').ClientRequest | undefined} */
  #outgoing;
  /** @type {import('./dial.js').Dial | undefined} */
  #dial;
  /** @type {Connection | undefined} */
  #connection;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {(error: Error | null, socket?: import('node:net').Socket) => void} */
  #start = () => {};
  #startedAt = performance.now();
  /** When the last sign of life came. */
  #aliveAt = this.#startedAt;
  #waitsFor = QUEUE;
  #limit = Infinity;
  #isKept = false;
  #isSettled = false;
  /** @type {import('node:http').IncomingMessage | undefined} */
  #answer;
  #isWhole = false;
  #isClosed = false;

  /**
   * @param {import('./core/effects.js').Request} request
   * @param {import('./pool.js').ConnectionPool} pool
   * @param {import('./core/limits.js').Limits} limits
   * @param {number} deadline of `performance.now()`
   * @param {number} budget Milliseconds of the whole, for messages.
   */
  constructor(request, pool, limits, deadline, budget) {
    this.#request = request;
    this.#pool = pool;
    this.#limits = limits;
    this.#deadline = request.end === undefined ? deadline : Math.min(deadline, performance.now() + request.end - Date.now());
    this.#budget = budget;
  }

  /** @returns {Promise<Response | Failed>} */
  run() {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#ask();
      this.#watch();
    });
  }

  #ask() {
    const { method, url, headers, body } = this.#request;
    const { http, target } = this.#pool;
    const { protocol, hostname, port } = target;
    const pathAt = url.indexOf('/', url.indexOf('//') + 2);
    // Looked up here, so that who replaces it in a test replaces ours as well.
    const outgoing = http.request({
      protocol,
      hostname,
      port,
      method,
      path: pathAt < 0 ? '/' : url.slice(pathAt),
      // A mock's answers have no length as a rule: they end with the connection, which then must not be kept.
      headers: { ...headers, connection: isHttpMocked() ? 'close' : 'keep-alive' },
      maxHeaderSize: MAX_HEAD_BYTES,
      createConnection: (_, start) => void this.#connect(start),
    });
    this.#outgoing = outgoing;
    outgoing.on('response', (incoming) => this.#read(incoming));
    outgoing.on('upgrade', () => this.#fail('garbled', 'the answer is no HTTP/1.1: status 101', 'garbled'));
    outgoing.on('error', (/** @type {NodeJS.ErrnoException} */ error) => this.#failed(error));
    outgoing.on('close', () => this.#done());
    if (!body || body.length <= PIECE) outgoing.end(body);
    else this.#write(outgoing, body, 0);
  }

  /** @param {(error: Error | null, socket?: any) => void} start */
  #connect(start) {
    this.#start = start;
    this.#pool.join(this);
  }

  /**
   * As a waiter of the pool.
   *
   * @param {Connection} connection
   */
  use(connection) {
    this.#isKept = true;
    this.#goes(connection);
  }

  /** As a waiter of the pool. */
  async dial() {
    this.#alive('connecting', this.#limits.connect);
    const dial = (this.#dial = this.#pool.dial());
    try {
      const socket = await dial.connect((milliseconds) => (this.#aliveAt += milliseconds));
      const connection = this.#pool.opened(socket);
      if (this.#isSettled) this.#pool.keep(connection);
      else this.#goes(connection);
    } catch (error) {
      this.#pool.release();
      this.#failed(/** @type {NodeJS.ErrnoException} */ (error));
    }
  }

  /** @param {Connection} connection */
  #goes(connection) {
    this.#connection = connection;
    this.#startedAt = performance.now();
    this.#alive('the answer', this.#request.isLong ? Infinity : this.#limits.silence);
    this.#start(null, connection.socket);
  }

  /**
   * @param {import('node:http').ClientRequest} outgoing
   * @param {Uint8Array} body
   * @param {number} from
   */
  #write(outgoing, body, from) {
    const piece = body.subarray(from, from + PIECE);
    outgoing.write(piece, () => {
      this.#aliveAt = performance.now();
      if (this.#isSettled) return;
      // A frozen machine's timers have not moved, its clock has.
      if (Date.now() > (this.#request.end ?? Infinity)) return this.#timeout('the call took more than', this.#budget);
      if (from + PIECE < body.length) this.#write(outgoing, body, from + PIECE);
      else outgoing.end();
    });
  }

  /** @param {import('node:http').IncomingMessage} incoming */
  #read(incoming) {
    const headers = readHeaders(incoming.rawHeaders);
    if (!headers) return this.#fail('garbled', 'the answer is no HTTP/1.1: its length or transfer coding is wrong', 'garbled');
    const { maxBytes } = this.#request;
    const { statusCode: status = 0 } = incoming;
    if (this.#isOpenEnded(status, incoming.rawHeaders)) return this.#fail('cut', 'the body ended early: it has no length', 'ended');
    /** @type {Buffer[]} */
    const chunks = [];
    let length = 0;
    const finish = () => {
      const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      const cut = length > maxBytes;
      this.#settle({ status, headers, body: cut ? bytes.subarray(0, maxBytes) : bytes, cut });
    };
    this.#answer = incoming;
    this.#waitsFor = 'the body';
    incoming.on('data', (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= maxBytes) return;
      finish();
      this.#outgoing?.destroy();
    });
    incoming.on('end', () => {
      this.#isWhole = true;
      finish();
      if (this.#isClosed) this.#done();
    });
    incoming.on('error', () => this.#fail('cut', 'the body ended early', 'ended'));
    return undefined;
  }

  /**
   * @param {number} status
   * @param {readonly string[]} rawHeaders
   * @returns {boolean} whether only the end of the TLS connection says where the body ends, and Node not whether that was cut (WIRE-10)
   */
  #isOpenEnded(status, rawHeaders) {
    return this.#pool.target.protocol === 'https:' && !BODILESS.includes(status) && !sayLength(rawHeaders);
  }

  /** Look at the clock, and again when it might be too late. */
  #watch() {
    if (this.#isSettled) return;
    const left = this.#end() - performance.now();
    if (left > 0) {
      this.#timer = setTimeout(() => this.#watch(), left); // one for all limits: to move a timer with each byte costs more
      return;
    }
    const end = this.#end();
    // A synchronous get blocks this thread: the sign may have come, unread. One turn of the loop reads it.
    setImmediate(() => {
      if (this.#isSettled) return;
      if (performance.now() >= this.#deadline) {
        this.#timeout(this.#waitsFor === QUEUE ? `${QUEUE} took all of the` : 'the call took more than', this.#budget);
      } else if (end === this.#end()) this.#timeout(`${this.#waitsFor} took more than`, this.#limit);
      else this.#watch();
    });
  }

  /** @returns {number} when it is too late, unless there is a sign of life before */
  #end() {
    const heardAt = this.#connection?.heardAt ?? 0;
    return Math.min(Math.max(this.#aliveAt, heardAt) + this.#limit, this.#deadline);
  }

  /**
   * @param {string} next What is waited for now.
   * @param {number} limit milliseconds
   */
  #alive(next, limit) {
    this.#aliveAt = performance.now();
    this.#waitsFor = next;
    if (this.#limit === limit) return;
    this.#limit = limit;
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#watch();
  }

  /**
   * @param {string} what
   * @param {number} limit
   */
  #timeout(what, limit) {
    this.#fail('timeout', `${what} ${Math.round(limit)} ms`, this.#connection ? 'under way' : 'unsent');
  }

  /** @param {NodeJS.ErrnoException} error */
  #failed({ code = 'network', message }) {
    const isGarbled = code.startsWith('HPE_');
    const fate = isGarbled ? 'garbled' : this.#connection ? 'ended' : 'unsent';
    this.#fail(code, isGarbled ? `the answer is no HTTP/1.1` : message || 'the connection failed', fate);
  }

  /**
   * @param {string} code
   * @param {string} message
   * @param {Fate} fate
   */
  #fail(code, message, fate) {
    if (this.#isSettled) return;
    const wasHeard = (this.#connection?.heardAt ?? 0) >= this.#startedAt;
    this.#settle({ failure: { code, message, fate }, wasDead: this.#isKept && fate === 'ended' && !wasHeard });
    // Before Node closes it, after which the kernel would go on sending what it has taken.
    if (this.#request.end !== undefined) this.#connection?.reset();
    this.#outgoing?.destroy();
    this.#dial?.cancel();
    this.#pool.leave(this);
    this.#connection?.close();
  }

  /** The request has closed, behind its answer or without one. */
  #done() {
    const connection = this.#connection;
    if (this.#isWhole && connection) this.#pool.keep(connection);
    else if (this.#answer?.complete) this.#isClosed = true; // its end is yet to be read
    else if (this.#answer) this.#fail('cut', 'the body ended early', 'ended');
    else this.#fail('ECONNRESET', 'the connection ended', 'ended');
  }

  /** @param {Response | Failed} outcome */
  #settle(outcome) {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#resolve(outcome);
  }
}

module.exports = { Exchange };
