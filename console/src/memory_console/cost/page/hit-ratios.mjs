/** How many gets each cache answers: the same as hit_ratios.py, number by number. COST.md derives it. */
import { zipf } from './popularity.mjs';

/**
 * @typedef {import('./popularity.mjs').Group} Group
 * @typedef {object} Scenario  the fields of scenario.py
 * @property {number} gets_per_month
 * @property {number} puts_per_month
 * @property {number} value_bytes
 * @property {number} names
 * @property {number} zipf
 * @property {number} absent
 * @property {number} functions
 * @property {number} environments
 * @property {Record<string, number>} readers
 * @property {number} pops
 * @property {string} bucket_region
 * @property {number} edge_ttl
 * @property {boolean} memory
 * @property {number} memory_bytes
 * @property {number} memory_items
 * @property {string} storage_class
 * @property {boolean} private
 * @property {number} invalidations
 * @property {boolean} free_tier
 * @property {number} peak
 *
 * @typedef {object} Traffic  where the gets of a month end
 * @property {number} gets
 * @property {Record<string, number>} edge_requests
 * @property {number} regional_requests
 * @property {number} s3_gets
 * @property {number} absent
 * @property {number} edge_total
 * @property {number} memory_ratio
 * @property {number} pop_ratio
 * @property {number} edge_ratio
 */

export const SECONDS_PER_HOUR = 3600;
const BISECTIONS = 40;
const RARE = 1e-4;
const NEVER = 1e-7;
const STEPS = 16;
const STEP = 2 / STEPS;

/** The probability, at each step, that one fraction of a second is over, and that a sum of two is. */
const OVER = Array.from({ length: STEPS }, (_, step) => {
  const after = (step + 0.5) * STEP;
  return [Math.min(1, after), after < 1 ? (after * after) / 2 : 1 - (2 - after) ** 2 / 2];
});

/** @param {Scenario} scenario */
export function processes(scenario) {
  return Math.max(1, scenario.functions * scenario.environments);
}

/**
 * Apply the model.
 *
 * @param {Scenario} scenario
 * @param {number} hours  of a month
 * @returns {Traffic}
 */
export function trafficOf(scenario, hours) {
  const seconds = hours * SECONDS_PER_HOUR;
  const absent = scenario.gets_per_month * scenario.absent;
  const present = (scenario.gets_per_month - absent) / seconds;
  const groups = zipf(scenario.names, scenario.zipf);
  /** @type {Record<string, number>} */
  const edgeRequests = {};
  let [regional, s3, edgeTotal] = [absent, absent, 0];
  for (const [region, share] of Object.entries(scenario.readers)) {
    const [asked, passed, fetched] = inRegion(scenario, groups, present * share, processes(scenario) * share);
    edgeRequests[region] = asked * seconds + absent * share;
    edgeTotal += edgeRequests[region];
    regional += passed * seconds;
    s3 += fetched * seconds;
  }
  const gets = scenario.gets_per_month;
  return {
    gets,
    edge_requests: edgeRequests,
    regional_requests: regional,
    s3_gets: s3,
    absent,
    edge_total: edgeTotal,
    memory_ratio: gets ? Math.max(0, 1 - edgeTotal / gets) : 0,
    pop_ratio: edgeTotal ? 1 - regional / edgeTotal : 0,
    edge_ratio: edgeTotal ? 1 - s3 / edgeTotal : 0,
  };
}

/**
 * Gets per month that pass a memory in each process which keeps copies for EDGE_TTL since its own read.
 *
 * @param {Scenario} scenario
 * @param {number} hours
 */
export function memoryMisses(scenario, hours) {
  return oneLayer(scenario, hours, true);
}

/**
 * Gets per month that pass one cache which all readers share and which keeps copies for EDGE_TTL.
 *
 * @param {Scenario} scenario
 * @param {number} hours
 */
export function sharedCacheMisses(scenario, hours) {
  return oneLayer(scenario, hours, false);
}

/**
 * @param {Scenario} scenario
 * @param {number} hours
 * @param {boolean} inMemory
 */
function oneLayer(scenario, hours, inMemory) {
  const seconds = hours * SECONDS_PER_HOUR;
  const absent = scenario.gets_per_month * scenario.absent;
  const caches = inMemory ? processes(scenario) : 1;
  const rate = (scenario.gets_per_month - absent) / seconds / caches;
  const groups = zipf(scenario.names, scenario.zipf);
  const reach = inMemory ? reachOf(scenario, groups, rate) : Infinity;
  if (reach === 0) return scenario.gets_per_month;
  const ttl = scenario.edge_ttl;
  let missed = 0;
  for (const group of groups) {
    const nameRate = rate * group.share;
    if (nameRate <= 0) continue;
    let misses = 1 / (ttl + 1 / nameRate);
    if (reach < ttl) misses = nameRate - (nameRate - misses) * keptByFirst(nameRate, ttl, reach);
    missed += group.names * misses;
  }
  return absent + missed * caches * seconds;
}

/**
 * Requests per second to the edge, to the regional cache and to S3, of the readers of one region.
 *
 * @param {Scenario} scenario
 * @param {Group[]} groups
 * @param {number} rate
 * @param {number} readers
 */
function inRegion(scenario, groups, rate, readers) {
  const memories = Math.max(1, readers);
  const pops = Math.min(scenario.pops, memories);
  const ttl = scenario.edge_ttl;
  const reach = reachOf(scenario, groups, rate / memories);
  const remembers = reach > 0;
  const alone = remembers && pops >= memories;
  let [edge, regional, s3] = [0, 0, 0];
  for (const group of groups) {
    const nameRate = rate * group.share;
    if (nameRate <= 0) continue;
    s3 += group.names / (ttl + gapOf(nameRate, pops, memories, ttl, remembers));
    const epochs = 1 / (ttl + gapOf(nameRate, 1, memories, ttl, remembers));
    const popGap = gapOf(nameRate / pops, 1, memories / pops, ttl, remembers);
    const asked = ttl / (ttl - toldAge(nameRate / pops, ttl) + popGap);
    regional += group.names * epochs * (1 + (pops - 1) * asked);
    edge += group.names * missesOf(nameRate, memories, ttl, reach);
  }
  regional = alone ? edge : Math.min(regional, edge);
  return [edge, regional, Math.min(s3, regional)];
}

/**
 * Seconds from the end of an epoch to the next get that reaches the regional cache, on average.
 *
 * @param {number} rate
 * @param {number} pops
 * @param {number} memories
 * @param {number} ttl
 * @param {boolean} remembers
 */
function gapOf(rate, pops, memories, ttl, remembers) {
  if (rate < NEVER || (pops === 1 && !remembers)) return 1 / rate;
  const popHolds = askedInEpoch(rate / pops, ttl);
  const memoryHolds = remembers ? askedInEpoch(rate / memories, ttl) : 0;
  let [survives, gap] = [1, 0];
  for (const [popOver, bothOver] of OVER) {
    const popFree = 1 - popHolds * (1 - popOver);
    const firstPop = 1 / memories + (1 / pops - 1 / memories) * (1 - memoryHolds * (1 - popOver));
    const otherPops = (1 - 1 / pops) * (memoryHolds * bothOver + (1 - memoryHolds) * popFree);
    const hazard = rate * (firstPop + otherPops);
    const passed = -Math.expm1(-hazard * STEP);
    gap += (survives * passed) / hazard;
    survives *= 1 - passed;
  }
  return gap + survives / rate;
}

/**
 * Gets per second of one name that the memories of all processes do not answer.
 *
 * @param {number} nameRate
 * @param {number} memories
 * @param {number} ttl
 * @param {number} reach
 */
function missesOf(nameRate, memories, ttl, reach) {
  if (reach === 0) return nameRate;
  const rate = nameRate / memories;
  const epochs = 1 / (ttl + 1 / nameRate);
  let misses = (1 + (memories - 1) * askedInEpoch(rate, ttl)) * epochs;
  if (reach < ttl) {
    const first = epochs * rate * ttl;
    const others = nameRate - misses - first;
    misses = nameRate - first * keptByFirst(rate, ttl, reach) - others * kept(rate, ttl, reach);
  }
  return Math.min(misses, nameRate);
}

/**
 * The share of hits that a full memory keeps.
 *
 * @param {number} rate
 * @param {number} ttl
 * @param {number} reach
 */
function kept(rate, ttl, reach) {
  if (rate * ttl < RARE) return (reach / ttl) * (2 - reach / ttl);
  return usedAtMost(rate, ttl, reach) / usedAtMost(rate, ttl, ttl);
}

/**
 * The same for the process that began the epoch, and so has used the name at its start.
 *
 * @param {number} rate
 * @param {number} ttl
 * @param {number} reach
 */
function keptByFirst(rate, ttl, reach) {
  return reach / ttl + (1 - reach / ttl) * -Math.expm1(-rate * reach);
}

/**
 * @param {number} rate
 * @param {number} ttl
 * @param {number} ago
 */
function usedAtMost(rate, ttl, ago) {
  const used = -Math.expm1(-rate * ago);
  return used - (used / rate - ago * Math.exp(-rate * ago)) / ttl;
}

/**
 * How often a cache that did not begin an epoch asks the next one in it, on average.
 *
 * @param {number} rate
 * @param {number} ttl
 */
function askedInEpoch(rate, ttl) {
  return ttl / (ttl - toldAge(rate, ttl) + 1 / rate);
}

/**
 * The mean of the header Age, in whole seconds, that a cache which did not begin an epoch is told.
 *
 * @param {number} rate
 * @param {number} ttl
 */
function toldAge(rate, ttl) {
  if (rate * ttl < RARE) return (ttl - 1) / 2;
  const last = Math.exp(-rate * (ttl - 1));
  const withinSecond = -Math.expm1(-rate) / rate;
  const spread = -Math.expm1(-rate * (ttl - 1)) / rate - (ttl - 1) * last * withinSecond;
  return spread / -Math.expm1(-rate * ttl);
}

/**
 * How many seconds a name stays in a full memory since its last use; infinite if memory never is full.
 *
 * @param {Scenario} scenario
 * @param {Group[]} groups
 * @param {number} rate
 */
function reachOf(scenario, groups, rate) {
  const room = scenario.memory ? Math.min(Math.floor(scenario.memory_bytes / scenario.value_bytes), scenario.memory_items) : 0;
  if (room < 1) return 0;
  let [low, high] = [0, scenario.edge_ttl];
  if (scenario.names <= room || usedWithin(groups, rate, high) <= room) return Infinity;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (usedWithin(groups, rate, middle) <= room) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * @param {Group[]} groups
 * @param {number} rate
 * @param {number} seconds
 */
function usedWithin(groups, rate, seconds) {
  return groups.reduce((sum, group) => sum - Math.expm1(-rate * group.share * seconds) * group.names, 0);
}
