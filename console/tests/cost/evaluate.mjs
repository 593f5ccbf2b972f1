/** What the page's evaluator says of the cases on standard input, as JSON: cost_models.py asks it. */
import { readFileSync } from 'node:fs';

import { busiestSecond, offerOf } from '../../src/memory_console/cost/page/bill.mjs';
import { breakEvens, cheapestOf, compare, sweep, verdictOf } from '../../src/memory_console/cost/page/comparison.mjs';
import { Scope } from '../../src/memory_console/cost/page/formulas.mjs';
import { bestOfEachTtl, settingsOf, whenBest } from '../../src/memory_console/cost/page/settings.mjs';
import { money, read, short } from '../../src/memory_console/cost/page/quantities.mjs';

const { data, asked } = JSON.parse(readFileSync(0, 'utf8'));

/** @param {import('../../src/memory_console/cost/page/bill.mjs').Offer} offer */
function finite(offer) {
  return { ...offer, usd: offer.refusal ? null : offer.usd };
}

/** @type {Record<string, (...given: any[]) => any>} */
const ANSWERS = {
  compare(scenario) {
    const comparison = compare(scenario, data);
    return {
      traffic: comparison.traffic,
      offers: Object.values(comparison.offers).map(finite),
      cheapest: cheapestOf(comparison).key,
      verdict: verdictOf(comparison, data),
      load: busiestSecond(scenario, comparison.traffic, data).map(([, load]) => load),
    };
  },
  settings(scenario) {
    const settings = settingsOf(scenario, data);
    return { all: settings, shown: bestOfEachTtl(settings).map((one) => settings.indexOf(one)), when: whenBest(settings, data) };
  },
  break_evens: (scenario) => breakEvens(sweep(scenario, data), data),
  offer(key, scenario, traffic) {
    const whole = (/** @type {any} */ one) => one && { ...one, edge_total: Object.values(one.edge_requests).reduce((sum, /** @type {number} */ many) => sum + many, 0) };
    return finite(offerOf(key, scenario, { ...whole(traffic), with_record: whole(traffic.with_record) }, data));
  },
  formula: (text, known) => Number(new Scope(known, {}).value(text)),
  read: (kind, text) => read(data.inputs.kinds[kind], kind, text),
  written: (number) => [money(number), short(number)],
};

/** @param {[string, ...any[]]} question */
function answer([what, ...given]) {
  try {
    return { said: ANSWERS[what](...given) };
  } catch (error) {
    return { refused: /** @type {Error} */ (error).message };
  }
}

process.stdout.write(JSON.stringify(asked.map(answer)));
