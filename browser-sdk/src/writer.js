import { dateOf, versionOf } from '../../nodejs-sdk/lib/core/answer.js';
import { CachedValue } from '../../nodejs-sdk/lib/core/cached-value.js';
import { AccessDeniedError, ConfigurationError, UnavailableError, ValueTooLargeError } from '../../nodejs-sdk/lib/core/errors.js';
import { platform } from '../../nodejs-sdk/lib/core/platform.js';
import { errorCode } from '../../nodejs-sdk/lib/core/refusals.js';
import { NOTHING_DONE, UNKNOWN } from '../../nodejs-sdk/lib/core/session.js';
import { checkExposed, unanswered } from './edge.js';
import { checkOpens } from './grant.js';
import { ask } from './wire.js';

/** @typedef {import('../../nodejs-sdk/lib/core/envelope.js').Draft} Draft */
/** @typedef {import('../../nodejs-sdk/lib/core/reader.js').Target} Target */
/** @typedef {import('./write-grant.js').WriteGrant} WriteGrant */

const GZIP_FROM = 1024; // bytes (OBJ-2)

/** Answers that leave open what became of a put (WRITE-2); all others above 400 say that nothing was written. */
const isOpen = (/** @type {number} */ status) => status >= 500 && status !== 503;

/**
 * Make the document of a value that is to be put.
 *
 * @param {Target} target
 * @param {Draft} draft
 * @param {WriteGrant} grant
 * @param {import('./config.js').Config} config
 * @param {number} now Unix time in milliseconds
 * @throws {AccessDeniedError} WGRANT-9
 * @throws {ValueTooLargeError}
 */
export function prepare(target, draft, grant, { maxValueBytes }, now) {
  checkOpens(grant, target.name, now);
  const writeId = platform.randomWriteId();
  const expiresAt = grant.ttl === undefined ? undefined : Math.ceil(now + grant.ttl * 1000);
  const tags = grant.tags && new Map(Object.entries(grant.tags));
  const { document, text } = draft.prepare(writeId, maxValueBytes, { expiresAt, tags });
  if (document.length > grant.max_bytes) {
    throw new ValueTooLargeError(`The value takes ${document.length} bytes as JSON; the grant allows ${grant.max_bytes}. Store it in parts.`);
  }
  return { target, draft, grant, writeId, expiresAt, tags, document, text };
}

/**
 * Post it, once (WGRANT-10), so that this object knows what it has done (WEB-7, WEB-9).
 *
 * @param {ReturnType<typeof prepare>} prepared
 * @param {import('./service.js').Parts} parts
 * @param {() => number} clock Unix time in milliseconds
 * @param {number} budget milliseconds
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string>} its version
 */
export async function put(prepared, { session, local, flights, writing }, clock, budget, signal) {
  const { target, draft, writeId, expiresAt, tags, document, text } = prepared;
  const { name } = target;
  const start = clock();
  session.begin(name);
  local.drop(name);
  flights.detach(name);
  const posting = post(prepared, performance.now() + budget, signal);
  const over = posting.catch(() => {}).finally(() => writing.get(name) === over && writing.delete(name));
  writing.set(name, over);
  /** @type {any} */
  let outcome = UNKNOWN;
  let copy;
  try {
    const { version, date, maxAge } = await posting;
    outcome = { version, floor: date, knownAt: clock(), ids: [], isOwn: true };
    copy = new CachedValue(
      { ...draft, text, octets: document.length, expiresAt, took: 0, write: writeId, tags },
      { version, storedAt: date, start, age: 0, maxAge },
    );
    return version;
  } catch (error) {
    if (error instanceof Refusal) {
      outcome = NOTHING_DONE;
      throw error.cause;
    }
    throw error;
  } finally {
    const isNewest = session.end(name, outcome);
    session.forgetUnknown(name); // WEB-7
    flights.detach(name); // their requests may have been sent before S3 had it
    if (isNewest && copy) local.keep(name, copy);
  }
}

/** Says that nothing was written, and why. */
class Refusal extends Error {}

/**
 * @param {ReturnType<typeof prepare>} prepared
 * @param {number} end of `performance.now()`
 * @param {AbortSignal | undefined} signal
 */
async function post({ target, grant, document }, end, signal) {
  const { forms, url } = grant;
  const zipped = document.length < GZIP_FROM ? document : await gzip(document);
  const isSmaller = zipped.length < document.length;
  const fields = isSmaller ? forms.gzip : forms.plain;
  const form = new FormData();
  for (const [field, value] of Object.entries({ key: target.key, ...fields })) form.append(field, value);
  form.append('file', new Blob([/** @type {any} */ (isSmaller ? zipped : document)]));
  const what = `Putting ${target.key}`;
  const response = await ask(url, { end, form, signal });
  if ('failure' in response) throw unanswered(what, response.failure, 'the bucket', true);
  const { status, headers } = response;
  if (status >= 300 || status === 0) throw refused(response, what);
  checkExposed(headers, ['etag', 'date'], 'the bucket', 'ExposeHeaders of its CORS rules, and read the value before you put it again');
  const [, maxAge] = /max-age=([0-9]+)/.exec(fields['Cache-Control']) ?? [];
  return { version: versionOf({ headers }), date: dateOf({ headers }), maxAge: Number(maxAge ?? 0) };
}

/**
 * @param {import('./wire.js').Response} response
 * @param {string} what
 */
function refused(response, what) {
  const { status } = response;
  const code = errorCode(response);
  if (status === 0 || isOpen(status)) return UnavailableError.because(what, { code: String(status), message: code }, true);
  if (status === 403) return refusal(new AccessDeniedError(`${what} was refused (${code}): the grant is over, or does not fit. Ask for a new one.`));
  if (status === 404 || status < 400) return refusal(new ConfigurationError(`${what} was refused (${status}, ${code}): no such bucket there.`));
  return refusal(UnavailableError.because(what, { code: String(status), message: code }));
}

/** @param {Error} cause */
function refusal(cause) {
  return new Refusal(cause.message, { cause });
}

/** @param {Uint8Array} document */
async function gzip(document) {
  const stream = new Blob([/** @type {any} */ (document)]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
