/** What each offer of offers.json bills for a month, item by item: the same as bill.py. */
import { Scope } from './formulas.mjs';

/**
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {import('./hit-ratios.mjs').Traffic & { with_record?: import('./change-record.mjs').RecordTraffic }} Traffic
 * @typedef {{ prices: any, model: any }} Data  prices.json and offers.json
 * @typedef {{ key: string, title: string, quantity: number, unit: string, usd: number, price: string }} LineItem
 * @typedef {{ key: string, name: string, items: LineItem[], detail: string, refusal: string, usd: number }} Offer
 */

/** What is at a path of the price list, such as `s3.STANDARD.get`. @param {any} prices @param {string} path */
export function priceAt(prices, path) {
  return path.split('.').reduce((entry, name) => entry[name], prices);
}

/** What an amount costs: each tier's share of it at that tier's price. @param {any} entry @param {number} amount */
function tiered(entry, amount) {
  if ('usd' in entry) return amount * entry.usd;
  let [cost, start] = [0, 0];
  for (const tier of entry.tiers) {
    const end = Math.min(amount, tier.up_to ?? amount);
    if (end > start) {
      cost += (end - start) * tier.usd;
      start = end;
    }
  }
  return cost;
}

/** @param {string} key @param {Scenario} scenario @param {Traffic} traffic @param {Data} data @returns {Offer} */
export function offerOf(key, scenario, traffic, data) {
  const { prices, model } = data;
  const entry = model.offers[key];
  const { name } = entry;
  let scope = scopeOf(scenario, traffic, data, entry);
  const refused = (/** @type {string} */ refusal) => ({ key, name, items: [], detail: '', refusal, usd: Infinity });
  if (scope.value(model.limit.if)) return refused(scope.filled(model.limit.refusal));
  const choice = model.choices[entry.choose];
  if (choice) {
    const chosen = chosenOf(choice, scope, prices);
    if (!chosen) return refused(choice.refusal);
    scope = chosen;
  }
  const regions = Object.keys(traffic.edge_requests).map((region) => scope.knowing({ region }));
  /** @type {LineItem[]} */
  const items = entry.items
    .flatMap((/** @type {string} */ item) => (item.includes('{region}') ? regions : [scope]).map((one) => itemOf(item, one, data)))
    .filter(Boolean);
  const usd = items.reduce((sum, item) => sum + item.usd, 0);
  return { key, name, items, detail: choice ? scope.filled(choice.detail) : '', refusal: '', usd };
}

/**
 * Each load of the busiest second, and the limit that S3 or CloudFront sets to it.
 *
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {Data} data
 * @returns {[string, number, number][]}
 */
export function busiestSecond(scenario, traffic, data) {
  const scope = scopeOf(scenario, traffic, data, {});
  return Object.entries(data.model.load).map(([title, [load, limit]]) => [title, scope.value(load), scope.value(limit)]);
}

/** @param {Scenario} scenario @param {Traffic} traffic @param {Data} data @param {any} entry */
function scopeOf(scenario, traffic, { prices, model }, entry) {
  const spread = (entry.traffic && traffic.with_record) || traffic;
  const readers = { [scenario.bucket_region]: 0, ...scenario.readers };
  const known = { ...prices, ...scenario, readers, traffic: spread, ...entry.words };
  return new Scope(known, { ...model.quantities, ...entry.quantities });
}

/** The scope with the size that fits and costs least. @param {any} choice @param {Scope} scope @param {any} prices */
function chosenOf(choice, scope, prices) {
  /** @type {Scope[]} */
  const scopes = priceAt(prices, scope.filled(choice.from)).map((/** @type {any} */ size, /** @type {number} */ number) => scope.knowing({ size, number: String(number) }));
  const fitting = scopes.filter((one) => one.value(choice.fits ?? 1));
  const costs = fitting.map((one) => one.value(choice.least));
  return fitting[costs.indexOf(Math.min(...costs))];
}

/** @param {string} name @param {Scope} scope @param {Data} data @returns {LineItem | null} */
function itemOf(name, scope, { prices, model }) {
  const entry = model.items[name];
  if (entry.if && !scope.value(entry.if)) return null;
  const [quantity, price] = [scope.value(entry.quantity), scope.filled(entry.price ?? '')];
  const usd = price ? tiered(priceAt(prices, price), entry.billed ? scope.value(entry.billed) : quantity) / (entry.per ?? 1) : 0;
  return { key: scope.filled(name), title: scope.filled(entry.title), quantity, unit: entry.unit, usd, price };
}
