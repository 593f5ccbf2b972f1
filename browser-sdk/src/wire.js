/** How long nothing may come: until the head of an answer, with the connection (TIME-2); and between two pieces of a body. */
const HEAD = 3000;
const SILENCE = 2000;

/** @typedef {{status: number, headers: Record<string, string>, body: Uint8Array, cut: boolean}} Response */
/** @typedef {{failure: {code: string, message: string}}} Failure */

/**
 * @param {string} url
 * @param {object} asked
 * @param {number} asked.end of `performance.now()`
 * @param {number} [asked.maxBytes] How much of the body to read.
 * @param {FormData} [asked.form] What is posted.
 * @param {AbortSignal | undefined} [asked.signal]
 * @returns {Promise<Response | Failure>} rejected only if the signal says so
 */
export async function ask(url, { end, maxBytes = 65_536, form, signal }) {
  const control = new AbortController();
  const abort = () => control.abort();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const wait = (/** @type {number} */ milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(abort, Math.max(0, Math.min(milliseconds, end - performance.now())));
  };
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    // What is posted shows no sign of life until it is there.
    wait(form ? Infinity : HEAD);
    const response = await fetch(url, {
      cache: 'no-store', // WEB-4
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal: control.signal,
      ...(form && { method: 'POST', body: form }),
    });
    wait(SILENCE);
    let body = await readAll(response.body, maxBytes, () => wait(SILENCE));
    // What says `aws-chunked` beside `gzip`, no browser inflates (OBJ-2); no document begins so.
    if (body[0] === 0x1f && body[1] === 0x8b) body = await readAll(inflated(body), maxBytes);
    const cut = body.length > maxBytes;
    if (cut) abort();
    return { status: response.status, headers: Object.fromEntries(response.headers), body, cut };
  } catch (error) {
    signal?.throwIfAborted();
    const isLate = control.signal.aborted;
    return { failure: { code: isLate ? 'timeout' : 'network', message: isLate ? 'it took too long' : /** @type {Error} */ (error).message } };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * @param {ReadableStream<Uint8Array> | null} stream
 * @param {number} maxBytes after which it is left alone
 * @param {() => void} [alive] called with each piece
 */
async function readAll(stream, maxBytes, alive = () => {}) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  let length = 0;
  const reader = stream?.getReader();
  for (let piece; reader && length <= maxBytes && !(piece = await reader.read()).done; alive()) {
    pieces.push(piece.value);
    length += piece.value.length;
  }
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** @param {Uint8Array} bytes */
function inflated(bytes) {
  return new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
}
