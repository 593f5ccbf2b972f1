'use strict';

/** @typedef {import('../index.js').Entry} Entry */

/** The last moment that a Date can tell, in Unix milliseconds. */
const LAST_MOMENT = 8.64e15;

/**
 * A value with what is known about it (GET-6).
 *
 * @param {{value: unknown, type: string, expiresAt: number | undefined}} found What the document says.
 * @param {Pick<import('./answer.js').Answer, 'source' | 'version' | 'age' | 'storedAt'>} answer What edge or S3 say.
 * @returns {Entry}
 */
function entryOf({ value, type, expiresAt }, { source, version, age, storedAt }) {
  return {
    value,
    type: /** @type {Entry['type']} */ (type),
    version,
    source,
    age,
    storedAt,
    expiresAt: expiresAt === undefined ? undefined : new Date(Math.min(expiresAt, LAST_MOMENT)),
  };
}

module.exports = { entryOf };
