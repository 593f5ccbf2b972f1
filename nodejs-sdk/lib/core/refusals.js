'use strict';

/** @typedef {Pick<import('./effects.js').Response, 'body'>} Refusal */

/** Bytes of an answer in which a code is looked for. */
const MAX_BYTES = 64 * 1024;

const utf8 = new TextDecoder();

/**
 * @param {Refusal} refusal
 * @returns {string} the code in the XML of S3 and CloudFront or the JSON of the others; "unknown" without. It is shown, so it is
 *   made of letters, whatever the answer is made of (KEYS-4)
 */
function errorCode(refusal) {
  const text = textOf(refusal);
  const [, code] = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(text) ?? /"__type":\s*"(?:[^"#]*#)?([A-Za-z]{1,60})"/.exec(text) ?? [];
  return code ?? 'unknown';
}

/**
 * @param {Refusal} refusal of CloudFront
 * @returns {boolean} whether it has passed on S3's: those have a RequestId, its own have none (FAIL-1)
 */
function isOfS3(refusal) {
  return textOf(refusal).includes('<RequestId>');
}

/**
 * @param {Refusal} refusal
 * @returns {boolean} whether it is for a signature in a query that came too late
 */
function isOutOfTime(refusal) {
  return textOf(refusal).includes('Request has expired');
}

/** @param {Refusal} refusal */
function textOf({ body }) {
  return utf8.decode(body.subarray(0, MAX_BYTES));
}

module.exports = { errorCode, isOfS3, isOutOfTime };
