/** One scenario against all alternatives: the same as comparison.py. */
import { offerOf } from './bill.mjs';
import { trafficOfBoth } from './change-record.mjs';
import { trafficOf } from './hit-ratios.mjs';
import { money, percent } from './quantities.mjs';

/**
 * @typedef {import('./bill.mjs').Data} Data
 * @typedef {import('./bill.mjs').Offer} Offer
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {ReturnType<typeof trafficOfBoth>} Traffic
 * @typedef {{ scenario: Scenario, traffic: Traffic, offers: Record<string, Offer>, ours: Offer }} Comparison
 * @typedef {{ key: string, gets_per_month: number, ours_above: boolean }} BreakEven
 */

export const OURS = 'memory_service';
export const RECORD = 'change_record';
const LEAST_GETS = 1e4;
const DECADES = 8;
const STEPS_PER_DECADE = 8;
const HALVINGS = 12;
const CENT = 0.01;
const ROUNDING = 1 + 1e-9;
const ALIKE = 0.05;
const ALIKE_USD = 1;

/** The same service with other traffic. @param {Scenario} scenario @param {number} gets @returns {Scenario} */
export function scenarioAt(scenario, gets) {
  const factor = gets / scenario.gets_per_month;
  return {
    ...scenario,
    gets_per_month: gets,
    puts_per_month: scenario.puts_per_month * factor,
    environments: scenario.environments * factor,
    invalidations: scenario.invalidations * factor,
    tag_invalidations: scenario.tag_invalidations * factor,
  };
}

/** Price one scenario everywhere. @param {Scenario} scenario @param {Data} data @returns {Comparison} */
export function compare(scenario, data) {
  const traffic = trafficOfBoth(scenario, data.prices.assumptions.hours_per_month.value);
  const offers = Object.fromEntries(Object.keys(data.model.offers).map((key) => [key, offerOf(key, scenario, traffic, data)]));
  return { scenario, traffic, offers, ours: offers[OURS] };
}

/** The same service at traffic from ten thousand to a million million gets a month. @param {Scenario} scenario @param {Data} data */
export function sweep(scenario, data) {
  const steps = Array.from({ length: DECADES * STEPS_PER_DECADE + 1 }, (_, step) => step);
  return steps.map((step) => compare(scenarioAt(scenario, LEAST_GETS * 10 ** (step / STEPS_PER_DECADE)), data));
}

/** Where Memory Service and each alternative change places within a sweep. @param {Comparison[]} points @param {Data} data */
export function breakEvens(points, data) {
  /** @type {BreakEven[]} */
  const found = [];
  for (let step = 1; step < points.length; step += 1) {
    const [left, right] = [points[step - 1], points[step]];
    for (const key of Object.keys(left.offers)) {
      const dearer = left.ours.usd > left.offers[key].usd;
      if (dearer !== right.ours.usd > right.offers[key].usd) {
        found.push({ key, gets_per_month: crossing(left, right, key, data), ours_above: dearer });
      }
    }
  }
  return found;
}

/** @param {Comparison} left @param {Comparison} right @param {string} key @param {Data} data */
function crossing(left, right, key, data) {
  let [low, high] = [left.scenario.gets_per_month, right.scenario.gets_per_month];
  const dearer = left.ours.usd > left.offers[key].usd;
  for (let step = 0; step < HALVINGS; step += 1) {
    const there = scenarioAt(left.scenario, Math.sqrt(low * high));
    const traffic = (key === RECORD ? trafficOfBoth : trafficOf)(there, data.prices.assumptions.hours_per_month.value);
    const [ours, other] = [OURS, key].map((one) => offerOf(one, there, traffic, data).usd);
    if (ours > other === dearer) low = there.gets_per_month;
    else high = there.gets_per_month;
  }
  return Math.sqrt(low * high);
}

/** The cheapest; of two that differ only by rounding, the first. @param {Offer[]} offers */
export function leastOf(offers) {
  const least = Math.min(...offers.map((offer) => offer.usd));
  return offers.find((offer) => offer.usd <= least * ROUNDING) ?? offers[0];
}

/** The cheapest of all; Memory Service if another costs less by less than a cent. @param {Comparison} comparison */
export function cheapestOf({ offers, ours }) {
  const best = leastOf(Object.values(offers));
  return ours.usd - best.usd < CENT ? ours : best;
}

/** What to do, in plain sentences. @param {Comparison} comparison @param {Data} data @returns {string[]} */
export function verdictOf(comparison, { model }) {
  const [best, { ours, offers }] = [cheapestOf(comparison), comparison];
  const sentences = [...model.verdict[best === ours ? 'ours' : 'other']];
  if (best !== ours && ours.usd - best.usd < Math.max(ALIKE_USD, ALIKE * best.usd)) sentences.push(model.verdict.alike);
  const told = best === ours ? leastOf(Object.values(offers).slice(1)) : best;
  /** @type {Record<string, string>} */
  const words = { ...model.offers[told.key], detail: told.detail && ` (${told.detail})`, usd: money(told.usd), ours_usd: money(ours.usd) };
  const [record, { traffic }] = [offers[RECORD], comparison];
  if (Math.abs(record.usd - ours.usd) >= CENT && best !== record) {
    sentences.push(model.verdict[record.usd < ours.usd ? 'saves' : 'costs']);
    words.record_usd = money(record.usd);
    words.record_ratio = percent(traffic.with_record.memory_ratio);
    words.ours_ratio = percent(traffic.memory_ratio);
  }
  return sentences.map((sentence) => sentence.replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => words[name]));
}
