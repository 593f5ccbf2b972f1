/** How many gets each cache answers in a service with a change record: the same as change_record.py. COST.md derives it. */
import { SECONDS_PER_HOUR, cachesOf, ofName, processesOf, reachOf, roomOf, trafficOf } from './hit-ratios.mjs';
import { zipf } from './popularity.mjs';

/**
 * @typedef {import('./popularity.mjs').Group} Group
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {import('./hit-ratios.mjs').Traffic} Traffic
 * @typedef {Traffic & { record_requests: Record<string, number>, record_total: number,
 *   record_s3_gets: number, record_size: number, record_bytes: number, announcements: number }} RecordTraffic  the requests for the record are in the others
 * @typedef {{ names: number, tags: number, everything: number }} Announced  what is announced, per second
 * @typedef {[number, number, number]} Requests  per second, to the edge, to the regional cache and to S3
 */

const BUCKETS = 4096;
const DAY = 86400;
const QUIET = 120;
const ANNOUNCING = 0.08;
const MOST_EXPONENT = 500;
const NODES = Array.from({ length: 8 }, (_, number) => (number + 0.5) / 8);

/**
 * Apply the model without a change record, and with one: requests per month at each cache.
 *
 * @param {Scenario} scenario
 * @param {number} hours  of a month
 * @returns {Traffic & { with_record: RecordTraffic }}
 */
export function trafficOfBoth(scenario, hours) {
  const plain = trafficOf(scenario, hours);
  const [seconds, processes] = [hours * SECONDS_PER_HOUR, processesOf(scenario)];
  const groups = zipf(scenario.names, scenario.zipf);
  const puts = scenario.puts_per_month / seconds;
  const writes = scenario.puts_per_month + scenario.tag_invalidations;
  const lost = -Math.expm1((-writes / seconds) * ANNOUNCING);
  const announced = { names: puts, tags: scenario.tag_invalidations / seconds, everything: (writes / seconds) * lost * lost };
  const attempts = writes * (1 + lost + lost * lost);
  const present = (plain.gets * (1 - scenario.absent)) / seconds;
  /** @type {[Record<string, number>, Record<string, number>]} */
  const [edge, record] = [{}, {}];
  let [total, asked, recordS3, regional, s3] = [0, 0, 0, plain.absent, plain.absent];
  /** @type {Record<string, number>} */
  const tags = {};
  let [tagTotal, tagRegional, tagS3] = [0, 0, scenario.puts_per_month * scenario.tags_per_value];
  for (const [region, share] of Object.entries(scenario.readers)) {
    const [values, ofTags, records] = withRecordIn(scenario, groups, present * share, processes * share, announced, seconds);
    record[region] = records[0] * seconds;
    tags[region] = ofTags[0] * seconds;
    tagTotal += tags[region];
    tagRegional += ofTags[1] * seconds;
    tagS3 += ofTags[2] * seconds;
    edge[region] = (values[0] + records[0]) * seconds + plain.absent * share + tags[region];
    total += edge[region];
    asked += record[region];
    regional += (values[1] + records[1]) * seconds;
    s3 += (values[2] + records[2]) * seconds;
    recordS3 += records[2] * seconds;
  }
  regional += tagRegional;
  s3 += attempts + tagS3;
  const between = asked ? (processes * seconds) / asked : Infinity;
  const changed = writes ? -Math.expm1((-writes / seconds) * between) : 0;
  const size = recordSize(announcedInADay(groups, puts));
  const { gets, absent } = plain;
  const withRecord = {
    gets,
    edge_requests: edge,
    regional_requests: regional,
    s3_gets: s3,
    absent,
    memory_misses: 0,
    shared_misses: 0,
    tag_requests: tags,
    tag_total: tagTotal,
    tag_regional: tagRegional,
    tag_s3_gets: tagS3,
    with_record: null,
    record_requests: record,
    record_total: asked,
    record_s3_gets: recordS3 + attempts,
    record_size: size,
    record_bytes: size * changed,
    announcements: attempts,
    edge_total: total,
    memory_ratio: gets ? Math.max(0, 1 - (total - asked - tagTotal) / gets) : 0,
    pop_ratio: total ? 1 - regional / total : 0,
    edge_ratio: total ? 1 - s3 / total : 0,
  };
  return { ...plain, with_record: withRecord };
}

/** Bytes of a gzipped record in which so many buckets have a time. @param {number} buckets */
function recordSize(buckets) {
  return 130 + buckets * (5.2 - 2.6 * Math.sqrt(buckets / BUCKETS));
}

/** @param {Group[]} groups @param {number} puts */
function announcedInADay(groups, puts) {
  const names = groups.reduce((sum, [count, share]) => sum - count * Math.expm1(-puts * share * DAY), 0);
  return BUCKETS * -Math.expm1(-names / BUCKETS);
}

/**
 * @param {Scenario} scenario @param {Group[]} groups @param {number} rate @param {number} processes
 * @param {Announced} announced @param {number} month  in seconds
 * @returns {[Requests, Requests, Requests]}  for values, for tags, and for the record
 */
function withRecordIn(scenario, groups, rate, processes, announced, month) {
  if (rate <= 0) return [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  const [caches, ttl] = [cachesOf(scenario, processes), scenario.edge_ttl];
  const near = reachOf(scenario, groups, rate / caches.processes, ttl);
  const far = reachOf(scenario, groups, rate / caches.processes, month);
  const longest = Math.max(0, Math.min(month, DAY - QUIET - ttl + (announced.names ? 1 / announced.names : month)));
  const { names, tags: invalidated, everything } = announced;
  const changesOfName = (/** @type {number} */ share) => names * (share + (1 - share) / BUCKETS) + invalidated / BUCKETS + everything;
  const changesOfTag = (/** @type {number} */ share) => invalidated * (share + (1 - share) / BUCKETS) + names / BUCKETS + everything;
  const [ofValues, confirmed] = requestsOf({ caches, ttl, near, far, longest }, groups, rate, changesOfName);
  const { tags, tags_per_value: perValue } = scenario;
  const reach = roomOf(scenario) ? Infinity : 0; // records are small
  const [ofTags, more] = perValue
    ? requestsOf({ caches, ttl, near: reach, far: reach, longest }, [[tags, 1 / tags]], rate * perValue, changesOfTag)
    : [/** @type {Requests} */ ([0, 0, 0]), 0];
  const all = confirmed + more;
  return [ofValues, ofTags, all > 0 ? ofName(all, caches, ttl, Infinity) : [0, 0, 0]];
}

/**
 * Requests for names, and gets that were confirmed.
 *
 * @param {{ caches: import('./hit-ratios.mjs').Caches, ttl: number, near: number, far: number, longest: number }} kept  how long copies stay in memory
 * @param {Group[]} groups @param {number} rate @param {(share: number) => number} changesOf
 * @returns {[Requests, number]}
 */
function requestsOf({ caches, ttl, near, far, longest }, groups, rate, changesOf) {
  const untilQuiet = QUIET + 1 + 0.75 * ttl;
  const mayConfirm = near > 0 && longest > ttl;
  let [edge, regional, s3, confirmed] = [0, 0, 0, 0];
  for (const [names, share] of groups) {
    const asked = rate * share;
    const changes = changesOf(share);
    const quiet = mayConfirm ? -Math.expm1(-changes * untilQuiet) : 1;
    const asWithout = ofName(asked, caches, ttl, near);
    const drops = dropped(asked / caches.processes, far);
    const life = meanLife(changes + drops, longest);
    const loads = mayConfirm ? caches.processes / (caches.processes / asked + life) : 0;
    const own = drops / (drops + changes + 1 / Math.max(longest, 1));
    const [popLoads, s3Loads] = [caches.processes / caches.pops, caches.processes].map(
      (readers) => loads * shared(asked / caches.processes, readers, ttl, changes, own, loads / caches.processes),
    );
    edge += names * (quiet * asWithout[0] + (1 - quiet) * loads);
    regional += names * (quiet * asWithout[1] + (1 - quiet) * popLoads);
    s3 += names * (quiet * asWithout[2] + (1 - quiet) * s3Loads);
    confirmed += names * (1 - quiet) * (asked - loads);
  }
  regional = Math.min(regional, edge);
  return [[edge, regional, Math.min(s3, regional)], confirmed];
}

/** @param {number} rate @param {number} reach */
function dropped(rate, reach) {
  return reach > 0 && reach < Infinity ? rate / Math.expm1(Math.min(MOST_EXPONENT, rate * reach)) : 0;
}

/** @param {number} ends @param {number} longest */
function meanLife(ends, longest) {
  return ends ? -Math.expm1(-ends * longest) / ends : longest;
}

/** @param {number} rate @param {number} readers @param {number} ttl @param {number} changes @param {number} own @param {number} loads */
function shared(rate, readers, ttl, changes, own, loads) {
  const power = 2 / (1 + changes / rate);
  const dense = NODES.reduce((sum, node) => sum + (2 * node) / (1 + (readers - 1) * rate * ttl * node ** power), 0) / NODES.length;
  return (1 - own) * dense + own / (1 + (readers - 1) * loads * ttl);
}
