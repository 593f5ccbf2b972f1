'use strict';

/** Milliseconds that AWS's clock is ahead of this machine's (AWS-1); of the process, like the clock. */
let ahead = 0;

/** @returns {number} AWS's time, as far as it is known, in Unix milliseconds (AWS-1) */
function present() {
  return Date.now() + ahead;
}

/**
 * AWS has refused a signature for its time, or dated an answer otherwise: take the clock of its answer from now on.
 *
 * @param {number} date of the answer, in Unix milliseconds
 * @returns {boolean} whether that makes a difference
 */
function learnClock(date) {
  const difference = date - Date.now();
  if (Number.isNaN(difference)) return false;
  ahead = difference;
  return true;
}

module.exports = { learnClock, present };
