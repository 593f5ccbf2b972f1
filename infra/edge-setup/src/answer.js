'use strict';

/**
 * @typedef {object} Callback
 * @property {string} ResponseURL presigned: whoever has it can answer for us, so it is never logged
 * @property {string} StackId
 * @property {string} RequestId
 * @property {string} LogicalResourceId
 */

const ATTEMPTS = 3;
const TIMEOUT_MS = 10_000;

/**
 * Sends one answer.
 *
 * @param {string} url
 * @param {string} body
 * @returns {Promise<string>} what went wrong, '' if nothing did
 */
async function send(url, body) {
  try {
    // S3's presigned URL was signed for an empty content type.
    const headers = { 'content-type': '' };
    const response = await fetch(url, { method: 'PUT', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? '' : `status ${response.status}`;
  } catch (/** @type {any} */ error) {
    return error.cause?.code ?? error.name; // the message may hold the URL
  }
}

/**
 * Tells CloudFormation the outcome ("Custom resource response objects" in its user guide).
 *
 * @param {Callback} event
 * @param {import('./route').Outcome} outcome
 * @returns {Promise<void>}
 * @throws {Error} if nobody took it; Lambda then runs the event again, which changes nothing that is there
 */
async function answer({ ResponseURL, StackId, RequestId, LogicalResourceId }, outcome) {
  const body = JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId });
  let trouble = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    trouble = await send(ResponseURL, body);
    if (!trouble) return;
  }
  throw new Error(`CloudFormation did not take the answer for ${LogicalResourceId}: ${trouble}`);
}

module.exports = { answer };
