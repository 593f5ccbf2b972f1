/** How many gets each cache answers: the same as hit_ratios.py, function by function. COST.md derives it. */
import { zipf } from './popularity.mjs';

/**
 * @typedef {import('./popularity.mjs').Group} Group
 * @typedef {Record<string, any>} Scenario  the fields of scenario.py
 * @typedef {{ gets: number, edge_requests: Record<string, number>, regional_requests: number, s3_gets: number,
 *   tag_requests: Record<string, number>, tag_total: number, tag_regional: number, tag_s3_gets: number,
 *   absent: number, memory_misses: number, shared_misses: number, edge_total: number, memory_ratio: number,
 *   pop_ratio: number, edge_ratio: number }} Traffic  where the gets of a month end
 * @typedef {{ processes: number, pops: number }} Caches
 */

export const SECONDS_PER_HOUR = 3600;
const BISECTIONS = 40;
const RARE = 1e-4;
const NEVER = 1e-7;
const STEP = 1 / 8;

/** Steps after an epoch: their length, and the probabilities that one fraction of a second is over, and two are. */
const TWO = Array.from({ length: 16 }, (_, number) => {
  const at = (number + 0.5) * STEP;
  return [STEP, Math.min(1, at), at < 1 ? (at * at) / 2 : 1 - (2 - at) ** 2 / 2];
});
const ONE = [...TWO.slice(0, 8), [1, 1, 1]];

/** @param {Scenario} scenario */
export function processesOf(scenario) {
  return Math.max(1, scenario.functions * scenario.environments);
}

/** How many values fit into the memory of one execution environment. @param {Scenario} scenario */
export function roomOf(scenario) {
  return scenario.memory ? Math.min(Math.floor(scenario.memory_bytes / scenario.value_bytes), scenario.memory_items) : 0;
}

/**
 * Apply the model: requests per month at each cache.
 *
 * @param {Scenario} scenario
 * @param {number} hours  of a month
 * @returns {Traffic}
 */
export function trafficOf(scenario, hours) {
  const [gets, seconds, processes] = [scenario.gets_per_month, hours * SECONDS_PER_HOUR, processesOf(scenario)];
  const absent = gets * scenario.absent;
  const present = (gets - absent) / seconds;
  const groups = zipf(scenario.names, scenario.zipf);
  /** @type {[Record<string, number>, Record<string, number>]} */
  const [edgeRequests, tags] = [{}, {}];
  let [regional, s3, edge] = [absent, absent, 0];
  let [tagTotal, tagRegional, tagS3] = [0, 0, scenario.puts_per_month * scenario.tags_per_value];
  for (const [region, share] of Object.entries(scenario.readers)) {
    const [asked, passed, fetched] = inRegion(scenario, groups, present * share, processes * share);
    const ofTags = tagsIn(scenario, present * share, processes * share);
    tags[region] = ofTags[0] * seconds;
    tagTotal += tags[region];
    tagRegional += ofTags[1] * seconds;
    tagS3 += ofTags[2] * seconds;
    edgeRequests[region] = asked * seconds + absent * share + tags[region];
    edge += edgeRequests[region];
    regional += passed * seconds;
    s3 += fetched * seconds;
  }
  regional += tagRegional;
  s3 += tagS3;
  const alone = present / processes;
  const inMemory = oneLayer(groups, alone, scenario.edge_ttl, reachOf(scenario, groups, alone, scenario.edge_ttl)) * processes;
  const shared = oneLayer(groups, present, scenario.edge_ttl, Infinity);
  return {
    gets,
    edge_requests: edgeRequests,
    regional_requests: regional,
    s3_gets: s3,
    absent,
    memory_misses: absent + inMemory * seconds,
    shared_misses: absent + shared * seconds,
    tag_requests: tags,
    tag_total: tagTotal,
    tag_regional: tagRegional,
    tag_s3_gets: tagS3,
    edge_total: edge,
    memory_ratio: gets ? Math.max(0, 1 - (edge - tagTotal) / gets) : 0,
    pop_ratio: edge ? 1 - regional / edge : 0,
    edge_ratio: edge ? 1 - s3 / edge : 0,
  };
}

/** @param {Group[]} groups @param {number} rate @param {number} ttl @param {number} reach */
function oneLayer(groups, rate, ttl, reach) {
  if (reach === 0 || rate <= 0) return rate;
  let missed = 0;
  for (const [names, share] of groups) {
    const asked = rate * share;
    let misses = 1 / (ttl + 1 / asked);
    if (reach < ttl) misses = asked - (asked - misses) * keptByFirst(asked, ttl, reach);
    missed += names * misses;
  }
  return missed;
}

/**
 * @param {Scenario} scenario @param {Group[]} groups @param {number} rate @param {number} readers
 * @returns {[number, number, number]}
 */
function inRegion(scenario, groups, rate, readers) {
  if (rate <= 0) return [0, 0, 0];
  const caches = cachesOf(scenario, readers);
  const reach = reachOf(scenario, groups, rate / caches.processes, scenario.edge_ttl);
  let [edge, regional, s3] = [0, 0, 0];
  for (const [names, share] of groups) {
    const [asked, passed, fetched] = ofName(rate * share, caches, scenario.edge_ttl, reach);
    edge += names * asked;
    regional += names * passed;
    s3 += names * fetched;
  }
  regional = Math.min(regional, edge);
  return [edge, regional, Math.min(s3, regional)];
}

/**
 * Requests for records of tags: each record is one more name, for which every get of a value that has the tag asks.
 *
 * @param {Scenario} scenario @param {number} rate @param {number} readers
 * @returns {[number, number, number]}
 */
function tagsIn(scenario, rate, readers) {
  const { tags, tags_per_value: perValue } = scenario;
  const asked = (rate * perValue) / tags;
  if (asked <= 0) return [0, 0, 0];
  const [edge, passed, fetched] = ofName(asked, cachesOf(scenario, readers), scenario.edge_ttl, roomOf(scenario) ? Infinity : 0);
  const regional = Math.min(passed, edge);
  return [tags * edge, tags * regional, tags * Math.min(fetched, regional)];
}

/** How many caches of each kind there are in one region. @param {Scenario} scenario @param {number} readers @returns {Caches} */
export function cachesOf(scenario, readers) {
  const processes = Math.max(1, readers);
  return { processes, pops: Math.min(scenario.pops, processes) };
}

/**
 * Requests per second for one name to the edge, to the regional cache and to S3, of the readers of one region.
 *
 * @param {number} asked  gets per second
 * @param {Caches} caches
 * @param {number} ttl
 * @param {number} reach  seconds that the name stays in memory since its last use; 0 if there is no memory
 * @returns {[number, number, number]}
 */
export function ofName(asked, { processes, pops }, ttl, reach) {
  const popAsks = askedInEpoch(asked / pops, ttl);
  const memoryAsks = reach ? askedInEpoch(asked / processes, ttl) : 0;
  const edge = missesOf(asked, processes, ttl, reach, memoryAsks);
  const s3 = 1 / (ttl + gapOf(asked, pops, processes, popAsks, memoryAsks));
  if (reach > 0 && pops >= processes) return [edge, edge, s3];
  if (pops <= 1) return [edge, s3, s3];
  const gap = gapOf(asked, 1, processes, 0, memoryAsks);
  const popGap = gapOf(asked / pops, 1, processes / pops, 0, memoryAsks);
  const again = ttl / (ttl - toldAge(asked / pops, ttl) + popGap);
  return [edge, (1 + (pops - 1) * again) / (ttl + gap), s3];
}

/** @param {number} rate @param {number} pops @param {number} processes @param {number} popAsks @param {number} memoryAsks */
function gapOf(rate, pops, processes, popAsks, memoryAsks) {
  if (rate < NEVER || (pops === 1 && !memoryAsks)) return 1 / rate;
  const [otherPops, otherMemories] = [1 - 1 / pops, 1 / pops - 1 / processes];
  const atOnce = (1 - memoryAsks) * (1 / pops + otherPops * (1 - popAsks)) + memoryAsks / processes;
  const afterOne = memoryAsks * otherMemories + (1 - memoryAsks) * otherPops * popAsks;
  const afterTwo = memoryAsks * otherPops;
  let [survives, gap] = [1, 0];
  for (const [seconds, oneOver, twoOver] of afterTwo ? TWO : ONE) {
    const hazard = rate * (atOnce + afterOne * oneOver + afterTwo * twoOver);
    const passed = survives * -Math.expm1(-hazard * seconds);
    gap += passed / hazard;
    survives -= passed;
  }
  return gap + survives / rate;
}

/** @param {number} nameRate @param {number} processes @param {number} ttl @param {number} reach @param {number} memoryAsks */
function missesOf(nameRate, processes, ttl, reach, memoryAsks) {
  if (reach === 0) return nameRate;
  const rate = nameRate / processes;
  const epochs = 1 / (ttl + 1 / nameRate);
  let misses = (1 + (processes - 1) * memoryAsks) * epochs;
  if (reach < ttl) {
    const first = epochs * rate * ttl;
    const others = nameRate - misses - first;
    misses = nameRate - first * keptByFirst(rate, ttl, reach) - others * kept(rate, ttl, reach);
  }
  return Math.min(misses, nameRate);
}

/** @param {number} rate @param {number} ttl @param {number} reach */
function kept(rate, ttl, reach) {
  if (rate * ttl < RARE) return (reach / ttl) * (2 - reach / ttl);
  return usedAtMost(rate, ttl, reach) / usedAtMost(rate, ttl, ttl);
}

/** @param {number} rate @param {number} ttl @param {number} reach */
function keptByFirst(rate, ttl, reach) {
  return reach / ttl + (1 - reach / ttl) * -Math.expm1(-rate * reach);
}

/** @param {number} rate @param {number} ttl @param {number} ago */
function usedAtMost(rate, ttl, ago) {
  const used = -Math.expm1(-rate * ago);
  return used - (used / rate - ago * Math.exp(-rate * ago)) / ttl;
}

/** @param {number} rate @param {number} ttl */
function askedInEpoch(rate, ttl) {
  return ttl / (ttl - toldAge(rate, ttl) + 1 / rate);
}

/** @param {number} rate @param {number} ttl */
function toldAge(rate, ttl) {
  if (rate * ttl < RARE) return (ttl - 1) / 2;
  const last = Math.exp(-rate * (ttl - 1));
  const withinSecond = -Math.expm1(-rate) / rate;
  const spread = -Math.expm1(-rate * (ttl - 1)) / rate - (ttl - 1) * last * withinSecond;
  return spread / -Math.expm1(-rate * ttl);
}

/**
 * How many seconds a name stays in a full memory since its last use; Infinity if it never is full within `longest`.
 *
 * @param {Scenario} scenario @param {Group[]} groups @param {number} rate @param {number} longest
 */
export function reachOf(scenario, groups, rate, longest) {
  const room = roomOf(scenario);
  if (room < 1) return 0;
  let [low, high] = [0, longest];
  if (scenario.names <= room || usedWithin(groups, rate * high) <= room) return Infinity;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (usedWithin(groups, rate * middle) <= room) low = middle;
    else high = middle;
  }
  return low;
}

/** @param {Group[]} groups @param {number} gets */
function usedWithin(groups, gets) {
  return groups.reduce((sum, [names, share]) => sum - Math.expm1(-gets * share) * names, 0);
}
