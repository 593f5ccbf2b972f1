/** What Memory Service costs in a month, item by item: the same as bill.py. */
import { SECONDS_PER_HOUR } from './hit-ratios.mjs';

/**
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {import('./hit-ratios.mjs').Traffic} Traffic
 * @typedef {any} Prices  the price list as it is in prices.json
 * @typedef {{ key: string, title: string, quantity: number, unit: string, usd: number, price: string }} LineItem
 */

const MONITORED_BYTES = 131072;
const HOURS_PER_DAY = 24;

/**
 * @param {string} key
 * @param {string} title
 * @param {number} quantity
 * @param {string} unit
 * @param {number} usd
 * @param {string} [price]
 * @returns {LineItem}
 */
export function lineItem(key, title, quantity, unit, usd, price = '') {
  return { key, title, quantity, unit, usd, price };
}

/** @param {LineItem[]} items */
export function totalOf(items) {
  return items.reduce((sum, item) => sum + item.usd, 0);
}

/**
 * What an amount costs: each tier's share of it at that tier's price.
 *
 * @param {any} entry
 * @param {number} amount
 */
export function tiered(entry, amount) {
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

/**
 * The bill of Memory Service, with CloudFront paid as it is used.
 *
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {Prices} prices
 */
export function memoryServiceBill(scenario, traffic, prices) {
  const items = [...storageItems(scenario, prices), ...s3Reads(scenario, traffic.s3_gets, traffic.absent, prices)];
  const fetched = ((traffic.s3_gets - traffic.absent) * scenario.value_bytes) / gbOf(prices);
  const usd = fetched * prices.transfer.s3_to_cloudfront.usd;
  items.push(lineItem('s3_to_cloudfront', 'S3 to CloudFront', fetched, 'GB', usd, 'transfer.s3_to_cloudfront'));
  items.push(...cloudfront(scenario, traffic, prices), invalidationsItem(scenario, prices));
  if (scenario.private) items.push(lineItem('signing_key', 'Signing key, an SSM parameter', 1, 'key', 0));
  return items;
}

/**
 * S3's storage, PUTs and monitoring.
 *
 * @param {Scenario} scenario
 * @param {Prices} prices
 * @param {number} [creditGb]
 */
export function storageItems(scenario, prices, creditGb = 0) {
  const entry = prices.s3[scenario.storage_class];
  const path = `s3.${scenario.storage_class}`;
  const billedBytes = Math.max(scenario.value_bytes, entry.minimum_bytes.value);
  const months = (entry.minimum_days.value * HOURS_PER_DAY) / prices.assumptions.hours_per_month.value;
  const objects = Math.max(scenario.names, scenario.puts_per_month * months);
  const stored = (objects * billedBytes) / gbOf(prices);
  const usd = tiered(entry.storage, Math.max(0, stored - creditGb));
  const puts = scenario.puts_per_month;
  const items = [
    lineItem('s3_storage', 'S3 storage', stored, 'GB-months', usd, `${path}.storage`),
    lineItem('s3_puts', 'S3 PUTs', puts, 'requests', (puts / 1000) * entry.put.usd, `${path}.put`),
  ];
  if (entry.monitoring.usd) {
    const watched = scenario.value_bytes >= MONITORED_BYTES ? scenario.names : 0;
    const watching = (watched / 1000) * entry.monitoring.usd;
    items.push(lineItem('s3_monitoring', 'S3 monitoring', watched, 'objects', watching, `${path}.monitoring`));
  }
  return items;
}

/**
 * S3's GETs, and what it costs to retrieve from a class for rare reads.
 *
 * @param {Scenario} scenario
 * @param {number} gets
 * @param {number} absent
 * @param {Prices} prices
 */
export function s3Reads(scenario, gets, absent, prices) {
  const entry = prices.s3[scenario.storage_class];
  const path = `s3.${scenario.storage_class}`;
  const items = [lineItem('s3_gets', 'S3 GETs', gets, 'requests', (gets / 1000) * entry.get.usd, `${path}.get`)];
  if (entry.retrieval.usd) {
    const gb = ((gets - absent) * scenario.value_bytes) / gbOf(prices);
    items.push(lineItem('s3_retrieval', 'S3 retrieval', gb, 'GB', gb * entry.retrieval.usd, `${path}.retrieval`));
  }
  return items;
}

/**
 * Paths invalidated beyond the free ones.
 *
 * @param {Scenario} scenario
 * @param {Prices} prices
 */
export function invalidationsItem(scenario, prices) {
  const free = scenario.free_tier ? prices.cloudfront.free_invalidations.value : 0;
  const usd = Math.max(0, scenario.invalidations - free) * prices.cloudfront.invalidation.usd;
  return lineItem('invalidations', 'Invalidations', scenario.invalidations, 'paths', usd, 'cloudfront.invalidation');
}

/**
 * What one region's readers get from CloudFront in a month, headers included, in GB.
 *
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {string} region
 * @param {Prices} prices
 */
export function edgeGb(scenario, traffic, region, prices) {
  const requests = traffic.edge_requests[region];
  const found = requests - traffic.absent * scenario.readers[region];
  return (found * scenario.value_bytes + requests * prices.assumptions.header_bytes.value) / gbOf(prices);
}

/**
 * Requests and transfer by region; what is free is shared out in proportion to use.
 *
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {Prices} prices
 */
function cloudfront(scenario, traffic, prices) {
  const regions = Object.keys(scenario.readers);
  const gbs = regions.map((region) => edgeGb(scenario, traffic, region, prices));
  const billed = billedShare(traffic.edge_total, prices.cloudfront.free_requests.value, scenario);
  const billedGb = billedShare(gbs.reduce((sum, gb) => sum + gb, 0), prices.cloudfront.free_gb.value, scenario);
  return regions.flatMap((region, number) => {
    const entry = prices.cloudfront.regions[region];
    const path = `cloudfront.regions.${region}`;
    const requests = traffic.edge_requests[region];
    const asking = ((requests * billed) / 10000) * entry.https_requests.usd;
    const moving = tiered(entry.transfer, gbs[number] * billedGb);
    return [
      lineItem(`cloudfront_requests_${region}`, `CloudFront requests, ${region}`, requests, 'requests', asking, `${path}.https_requests`),
      lineItem(`cloudfront_transfer_${region}`, `CloudFront transfer, ${region}`, gbs[number], 'GB', moving, `${path}.transfer`),
    ];
  });
}

/**
 * @param {number} used
 * @param {number} free
 * @param {Scenario} scenario
 */
function billedShare(used, free, scenario) {
  if (!scenario.free_tier) return 1;
  return used ? Math.max(0, used - free) / used : 0;
}

/** @param {Prices} prices */
export function gbOf(prices) {
  return prices.assumptions.bytes_per_gb.value;
}

/**
 * The busiest second, against what S3 and CloudFront allow: the same as `load` in scale.py.
 *
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {Prices} prices
 */
export function loadOf(scenario, traffic, prices) {
  const perSecond = scenario.peak / (prices.assumptions.hours_per_month.value * SECONDS_PER_HOUR);
  const s3Gets = traffic.s3_gets * perSecond;
  const s3Puts = scenario.puts_per_month * perSecond;
  const requests = traffic.edge_total * perSecond;
  const found = traffic.edge_total - traffic.absent;
  const octets = found * scenario.value_bytes + traffic.edge_total * prices.assumptions.header_bytes.value;
  const gbps = (octets * 8 * perSecond) / 1e9;
  const limits = prices.limits;
  return {
    s3_gets: s3Gets,
    s3_puts: s3Puts,
    requests,
    gbps,
    prefixes: Math.max(s3Gets / limits.s3_gets_per_second.value, s3Puts / limits.s3_puts_per_second.value),
    distributions: Math.max(requests / limits.cloudfront_requests_per_second.value, gbps / limits.cloudfront_gbps.value),
  };
}
