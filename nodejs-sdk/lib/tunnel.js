'use strict';

/**
 * Ask a proxy to pass on what is sent (RFC 9110, section 9.3.6).
 *
 * @param {import('node:net').Socket} socket to the proxy
 * @param {{hostname: string, port: number}} peer
 * @param {string | undefined} authorization
 * @returns {Promise<void>}
 * @throws {NodeJS.ErrnoException} `proxy` if it refuses
 */
function openTunnel(socket, { hostname, port }, authorization) {
  const path = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const headers = { host: path, ...(authorization && { 'proxy-authorization': authorization }) };
  return new Promise((resolve, reject) => {
    const refuse = (/** @type {string} */ message) => {
      socket.destroy();
      reject(Object.assign(new Error(message), { code: 'proxy' }));
    };
    const request = require('node:http').request({ method: 'CONNECT', path, headers, createConnection: () => socket });
    request.on('connect', ({ statusCode }, _, rest) => {
      if (statusCode !== 200 || rest.length > 0) refuse(`the proxy answered ${statusCode}`);
      else resolve();
    });
    request.on('response', ({ statusCode }) => refuse(`the proxy answered ${statusCode}`));
    request.on('error', () => refuse('the proxy ended the connection'));
    socket.on('close', () => refuse('the proxy ended the connection'));
    request.end();
  });
}

module.exports = { openTunnel };
