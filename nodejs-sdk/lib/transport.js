'use strict';

/**
 * @typedef {object} Request
 * @property {'GET' | 'PUT' | 'POST' | 'DELETE'} method Each may be sent twice: a dead connection is retried.
 * @property {string} url Where to connect, and what to ask for.
 * @property {Record<string, string>} headers in lower case
 * @property {Uint8Array | undefined} [body]
 * @property {number} maxBytes How much of the response's body to read.
 * @property {boolean} [failsFast] Silence of a kept connection is not tried again with a new one: the caller knows another way.
 */

/**
 * @typedef {object} Response
 * @property {number} status
 * @property {Record<string, string | undefined>} headers Those of `WANTED` that came, in lower case.
 * @property {Uint8Array} body
 * @property {boolean} cut whether the body goes on beyond `maxBytes`
 */

/** @typedef {{failure: {code: string, message: string}}} Failure No response; nothing here is thrown. */

/** @typedef {{connect: number, read: number}} Limits milliseconds */

/**
 * @typedef {object} Route How to send to an origin.
 * @property {typeof import('node:https').request} ask
 * @property {boolean} isTls
 * @property {import('node:http').Agent} agent
 * @property {string} hostname
 * @property {string} port
 * @property {string} servername
 */

/** The headers that somebody here reads. Node's own object of all headers costs as much as parsing a small document. */
const WANTED = new Set([
  'age',
  'cache-control',
  'content-encoding',
  'date',
  'etag',
  'last-modified',
  'x-amz-bucket-region',
  'x-cache',
]);

const LIMITS = { connect: 1000, read: 2000 };

/** A frozen function's connections are dead when it thaws, and only the wall clock knows. Milliseconds. */
const MAX_IDLE = 4000;
/** Milliseconds between two looks for such connections: to look in each request would be a part of its cost. */
const LOOK_EVERY = 100;

/**
 * HTTP with connections kept alive and a deadline on everything. Node's built-in modules are all it needs, so that its
 * text also runs inside the worker.
 */
class Transport {
  /** By origin: to take a URL apart costs as much as parsing a small answer. @type {Map<string, Route>} */
  #routes = new Map();
  /** When a connection was last used, in Unix milliseconds. @type {WeakMap<object, number>} */
  #lastUse = new WeakMap();
  /** When somebody last looked for connections that idle, in Unix milliseconds. */
  #lookedAt = 0;
  #limits;

  /** @param {Limits} [limits] */
  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /**
   * @param {Request} request
   * @param {number} budget Milliseconds for everything, a second attempt included.
   * @returns {Promise<Response | Failure>}
   */
  async send(request, budget) {
    const deadline = performance.now() + budget;
    const sinceLook = Date.now() - this.#lookedAt;
    if (sinceLook < 0 || sinceLook > LOOK_EVERY) this.#dropIdle(MAX_IDLE);
    const first = await this.#attempt(request, Math.max(0, budget));
    if (!('failure' in first) || !first.wasDead) return first;
    // The connection had died while nobody looked. So may have the others; a new one tells.
    this.#dropIdle(-1);
    if (request.failsFast && first.failure.code === 'timeout') return first;
    return this.#attempt(request, Math.max(0, deadline - performance.now()));
  }

  close() {
    for (const { agent } of this.#routes.values()) agent.destroy();
  }

  /** @param {number} limit milliseconds */
  #dropIdle(limit) {
    const now = Date.now();
    this.#lookedAt = now;
    for (const [origin, { agent }] of this.#routes) {
      for (const socket of agent.freeSockets[origin] ?? []) {
        const idle = now - (this.#lastUse.get(socket) ?? 0);
        if (idle > limit || idle < 0) socket.destroy();
      }
    }
  }

  /**
   * @param {string} origin
   * @returns {Route}
   */
  #routeTo(origin) {
    const known = this.#routes.get(origin);
    if (known) return known;
    const { protocol, hostname, port } = new URL(origin);
    const isTls = protocol === 'https:';
    const { Agent, request: ask } = isTls ? require('node:https') : require('node:http'); // TLS takes longest to load
    const route = {
      ask,
      isTls,
      // Its own name for a connection has all options of TLS in it, and is put together twice for each request.
      agent: Object.assign(new Agent({ keepAlive: true }), { getName: () => origin, keepSocketAlive }),
      hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname, // an IPv6 address stands in brackets
      port,
      // Else the certificate would have to name the Host header, not whom we connect to. Addresses have no name.
      servername: /^[\d.]+$|:/.test(hostname) ? '' : hostname,
    };
    this.#routes.set(origin, route);
    return route;
  }

  /**
   * @param {Request} request
   * @param {number} budget
   * @returns {Promise<Response | (Failure & {wasDead: boolean})>}
   */
  #attempt({ method, url, headers, body, maxBytes }, budget) {
    return new Promise((resolve) => {
      const pathAt = url.indexOf('/', url.indexOf('//') + 2);
      const { ask, isTls, agent, hostname, port, servername } = this.#routeTo(pathAt < 0 ? url : url.slice(0, pathAt));
      const path = pathAt < 0 ? '/' : url.slice(pathAt);
      const outgoing = ask({ method, hostname, port, path, headers, agent, servername });
      const { connect, read } = this.#limits;
      let quietSince = performance.now();
      const end = quietSince + budget;
      let limit = connect;
      let waitingFor = 'connecting';
      let answered = false;
      let settled = false;
      /** @type {import('node:net').Socket} */
      let connection;

      /** @param {Response | (Failure & {wasDead: boolean})} outcome */
      const settle = (outcome) => {
        settled = true;
        clearTimeout(timer);
        resolve(outcome);
      };
      /** @param {string} code @param {string} message */
      const fail = (code, message) => {
        settle({ failure: { code, message }, wasDead: outgoing.reusedSocket && !answered });
        outgoing.destroy();
      };
      /** A sign of life. @param {string} what is awaited next */
      const waitFor = (what) => {
        quietSince = performance.now();
        limit = read;
        waitingFor = what;
      };
      const check = () => {
        const left = Math.min(quietSince + limit, end) - performance.now();
        if (left > 0) {
          timer = setTimeout(check, left);
          return;
        }
        const since = quietSince;
        // A synchronous get blocks this thread: the sign may have come, unread. One turn of the loop reads it.
        setImmediate(() => {
          if (settled) return;
          if (performance.now() >= end) fail('timeout', `the call took more than ${Math.round(budget)} ms`);
          else if (since === quietSince) fail('timeout', `${waitingFor} took more than ${limit} ms`);
          else check();
        });
      };
      // One for all deadlines: to move a timer with each sign of life costs more than to look at the clock.
      let timer = setTimeout(check, Math.min(budget, connect, read));

      outgoing.on('socket', (socket) => {
        connection = socket;
        if (outgoing.reusedSocket) waitFor('the answer');
        else socket.once(isTls ? 'secureConnect' : 'connect', () => waitFor('the answer'));
      });
      outgoing.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
        fail(error.code ?? 'network', error.message || 'the connection failed');
      });
      outgoing.on('response', (incoming) => {
        answered = true;
        waitFor('the body');
        /** @type {Buffer[]} */
        const chunks = [];
        let length = 0;
        const finish = () => {
          const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
          const { statusCode = 0, rawHeaders } = incoming;
          const cut = length > maxBytes;
          settle({ status: statusCode, headers: wantedIn(rawHeaders), body: cut ? bytes.subarray(0, maxBytes) : bytes, cut });
        };
        incoming.on('data', (chunk) => {
          waitFor('the body');
          chunks.push(chunk);
          length += chunk.length;
          if (length <= maxBytes) return;
          finish();
          outgoing.destroy();
        });
        incoming.on('end', () => {
          this.#lastUse.set(connection, Date.now());
          finish();
        });
        incoming.on('error', (error) => fail('cut', `the body ended early: ${error.message}`));
      });
      outgoing.end(body);
    });
  }
}

/**
 * In the agent's place: its own looks for a `Keep-Alive` header, and makes an object of all headers for that. How long a
 * connection is kept is `MAX_IDLE`'s to say.
 *
 * @param {import('node:net').Socket} socket
 */
function keepSocketAlive(socket) {
  socket.unref();
  return true;
}

/**
 * @param {readonly string[]} raw names and values by turns, as they came
 * @returns {Response['headers']} a header that came twice is one list (RFC 9110, section 5.3)
 */
function wantedIn(raw) {
  /** @type {Response['headers']} */
  const headers = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at].toLowerCase();
    if (WANTED.has(name)) headers[name] = name in headers ? `${headers[name]}, ${raw[at + 1]}` : raw[at + 1];
  }
  return headers;
}

module.exports = { Transport };
