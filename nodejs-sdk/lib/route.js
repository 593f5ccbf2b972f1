'use strict';

const { readFileSync } = require('node:fs');

const { ConfigurationError } = require('./core/errors.js');

/** @typedef {import('./core/effects.js').Proxy} Proxy */
/** @typedef {import('./core/effects.js').Authorities} Authorities */
/** @typedef {import('./core/effects.js').Route} Route */

const AUTHORITIES = ['AWS_CA_BUNDLE', 'profile', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'];
const PROXIES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
const PLAIN_PROXIES = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
const NO_PROXY = ['no_proxy', 'NO_PROXY'];

/** No proxy is asked for these (PROXY-3). */
const LOCAL_BLOCKS = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'];

/** @typedef {import('./settings.js').Settings} Settings */

/** Finds the way to an origin: proxy and authorities. */
class Routes {
  #settings;
  /** @type {Authorities | undefined} */
  #authorities;
  /** By origin. @type {Map<string, Route | undefined>} */
  #known = new Map();

  /**
   * @param {Settings} settings
   * @throws {ConfigurationError} TRUST-1
   */
  constructor(settings) {
    this.#settings = settings;
    this.#authorities = readAuthorities(settings);
  }

  /**
   * @param {URL} url
   * @returns {Route | undefined} undefined if the environment has no say in it
   * @throws {ConfigurationError} PROXY-1, PROXY-2
   */
  to(url) {
    const { origin } = url;
    if (this.#known.has(origin)) return this.#known.get(origin);
    const proxy = proxyOf(url, this.#settings);
    const authorities = url.protocol === 'https:' ? this.#authorities : undefined;
    const id = JSON.stringify([proxy, authorities]);
    const route = proxy || authorities ? { id, proxy, authorities } : undefined;
    this.#known.set(origin, route);
    return route;
  }
}

/**
 * @param {Settings} settings
 * @returns {{files: string[]} | undefined}
 * @throws {ConfigurationError} if a file is of no use
 */
function readAuthorities(settings) {
  const { bundle, extra } = authorityFiles(settings);
  for (const file of [bundle, extra]) if (file) checkAuthorities(file);
  // The extra ones alone are what Node takes by itself.
  return bundle && { files: [bundle.value, ...(extra ? [extra.value] : [])] };
}

/**
 * @param {Settings} settings
 * @returns {{bundle: {name: string, value: string} | undefined, extra: {name: string, value: string} | undefined}} TRUST-1
 */
function authorityFiles(settings) {
  let bundle;
  for (const name of AUTHORITIES) {
    const value = name === 'profile' ? settings.setting('ca_bundle') : settings.variable(name);
    if (value === undefined) continue;
    bundle = { name: name === 'profile' ? 'ca_bundle' : name, value };
    break;
  }
  return { bundle, extra: settings.firstOf(['NODE_EXTRA_CA_CERTS']) };
}

/** @param {{name: string, value: string}} file */
function checkAuthorities({ name, value }) {
  let text;
  try {
    text = readFileSync(value, 'latin1');
  } catch (error) {
    throw new ConfigurationError(`The file ${value} (${name}) cannot be read (${/** @type {NodeJS.ErrnoException} */ (error).code}).`);
  }
  if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(text)) throw new ConfigurationError(`The file ${value} (${name}) has no certificate.`);
}

/**
 * @param {URL} url
 * @param {Settings} settings
 * @returns {Proxy | undefined}
 * @throws {ConfigurationError}
 */
function proxyOf(url, settings) {
  const isTls = url.protocol === 'https:';
  const given = settings.firstOf(isTls ? PROXIES : PLAIN_PROXIES);
  if (!given || isExcepted(url, settings.firstOf(NO_PROXY)?.value ?? '')) return undefined;
  if (!isTls) {
    throw new ConfigurationError(`${given.name} is set, and a proxy is asked for https only: add ${url.host} to NO_PROXY.`);
  }
  return readProxy(given);
}

/**
 * @param {{name: string, value: string}} given It may hold a password, so no error quotes it.
 * @returns {Proxy}
 */
function readProxy({ name, value }) {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || !url.hostname || url.pathname.length > 1 || url.search || url.hash) {
    throw new ConfigurationError(`${name} must be like http://user:password@host:8080: other kinds of proxies are not supported.`);
  }
  const { hostname, port, username, password } = url;
  let authorization;
  try {
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    if (username || password) authorization = `Basic ${Buffer.from(user).toString('base64')}`;
  } catch {
    throw new ConfigurationError(`${name} has a user or password that is not percent-encoded.`);
  }
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 80, authorization };
}

/**
 * @param {URL} url
 * @param {string} list of hosts without a proxy
 * @returns {boolean} PROXY-3
 */
function isExcepted(url, list) {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || host.endsWith('.localhost') || LOCAL_BLOCKS.some((block) => isIn(block, host))) return true;
  return list.toLowerCase().split(/[\s,]+/).filter(Boolean).some((entry) => covers(entry, host, port));
}

/**
 * @param {string} entry
 * @param {string} host
 * @param {string} port
 */
function covers(entry, host, port) {
  if (entry === '*') return true;
  const [, bracketed, plain = '', onPort] = /^(?:\[([^\]]*)\]|([^:]*|[^[\]]*:[^[\]]*:[^[\]]*?))(?::(\d+))?$/.exec(entry) ?? [];
  if (onPort !== undefined && onPort !== port) return false;
  const name = (bracketed ?? plain).replace(/^\*?\./, '');
  if (name === '') return false;
  return host === name || host.endsWith(`.${name}`) || isIn(name, host);
}

/**
 * @param {string} block like `10.0.0.0/8`, or one address
 * @param {string} host
 * @returns {boolean} whether the host is an address in it
 */
function isIn(block, host) {
  const { BlockList, isIP } = require('node:net');
  const [address, bits] = block.split('/');
  const kind = isIP(address);
  if (kind === 0 || kind !== isIP(host)) return false;
  const family = kind === 4 ? 'ipv4' : 'ipv6';
  const most = kind === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return false;
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return list.check(host, family);
}

module.exports = { Routes, authorityFiles, proxyOf };
