'use strict';

const { isTagRecord } = require('./names.js');

/** What one object has counted since it was made. */
class Stats {
  /** Gets that a copy in memory answered. */
  memoryHits = 0;
  /** Answers of the edge that were accepted. */
  edgeReads = 0;
  /** Answers of S3 to a get. */
  s3Reads = 0;
  /** Gets that were given a stale copy (STALE-2). */
  staleReads = 0;
  /** Gets that joined the request of another (MEM-4). */
  sharedReads = 0;
  /** Answers of the edge that were accepted for their version (SES-3). */
  acceptedByVersion = 0;
  /** Answers of the edge that were accepted for their `Last-Modified` (SES-3). */
  acceptedByTime = 0;
  /** Gets that had to read S3 because what the edge had could not be accepted (SES-3 to SES-5) or was stale (STALE-1). */
  sentToS3 = 0;
  /** Gets that were answered by a copy which is fresh only because the change record has confirmed it (CHG-22). */
  confirmed = 0;
  /** Answers to a reader's request for the change record. */
  recordsRead = 0;
  /** Puts of the change record that succeeded. */
  announcements = 0;
  /** Those that lost to somebody else's. */
  conflicts = 0;
  /** What reads of tags' records have counted, which are no gets of anybody's (CTAG-10). @type {Stats | undefined} */
  #ofRecords;

  /**
   * @param {string} name
   * @returns {Stats} where to count for that name
   */
  of(name) {
    return isTagRecord(name) ? (this.#ofRecords ??= new Stats()) : this;
  }

  /** Answers of edge and S3 that were read for the record of a tag (CTAG-10). */
  get tagReads() {
    return this.#ofRecords ? this.#ofRecords.edgeReads + this.#ofRecords.s3Reads : 0;
  }

  /**
   * @param {import('./cached-value.js').CachedValue} copy which answers a get
   * @param {number} now Unix time in milliseconds
   */
  countHit(copy, now) {
    this.memoryHits++;
    if (copy.isFreshByRecord(now)) this.confirmed++;
  }
}

module.exports = { Stats };
