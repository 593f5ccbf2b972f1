/** With which settings Memory Service is the best choice: the same as settings.py. */
import { OURS, RECORD, compare } from './comparison.mjs';
import { money } from './quantities.mjs';

/**
 * @typedef {import('./bill.mjs').Data} Data
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {{ edge_ttl: number, memory_bytes: number, plain_usd: number, record_usd: number, other: string, other_usd: number }} Setting
 */

const EDGE_TTLS = [5, 30, 60, 300, 3600, 86400];
const MIB = 2 ** 20;
const MEMORIES = [[64 * MIB, 100000], [256 * MIB, 1000000]]; // bytes, and values that they are for
const OWN = [OURS, RECORD, 'flat_rate'];
const A_CENT = 0.01;

/** @param {Setting} setting */
export function hasRecord({ plain_usd: plain, record_usd: record }) {
  return plain - record >= A_CENT;
}

/** The cheaper of the two; without a record if they differ by less than a cent. @param {Setting} setting */
export function usdOf(setting) {
  return hasRecord(setting) ? setting.record_usd : setting.plain_usd;
}

/** Whether nothing else is a cent cheaper. @param {Setting} setting */
export function isBest(setting) {
  return usdOf(setting) - setting.other_usd < A_CENT;
}

/** Price the traffic with other settings, from the least change to the largest. @param {Scenario} scenario @param {Data} data @returns {Setting[]} */
export function settingsOf(scenario, data) {
  const ttls = [scenario.edge_ttl, ...EDGE_TTLS.filter((ttl) => ttl > scenario.edge_ttl)];
  return ttls.flatMap((ttl) => memoriesOf(scenario).map((memory) => settingOf({ ...scenario, edge_ttl: ttl, ...memory }, data)));
}

/** @param {Scenario} scenario @returns {Partial<Scenario>[]} */
function memoriesOf(scenario) {
  const room = scenario.memory ? Math.min(Math.floor(scenario.memory_bytes / scenario.value_bytes), scenario.memory_items) : 0;
  if (room >= scenario.names) return [{}]; // it holds all values already
  const larger = MEMORIES.filter(([held]) => held > scenario.memory_bytes || !scenario.memory);
  return [{}, ...larger.map(([held, items]) => ({ memory: true, memory_bytes: held, memory_items: Math.max(items, scenario.memory_items) }))];
}

/** @param {Scenario} scenario @param {Data} data @returns {Setting} */
function settingOf(scenario, data) {
  const { offers } = compare(scenario, data);
  const others = Object.values(offers).filter((offer) => !OWN.includes(offer.key));
  const other = others.reduce((least, offer) => (offer.usd < least.usd ? offer : least));
  return {
    edge_ttl: scenario.edge_ttl,
    memory_bytes: scenario.memory ? scenario.memory_bytes : 0,
    plain_usd: offers[OURS].usd,
    record_usd: offers[RECORD].usd,
    other: other.key,
    other_usd: other.usd,
  };
}

/** Say with which of the settings Memory Service is the best choice; the first is what there is now. @param {Setting[]} settings @param {Data} data */
export function whenBest(settings, { model }) {
  const [now] = settings;
  if (now.plain_usd - now.other_usd < A_CENT) return model.verdict.best.replace('{usd}', money(now.plain_usd));
  const chosen = settings.find(isBest);
  const told = chosen ?? settings.reduce((least, one) => (usdOf(one) < usdOf(least) ? one : least));
  /** @type {string} */
  const sentence = model.verdict[chosen ? 'becomes' : 'never'];
  /** @type {Record<string, string>} */
  const words = {
    settings: described(told),
    own: model.offers[hasRecord(told) ? RECORD : OURS].name,
    usd: money(usdOf(told)),
    now_usd: money(now.plain_usd),
    other: model.offers[told.other].name,
    other_usd: money(told.other_usd),
  };
  return sentence.replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => words[name]);
}

/** @param {Setting} setting */
function described(setting) {
  const record = hasRecord(setting) ? 'a change record' : 'no change record';
  return `EDGE_TTL ${setting.edge_ttl.toLocaleString('en-US')} s, ${memoryOf(setting.memory_bytes)} and ${record}`;
}

/** What an environment keeps, in words. @param {number} held */
export function memoryOf(held) {
  return held ? `${Math.max(1, Math.floor(held / MIB)).toLocaleString('en-US')} MB of memory` : 'no memory';
}

/** The cheapest of each EDGE_TTL, for a table. @param {Setting[]} settings */
export function bestOfEachTtl(settings) {
  /** @type {Map<number, Setting>} */
  const found = new Map();
  for (const one of settings) {
    const known = found.get(one.edge_ttl);
    if (!known || usdOf(known) - usdOf(one) >= A_CENT) found.set(one.edge_ttl, one);
  }
  return [...found.values()];
}
