'use strict';

const { CachedValue } = require('./cached-value.js');
const { unwrap } = require('./envelope.js');
const { CorruptValueError } = require('./errors.js');
const { isTagRecord } = require('./names.js');

/** @typedef {import('./answer.js').Answer} Answer */

/**
 * What was read.
 *
 * @typedef {object} Reading
 * @property {import('../../index.js').Entry['source']} source
 * @property {import('./session.js').Answer & {headers?: import('./effects.js').Response['headers'], maxAge?: number | undefined}} answer What SES-3 wants to know of it.
 * @property {CachedValue | undefined} copy undefined if there is no value
 * @property {import('./lineage.js').Predecessor | undefined} [document] What is stored there, even if it has expired or was invalidated.
 * @property {import('./tag-reader.js').Verdict | undefined} [verdict] What S3's records of its tags say of it.
 */

/** @typedef {Reading & {answer: Answer}} EdgeReading */

/**
 * @param {Answer} answer
 * @param {string} name
 * @param {number} now Unix time in milliseconds
 * @returns {Reading}
 * @throws {CorruptValueError} but for what is in the place of a record, which is then none (CTAG-3)
 */
function readingOf(answer, name, now) {
  try {
    const reading = decoded(answer, now);
    return isTagRecord(name) && reading.copy?.tags ? nothing(answer) : reading;
  } catch (error) {
    if (!isTagRecord(name) || !(error instanceof CorruptValueError)) throw error;
    return nothing(answer);
  }
}

/**
 * @param {Answer} answer
 * @param {number} now Unix time in milliseconds
 * @returns {Reading}
 * @throws {CorruptValueError}
 */
function decoded(answer, now) {
  const { source } = answer;
  if (!answer.document) return nothing(answer);
  const document = unwrap(answer.document);
  if (document.hasExpired(now)) return { source, answer, copy: undefined, document };
  document.read();
  return { source, answer, copy: new CachedValue(document, answer), document };
}

/**
 * @param {Answer} answer
 * @returns {Reading} of nothing that counts
 */
function nothing(answer) {
  return { source: answer.source, answer, copy: undefined, document: undefined };
}

/**
 * @param {EdgeReading} reading
 * @returns {boolean} STALE-1
 */
function isStale({ answer: { age, maxAge } }) {
  return maxAge !== undefined && age > maxAge;
}

module.exports = { isStale, readingOf };
