/** One scenario against all alternatives: the same as comparison.py. */
import { ALTERNATIVES, memoryServiceOffer } from './alternatives.mjs';
import { trafficOf } from './hit-ratios.mjs';

/**
 * @typedef {import('./alternatives.mjs').Offer} Offer
 * @typedef {import('./alternatives.mjs').Pricing} Pricing
 * @typedef {import('./bill.mjs').Prices} Prices
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {import('./hit-ratios.mjs').Traffic} Traffic
 * @typedef {{ scenario: Scenario, traffic: Traffic, ours: Offer, others: Offer[] }} Comparison
 * @typedef {{ key: string, gets_per_month: number, ours_above: boolean }} BreakEven
 * @typedef {Record<string, Record<string, string>>} Wording
 */

const LEAST_GETS = 1e4;
const DECADES = 8;
const STEPS_PER_DECADE = 8;
const HALVINGS = 12;
const CENT = 0.01;
const ALIKE = 0.05;
const ALIKE_USD = 1;

/**
 * The same service with other traffic: puts and execution environments grow as the gets do.
 *
 * @param {Scenario} scenario
 * @param {number} gets
 * @returns {Scenario}
 */
export function scenarioAt(scenario, gets) {
  const factor = gets / scenario.gets_per_month;
  return {
    ...scenario,
    gets_per_month: gets,
    puts_per_month: scenario.puts_per_month * factor,
    environments: scenario.environments * factor,
    invalidations: scenario.invalidations * factor,
  };
}

/**
 * Price one scenario everywhere.
 *
 * @param {Scenario} scenario
 * @param {Prices} prices
 * @returns {Comparison}
 */
export function compare(scenario, prices) {
  const traffic = trafficOf(scenario, prices.assumptions.hours_per_month.value);
  const others = ALTERNATIVES.map((price) => price(scenario, traffic, prices));
  return { scenario, traffic, ours: memoryServiceOffer(scenario, traffic, prices), others };
}

/**
 * The same service at traffic from ten thousand to a million million gets a month.
 *
 * @param {Scenario} scenario
 * @param {Prices} prices
 */
export function sweep(scenario, prices) {
  const steps = Array.from({ length: DECADES * STEPS_PER_DECADE + 1 }, (_, step) => step);
  return steps.map((step) => compare(scenarioAt(scenario, LEAST_GETS * 10 ** (step / STEPS_PER_DECADE)), prices));
}

/**
 * Where Memory Service and each alternative change places within a sweep.
 *
 * @param {Comparison[]} points
 * @param {Prices} prices
 */
export function breakEvens(points, prices) {
  /** @type {BreakEven[]} */
  const found = [];
  for (let step = 1; step < points.length; step += 1) {
    const [left, right] = [points[step - 1], points[step]];
    ALTERNATIVES.forEach((price, number) => {
      const dearer = left.ours.usd > left.others[number].usd;
      if (dearer === (right.ours.usd > right.others[number].usd)) return;
      const gets = crossing(left.scenario, right.scenario.gets_per_month, price, prices, dearer);
      found.push({ key: left.others[number].key, gets_per_month: gets, ours_above: dearer });
    });
  }
  return found;
}

/**
 * @param {Scenario} scenario
 * @param {number} end
 * @param {Pricing} price
 * @param {Prices} prices
 * @param {boolean} dearer
 */
function crossing(scenario, end, price, prices, dearer) {
  let [low, high] = [scenario.gets_per_month, end];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = Math.sqrt(low * high);
    const there = scenarioAt(scenario, middle);
    const traffic = trafficOf(there, prices.assumptions.hours_per_month.value);
    const ours = memoryServiceOffer(there, traffic, prices).usd;
    if (ours > price(there, traffic, prices).usd === dearer) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/** @param {Offer[]} offers */
function least(offers) {
  return offers.reduce((best, offer) => (offer.usd < best.usd ? offer : best));
}

/**
 * The cheapest of all; Memory Service if another costs less by less than a cent.
 *
 * @param {Comparison} comparison
 */
export function cheapestOf(comparison) {
  const best = least([comparison.ours, ...comparison.others]);
  return comparison.ours.usd - best.usd < CENT ? comparison.ours : best;
}

/**
 * What to do, in plain sentences.
 *
 * @param {Comparison} comparison
 * @param {Wording} wording
 */
export function verdictOf(comparison, wording) {
  const [best, ours] = [cheapestOf(comparison), comparison.ours];
  if (best.key === ours.key) {
    const runnerUp = least(comparison.others);
    return [
      `Use Memory Service: at ${money(best.usd)} a month nothing here is a cent cheaper.`,
      `The next is ${wording[runnerUp.key].name} at ${money(runnerUp.usd)}.`,
    ];
  }
  const words = wording[best.key];
  const detail = best.detail ? ` (${best.detail})` : '';
  const sentences = [
    `${words.advice}${detail}: ${money(best.usd)} a month instead of ${money(ours.usd)}.`,
    `The reason: ${words.reason}.`,
    `You give up ${words.gives_up}.`,
  ];
  if (ours.usd - best.usd < Math.max(ALIKE_USD, ALIKE * best.usd)) {
    sentences.push('The difference is small: let speed and convenience decide.');
  }
  return sentences;
}

/**
 * A sum for people: cents below a thousand dollars, none above.
 *
 * @param {number} usd
 */
export function money(usd) {
  if (usd === Infinity) return 'not possible';
  // toFixed rounds the binary number, as Python's format does; toLocaleString rounds its decimal form.
  return `$${usd.toFixed(usd < 1000 ? 2 : 0).replace(/\B(?=(\d{3})+$)/g, ',')}`;
}
