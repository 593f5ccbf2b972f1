/** The page's model over scenarios from standard input, as JSON: test_page_model.py compares it with Python's. */
import { readFileSync } from 'node:fs';

import { loadOf } from '../../src/memory_console/cost/page/bill.mjs';
import { breakEvens, cheapestOf, compare, money, sweep, verdictOf } from '../../src/memory_console/cost/page/comparison.mjs';
import { readCount, readRate, readSize, short } from '../../src/memory_console/cost/page/quantities.mjs';

const { prices, wording, scenarios, swept, texts, numbers } = JSON.parse(readFileSync(0, 'utf8'));

/** @param {() => number} read */
function orNull(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const results = scenarios.map((/** @type {any} */ scenario) => {
  const comparison = compare(scenario, prices);
  return {
    traffic: comparison.traffic,
    offers: [comparison.ours, ...comparison.others].map((offer) => ({ ...offer, usd: offer.refusal ? null : offer.usd })),
    cheapest: cheapestOf(comparison).key,
    verdict: verdictOf(comparison, wording),
    load: loadOf(scenario, comparison.traffic, prices),
  };
});
const crossings = swept.map((/** @type {any} */ scenario) => breakEvens(sweep(scenario, prices), prices));
const read = texts.map((/** @type {string} */ text) => [readCount, readRate, readSize].map((kind) => orNull(() => kind(text))));
const written = numbers.map((/** @type {number} */ number) => [money(number), short(number)]);
process.stdout.write(JSON.stringify({ results, crossings, read, written }));
