'use strict';

const { present } = require('./aws-clock.js');
const { UnavailableError } = require('./errors.js');

/** Seconds after its announcement until which something is sent (CHG-12). */
const SENDS = 15;
/** Seconds for which its signature is valid. */
const LIFETIME = 20;
/** Seconds after its announcement at which it is broken off (CHG-13). */
const BREAKS_OFF = 80;
/** Seconds after its announcement at which an answer is dated too late to be relied on. */
const LATE = 100;

const SECOND = 1000;

/** S3 has refused a signature that has expired, or would: what it was for is to be announced anew (CHG-12). */
class ExpiredError extends UnavailableError {}

/** What bounds the writes of one announcement in time: S3 has them all 120 s after it, or never will (CHG-12, CHG-13). */
class Fence {
  /** When S3 dated the answer to a write that was to be over long before, in seconds of its time; undefined if it was not. @type {number | undefined} */
  late;

  /** @param {number} e When it was announced, in seconds of S3's time. */
  constructor(e) {
    this.e = e;
  }

  /** When it was announced, in Unix milliseconds of S3's time. */
  get time() {
    return this.e * SECOND;
  }

  /** Seconds for which a signature with it is valid. */
  get lifetime() {
    return LIFETIME;
  }

  /** Whether nothing more may be sent with it. */
  get isOver() {
    return present() > (this.e + SENDS) * SECOND;
  }

  /** When an upload is broken off, in Unix milliseconds of this machine's clock. */
  get end() {
    return (this.e + BREAKS_OFF) * SECOND - present() + Date.now();
  }

  /** @param {number} date of S3's answer to a write, in Unix milliseconds; NaN if it is not known */
  answered(date) {
    if (date > (this.e + LATE) * SECOND) this.late = Math.floor(date / SECOND);
  }
}

module.exports = { ExpiredError, Fence };
