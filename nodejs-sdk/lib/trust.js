'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { isIP } = require('node:net');
const tls = require('node:tls');

/** @type {WeakMap<import('node:net').Socket, import('node:net').Socket>} */
const carriers = new WeakMap();

/** Where the systems keep the authorities that an administrator has added to. */
const SYSTEM_STORES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Alpine
  '/etc/pki/tls/certs/ca-bundle.crt', // Red Hat, Amazon Linux
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // macOS, BSD
];

/** Node's codes for a certificate whose authority it does not know. */
const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** By what they trust: to make one takes milliseconds. @type {Map<string, import('node:tls').SecureContext>} */
const contexts = new Map();

/** Hosts whose authority only the system's store knows. @type {Set<string>} */
const knownToSystem = new Set();

/**
 * Speak TLS over a connection (WIRE-10).
 *
 * @param {import('node:net').Socket} socket
 * @param {import('./dial.js').Peer} peer
 * @returns {Promise<import('node:tls').TLSSocket>}
 * @throws {NodeJS.ErrnoException & {mayBeSystems?: boolean}} which says whether the system's store, which another attempt asks,
 *   may know the authority
 */
function secure(socket, peer) {
  const { hostname, authorities } = peer;
  const options = {
    socket,
    host: hostname,
    // Else the certificate would have to name the Host header, not whom we connect to. Addresses have no name.
    servername: isIP(hostname) ? '' : hostname,
    secureContext: contextOf(authorities, knownToSystem.has(hostname)),
    session: peer.session,
    rejectUnauthorized: true, // whatever NODE_TLS_REJECT_UNAUTHORIZED says
  };
  return new Promise((resolve, reject) => {
    const secured = tls.connect(options);
    carriers.set(secured, socket);
    secured.on('secureConnect', () => resolve(secured));
    secured.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const mayBeSystems = !authorities && UNKNOWN_AUTHORITY.has(String(error.code)) && !knownToSystem.has(hostname);
      if (mayBeSystems) knownToSystem.add(hostname);
      reject(Object.assign(error, { mayBeSystems }));
    });
    secured.on('close', () => {
      socket.destroy();
      reject(Object.assign(new Error('the connection ended in the TLS handshake'), { code: 'ECONNRESET' }));
    });
    secured.on('session', (session) => (peer.session = session));
  });
}

/**
 * @param {import('node:net').Socket} socket
 * @returns {import('node:net').Socket} what TLS runs over, if it does: only that can be reset
 */
function carrierOf(socket) {
  return carriers.get(socket) ?? socket;
}

/**
 * @param {import('./route.js').Authorities | undefined} authorities undefined for the platform's own
 * @param {boolean} withSystem whether to take the system's store as well
 */
function contextOf(authorities, withSystem) {
  const id = authorities ? authorities.files.join('\n') : String(withSystem);
  const known = contexts.get(id);
  if (known) return known;
  const ca = authorities ? authorities.files.map((file) => readFileSync(file)) : withSystem ? [...tls.rootCertificates, ...systemStore()] : undefined;
  const context = tls.createSecureContext({ ca, minVersion: 'TLSv1.2' });
  contexts.set(id, context);
  return context;
}

/** @returns {(Buffer | string)[]} */
function systemStore() {
  const { getCACertificates } = /** @type {{getCACertificates?: (kind: string) => string[]}} */ (/** @type {unknown} */ (tls));
  if (getCACertificates) return getCACertificates('system'); // from Node 22.15 on
  return SYSTEM_STORES.filter((file) => existsSync(file)).slice(0, 1).map((file) => readFileSync(file));
}

module.exports = { carrierOf, contextOf, secure };
