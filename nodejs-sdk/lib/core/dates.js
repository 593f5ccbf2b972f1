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

module.exports = { dateIn };
