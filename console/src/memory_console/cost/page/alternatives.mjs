/** What the same traffic costs elsewhere: the same as alternatives.py. */
import { edgeGb, gbOf, invalidationsItem, lineItem, memoryServiceBill, s3Reads, storageItems, tiered, totalOf } from './bill.mjs';
import { SECONDS_PER_HOUR, memoryMisses, sharedCacheMisses } from './hit-ratios.mjs';

/**
 * @typedef {import('./bill.mjs').LineItem} LineItem
 * @typedef {import('./bill.mjs').Prices} Prices
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {import('./hit-ratios.mjs').Traffic} Traffic
 * @typedef {{ key: string, items: LineItem[], detail: string, refusal: string, usd: number }} Offer
 * @typedef {(scenario: Scenario, traffic: Traffic, prices: Prices) => Offer} Pricing
 */

const KB = 1024;
const READ_UNIT = 4096;
const MILLION = 1000000;
/** An allowance that is used up exactly is enough, whatever the last bit of a sum says. */
const EXACTLY = 1 + 1e-9;

/**
 * @param {string} key
 * @param {LineItem[]} items
 * @param {string} [detail]
 * @returns {Offer}
 */
function offer(key, items, detail = '') {
  return { key, items, detail, refusal: '', usd: totalOf(items) };
}

/**
 * @param {string} key
 * @param {string} refusal
 * @returns {Offer}
 */
function refused(key, refusal) {
  return { key, items: [], detail: '', refusal, usd: Infinity };
}

/** @type {Pricing} */
export function memoryServiceOffer(scenario, traffic, prices) {
  return offer('memory_service', memoryServiceBill(scenario, traffic, prices));
}

/** @type {Pricing} */
function s3Offer(scenario, traffic, prices) {
  return offer('s3', s3Items(scenario, traffic.gets, traffic, prices));
}

/** @type {Pricing} */
function s3MemoryOffer(scenario, traffic, prices) {
  const gets = memoryMisses(scenario, prices.assumptions.hours_per_month.value);
  return offer('s3_memory', s3Items(scenario, gets, traffic, prices));
}

/**
 * @param {Scenario} scenario
 * @param {number} gets
 * @param {Traffic} traffic
 * @param {Prices} prices
 */
function s3Items(scenario, gets, traffic, prices) {
  const items = [...storageItems(scenario, prices), ...s3Reads(scenario, gets, traffic.absent, prices)];
  return [...items, ...acrossRegions(scenario, gets - traffic.absent, prices)];
}

/** @type {Pricing} */
function elasticacheValkeyOffer(scenario, traffic, prices) {
  return elasticache('elasticache_valkey', 1 - prices.elasticache.valkey_discount.value, scenario, traffic, prices);
}

/** @type {Pricing} */
function elasticacheRedisOffer(scenario, traffic, prices) {
  return elasticache('elasticache_redis', 1, scenario, traffic, prices);
}

/**
 * @param {string} key
 * @param {number} factor
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {Prices} prices
 */
function elasticache(key, factor, scenario, traffic, prices) {
  const [nodes, detail] = nodesItem('elasticache', factor, scenario, prices);
  return offer(key, [nodes, ...acrossRegions(scenario, traffic.gets - traffic.absent, prices)], detail);
}

/** @type {Pricing} */
function serverlessValkeyOffer(scenario, traffic, prices) {
  return serverless('valkey', scenario, traffic, prices);
}

/** @type {Pricing} */
function serverlessRedisOffer(scenario, traffic, prices) {
  return serverless('redis', scenario, traffic, prices);
}

/**
 * @param {'valkey' | 'redis'} engine
 * @param {Scenario} scenario
 * @param {Traffic} traffic
 * @param {Prices} prices
 */
function serverless(engine, scenario, traffic, prices) {
  const entry = prices.elasticache.serverless[engine];
  const path = `elasticache.serverless.${engine}`;
  const hours = prices.assumptions.hours_per_month.value;
  const stored = Math.max(storedGb(scenario, prices), entry.minimum_gb.value);
  const units = (scenario.gets_per_month + scenario.puts_per_month) * Math.max(1, scenario.value_bytes / KB);
  const processing = (units / MILLION) * entry.ecpu.usd;
  return offer(`serverless_${engine}`, [
    lineItem('stored', 'Data stored', stored * hours, 'GB-hours', stored * hours * entry.storage.usd, `${path}.storage`),
    lineItem('ecpu', 'Processing units', units, 'ECPU', processing, `${path}.ecpu`),
    ...acrossRegions(scenario, traffic.gets - traffic.absent, prices),
  ]);
}

/** @type {Pricing} */
function dynamodbOffer(scenario, traffic, prices) {
  const refusal = tooLarge(scenario, prices.dynamodb);
  if (refusal) return refused('dynamodb', refusal);
  const units = (scenario.gets_per_month * Math.ceil(scenario.value_bytes / READ_UNIT)) / 2;
  return offer('dynamodb', [
    lineItem('reads', 'Read request units', units, 'units', (units / MILLION) * prices.dynamodb.read.usd, 'dynamodb.read'),
    ...tableItems(scenario, prices),
    ...acrossRegions(scenario, traffic.gets - traffic.absent, prices),
  ]);
}

/** @type {Pricing} */
function daxOffer(scenario, traffic, prices) {
  const refusal = tooLarge(scenario, prices.dynamodb);
  if (refusal) return refused('dax', refusal);
  const [nodes, detail] = nodesItem('dax', 1, scenario, prices);
  const transfer = acrossRegions(scenario, traffic.gets - traffic.absent, prices);
  return offer('dax', [nodes, ...tableItems(scenario, prices), ...transfer], detail);
}

/** @type {Pricing} */
function apiGatewayOffer(scenario, traffic, prices) {
  const refusal = tooLarge(scenario, prices.api_gateway);
  if (refusal) return refused('api_gateway', refusal);
  const stored = storedGb(scenario, prices);
  const which = leastIndex(prices.api_gateway.caches, (size) => size.gb >= stored, (size) => size.gb);
  if (which < 0) return refused('api_gateway', 'the values do not fit into its largest cache');
  const size = prices.api_gateway.caches[which];
  const hours = prices.assumptions.hours_per_month.value;
  const gets = scenario.gets_per_month;
  const requests = tiered(prices.api_gateway.requests, gets) / MILLION;
  return offer('api_gateway', [
    lineItem('cache', 'Cache', hours, 'hours', hours * size.usd, `api_gateway.caches.${which}`),
    lineItem('api_requests', 'API requests', gets, 'requests', requests, 'api_gateway.requests'),
    ...storageItems(scenario, prices),
    ...s3Reads(scenario, sharedCacheMisses(scenario, hours), traffic.absent, prices),
    ...acrossRegions(scenario, traffic.gets - traffic.absent, prices),
  ], `${size.gb} GB`);
}

/** @type {Pricing} */
function flatRateOffer(scenario, traffic, prices) {
  const gb = Object.keys(scenario.readers).reduce((sum, region) => sum + edgeGb(scenario, traffic, region, prices), 0);
  const plans = prices.cloudfront.plans;
  const which = leastIndex(plans, (plan) => traffic.edge_total <= plan.requests * EXACTLY && gb <= plan.gb * EXACTLY, (plan) => plan.usd);
  if (which < 0) return refused('flat_rate', 'the traffic exceeds the allowance of every plan');
  const plan = plans[which];
  return offer('flat_rate', [
    lineItem('plan', 'Plan', 1, 'distribution', plan.usd, `cloudfront.plans.${which}`),
    ...storageItems(scenario, prices, plan.s3_credit_gb),
    ...s3Reads(scenario, traffic.s3_gets, traffic.absent, prices),
    invalidationsItem(scenario, prices),
  ], plan.name);
}

/** @type {Pricing[]} in the order of alternatives.py */
export const ALTERNATIVES = [
  s3Offer, s3MemoryOffer, elasticacheValkeyOffer, elasticacheRedisOffer, serverlessValkeyOffer, serverlessRedisOffer,
  dynamodbOffer, daxOffer, apiGatewayOffer, flatRateOffer,
];

/**
 * @param {any[]} entries
 * @param {(entry: any) => boolean} fits
 * @param {(entry: any) => number} measure
 */
function leastIndex(entries, fits, measure) {
  let best = -1;
  entries.forEach((entry, number) => {
    if (fits(entry) && (best < 0 || measure(entry) < measure(entries[best]))) best = number;
  });
  return best;
}

/**
 * @param {Scenario} scenario
 * @param {Prices} prices
 */
function storedGb(scenario, prices) {
  return (scenario.names * scenario.value_bytes) / gbOf(prices);
}

/**
 * @param {Scenario} scenario
 * @param {number} gets
 * @param {Prices} prices
 */
function acrossRegions(scenario, gets, prices) {
  const away = 1 - (scenario.readers[scenario.bucket_region] ?? 0);
  if (away <= 0) return [];
  const gb = (gets * away * scenario.value_bytes) / gbOf(prices);
  const usd = gb * prices.transfer.between_regions.usd;
  return [lineItem('between_regions', 'Transfer between Regions', gb, 'GB', usd, 'transfer.between_regions')];
}

/**
 * The cheapest number of one type of node that holds all values and carries the busiest second.
 *
 * @param {'elasticache' | 'dax'} service
 * @param {number} factor
 * @param {Scenario} scenario
 * @param {Prices} prices
 * @returns {[LineItem, string]}
 */
function nodesItem(service, factor, scenario, prices) {
  const hours = prices.assumptions.hours_per_month.value;
  const calls = ((scenario.gets_per_month + scenario.puts_per_month) / (hours * SECONDS_PER_HOUR)) * scenario.peak;
  const bits = calls * scenario.value_bytes * 8;
  const stored = (scenario.names * scenario.value_bytes) / 2 ** 30;
  const { nodes, usable_memory: usable } = prices[service];
  const counts = nodes.map((/** @type {any} */ node) => Math.max(
    1,
    Math.ceil(stored / (node.memory_gib * usable.value)),
    Math.ceil(bits / (node.gbps * 1e9)),
    Math.ceil(calls / node.operations_per_second),
  ));
  const costs = nodes.map((/** @type {any} */ node, /** @type {number} */ number) => counts[number] * node.usd * factor * hours);
  const which = leastIndex(costs, () => true, (usd) => usd);
  const item = lineItem('nodes', 'Nodes', counts[which] * hours, 'node-hours', costs[which], `${service}.nodes.${which}`);
  return [item, `${counts[which]} × ${nodes[which].type}`];
}

/**
 * A DynamoDB table's storage and writes.
 *
 * @param {Scenario} scenario
 * @param {Prices} prices
 */
function tableItems(scenario, prices) {
  const stored = storedGb(scenario, prices);
  const free = scenario.free_tier ? prices.dynamodb.free_gb.value : 0;
  const units = scenario.puts_per_month * Math.ceil(scenario.value_bytes / KB);
  const kept = Math.max(0, stored - free) * prices.dynamodb.storage.usd;
  return [
    lineItem('table_storage', 'Table storage', stored, 'GB-months', kept, 'dynamodb.storage'),
    lineItem('writes', 'Write request units', units, 'units', (units / MILLION) * prices.dynamodb.write.usd, 'dynamodb.write'),
  ];
}

/**
 * @param {Scenario} scenario
 * @param {any} service
 */
function tooLarge(scenario, service) {
  const limit = service.maximum_bytes.value;
  if (scenario.value_bytes <= limit) return '';
  const kilobytes = (/** @type {number} */ bytes) => Math.round(bytes / KB).toLocaleString('en-US');
  return `a value of ${kilobytes(scenario.value_bytes)} KB exceeds its limit of ${kilobytes(limit)} KB`;
}
