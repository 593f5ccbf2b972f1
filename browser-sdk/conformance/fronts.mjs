// What stands between a page and an edge: a port for each distribution, since a page cannot say a `Host`, with the headers that a response
// headers policy gives to its answers.

import http from 'node:http';

const EXPOSED = 'ETag, Age, Date, Last-Modified, X-Cache';

export class Fronts {
  /** @type {Map<string, Promise<string>>} */
  #origins = new Map();

  /**
   * @param {string} endpoint where the edge is
   * @param {string} host of the distribution
   * @returns {Promise<string>} the origin that a page asks
   */
  of(endpoint, host) {
    const key = `${endpoint} ${host}`;
    if (!this.#origins.has(key)) this.#origins.set(key, listen((request, response) => forward(request, response, endpoint, host)));
    return this.#origins.get(key);
  }
}

/**
 * @param {http.RequestListener} handle
 * @returns {Promise<string>} its origin
 */
export function listen(handle) {
  const server = http.createServer(handle);
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${/** @type {any} */ (server.address()).port}`));
  });
}

function forward(request, response, endpoint, host) {
  const url = new URL(endpoint);
  const { 'accept-encoding': encodings = '' } = request.headers;
  const headers = { host, 'accept-encoding': encodings }; // no others: a distribution for pages takes those, an edge here takes none of a page's
  const onward = http.request({ hostname: url.hostname, port: url.port, method: request.method, path: request.url, headers }, (answer) => {
    const cors = ['Access-Control-Allow-Origin', '*', 'Access-Control-Expose-Headers', EXPOSED];
    response.writeHead(answer.statusCode, [...answer.rawHeaders, ...cors]);
    answer.on('error', () => response.destroy());
    answer.on('close', () => answer.complete || response.destroy());
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
