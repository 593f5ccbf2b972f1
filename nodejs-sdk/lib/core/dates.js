'use strict';

const FIRST = 0;
/** The end of the year 9999. */
const LAST = 253_402_300_799_999;

/**
 * @param {string | undefined} text a date as HTTP has it
 * @returns {number} Unix milliseconds; NaN if it is none, or outside the years 1970 to 9999 (WIRE-4)
 */
function dateIn(text) {
  if (text === undefined || text.length > 64) return NaN;
  const date = Date.parse(text);
  return date >= FIRST && date <= LAST ? date : NaN;
}

/**
 * Since when what an answer says has surely been read (CHG-14), in seconds of S3's time.
 *
 * @param {number} date Its `Date`; NaN without.
 * @param {number} elapsed Seconds from the start of the request to the head of the answer; less than 0 if the clock was set back.
 * @param {number} age Its `Age`.
 * @param {number} [maxAge] Its `max-age`, if it is an edge's.
 * @returns {number} NaN if nobody knows
 */
function readSince(date, elapsed, age, maxAge = 0) {
  return elapsed >= 0 ? date - elapsed - age - 1 - maxAge : NaN;
}

module.exports = { dateIn, readSince };
