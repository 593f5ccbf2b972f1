'use strict';

/** Write ids that a document has of its predecessors at most (COND-5). */
const MAX_IDS = 100;

/** Milliseconds after which nobody asks any more what became of a put (COND-5, COND-6). */
const MEMORY = 60_000;

/** @typedef {Pick<import('./envelope.js').Envelope, 'write' | 'previous' | 'expiresAt' | 'hasExpired' | 'tags'>} Predecessor What is stored where something is to be put. */

/**
 * The `previous` of a document that replaces another (COND-5).
 *
 * @param {{date: number, storedAt: number}} answer of S3, or of an edge that got it there
 * @param {Predecessor | undefined} document
 * @returns {string[]}
 */
function lineage({ date, storedAt }, document) {
  if (!document) return [];
  const isOld = date - storedAt > MEMORY; // not so if one of them is not known
  return [...(document.write === undefined ? [] : [document.write]), ...(isOld ? [] : document.previous)].slice(0, MAX_IDS);
}

/**
 * @param {string | undefined} replacedId The write id of what a put was to replace, if that is known.
 * @param {Predecessor} document What is stored instead, and does not name the put among its predecessors.
 * @returns {boolean} whether it may descend from the put all the same, further back than it can tell (COND-6)
 */
function hidesHistory(replacedId, { previous }) {
  return previous.length >= MAX_IDS && (replacedId === undefined || !previous.includes(replacedId));
}

module.exports = { lineage, hidesHistory, MAX_IDS, MEMORY };
