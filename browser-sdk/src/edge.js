import { answer } from '../../nodejs-sdk/lib/core/answer.js';
import { AccessDeniedError, ConfigurationError, CorruptValueError, UnavailableError } from '../../nodejs-sdk/lib/core/errors.js';
import { errorCode, isOfS3 } from '../../nodejs-sdk/lib/core/refusals.js';
import { ask } from './wire.js';

/** @typedef {import('../../nodejs-sdk/lib/core/answer.js').Answer} Answer */

/** S3 refused the edge, not the edge its viewer (FAIL-1). */
class OriginRefusedError extends AccessDeniedError {}

/** What a distribution has to let a page see (WEB-5). */
const EXPOSED = ['etag', 'date', 'last-modified'];

/**
 * Read a document through CloudFront.
 *
 * @param {import('./config.js').Config} config
 * @param {() => number} clock Unix time in milliseconds
 * @param {import('../../nodejs-sdk/lib/core/reader.js').Target} target
 * @param {number} end of `performance.now()`
 * @param {number} [maxBytes]
 * @returns {Promise<Answer>}
 * @throws {AccessDeniedError} GET-3
 * @throws {ConfigurationError} WEB-5
 * @throws {CorruptValueError} OBJ-4
 * @throws {UnavailableError} WEB-6
 */
export async function readEdge({ host, edge, grant, maxValueBytes, changes }, clock, { path }, end, maxBytes = maxValueBytes) {
  const start = clock();
  const what = `Reading ${path} from ${host}`;
  const response = await ask(edge + path + (grant ? `?${grant.query}` : ''), { end, maxBytes });
  if ('failure' in response) throw unanswered(what, response.failure, 'the distribution');
  const { status, headers } = response;
  if (status === 403) throw refused(response, `${host} refused to read ${path}`, grant);
  if (status !== 200 && status !== 404) throw UnavailableError.because(what, { code: String(status), message: `status ${status}` });
  if (response.cut) throw new CorruptValueError(`it is larger than MAX_VALUE_BYTES, ${maxBytes} bytes`);
  const document = status === 200 ? response.body : undefined;
  if (document) checkExposed(headers, [...EXPOSED, 'x-cache' in headers ? 'x-cache' : 'age'], `the distribution ${host}`);
  const read = answer('edge', start, /** @type {any} */ ({ ...response, headers: firsts(headers) }), document, changes ? clock() : undefined);
  if (Number.isNaN(read.age)) throw UnavailableError.because(what, { code: 'garbled', message: 'its Age is no number' }); // WIRE-4
  return read;
}

/**
 * @param {Record<string, string>} headers
 * @param {string[]} wanted
 * @param {string} who
 * @param {string} [what]
 * @throws {ConfigurationError} WEB-5
 */
export function checkExposed(headers, wanted, who, what = 'Access-Control-Expose-Headers of its response headers policy') {
  const hidden = wanted.filter((name) => !(name in headers));
  if (hidden.length > 0) throw new ConfigurationError(`A page cannot see ${hidden.join(', ')} in what ${who} answers: add that to ${what}.`);
}

/**
 * @param {string} what
 * @param {{code: string, message: string}} failure
 * @param {string} who
 * @param {boolean} [outcomeUnknown]
 * @returns {UnavailableError} WEB-6
 */
export function unanswered(what, { code, message }, who, outcomeUnknown) {
  const reasons = `${message}; no connection, or ${who} does not allow the origin ${globalThis.origin} (CORS), or it refused, which a page cannot see`;
  return UnavailableError.because(what, { code, message: code === 'network' ? reasons : message }, outcomeUnknown);
}

/**
 * Of headers that came more than once, the first (WIRE-4).
 *
 * @param {Record<string, string>} headers
 */
function firsts({ etag = '', date = '', 'last-modified': modified = '', ...rest }) {
  const first = (/** @type {string} */ text) => text.split(/(?<=GMT), /)[0];
  return { ...rest, etag: etag.replace(/^((W\/)?"[^"]*").*/s, '$1'), date: first(date), 'last-modified': first(modified) };
}

/**
 * @param {import('./wire.js').Response} response
 * @param {string} what
 * @param {unknown} grant
 */
function refused(response, what, grant) {
  const code = errorCode(response);
  if (grant) return new AccessDeniedError(`${what} (${code}): its grant is over, or signed with a key that the distribution does not know.`);
  if (code === 'MissingKey' || code === 'InvalidKey') return new ConfigurationError(`${what} (${code}): it is private. Give a grant.`);
  return new (isOfS3(response) ? OriginRefusedError : AccessDeniedError)(`${what} (${code}): it may not list its bucket.`);
}

/**
 * @param {unknown} error
 * @returns {boolean} whether the edge failed (GET-4, FAIL-1)
 */
export function isEdgeFailure(error) {
  return error instanceof UnavailableError || error instanceof CorruptValueError || error instanceof OriginRefusedError;
}
