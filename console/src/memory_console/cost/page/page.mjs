/** The page: reads the inputs, asks the model, fills the tables and the plot. */
import { loadOf } from './bill.mjs';
import { describeChart, drawChart, svg } from './chart.mjs';
import { breakEvens, compare, money, scenarioAt, sweep, verdictOf } from './comparison.mjs';
import { processes } from './hit-ratios.mjs';
import { percent, readCount, readNumber, readRate, readSize, short } from './quantities.mjs';

/**
 * @typedef {import('./alternatives.mjs').Offer} Offer
 * @typedef {import('./comparison.mjs').BreakEven} BreakEven
 * @typedef {import('./comparison.mjs').Comparison} Comparison
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 */

const OLD_DAYS = 180;
const PAUSE_MS = 120;
const DAY_MS = 86400000;

/**
 * @param {string} id
 * @returns {any}
 */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const data = JSON.parse(byId('data').textContent ?? '');
const { prices, wording } = data;
/** @type {ReturnType<typeof drawChart> | undefined} */
let chart;
/** @type {Comparison[]} */
let points = [];
/** @type {Scenario} */
let current = data.scenario;

/**
 * How each input is read: a function, its least and its most.
 *
 * @type {Record<string, [(text: string) => number, number, number]>}
 */
const FIELDS = {
  gets_per_month: [readRate, 1, 1e15],
  puts_per_month: [readRate, 0, 1e15],
  value_bytes: [readSize, 1, 2 ** 40],
  names: [readCount, 1, 1e12],
  zipf: [readNumber, 0, 3],
  absent: [(text) => readNumber(text) / 100, 0, 1],
  functions: [readCount, 1, 1e9],
  environments: [readNumber, 0, 1e9],
  pops: [readCount, 1, 1e4],
  edge_ttl: [readNumber, 1, 86400],
  memory_bytes: [readSize, 0, 2 ** 40],
  memory_items: [readCount, 0, 1e7],
  invalidations: [readRate, 0, 1e12],
  peak: [readNumber, 1, 1e6],
};
const WHOLE = new Set(['names', 'functions', 'pops', 'edge_ttl', 'memory_items']);

/** Read the form; a field that cannot be read is marked and keeps its last good value. */
function readScenario() {
  const scenario = { ...current };
  let wrong = 0;
  for (const [name, [parse, least, most]] of Object.entries(FIELDS)) {
    const input = byId(name);
    try {
      const value = parse(input.value);
      if (value < least || value > most) throw new RangeError(`Between ${short(least)} and ${short(most)}${name === 'absent' ? ' of 1' : ''}.`);
      /** @type {any} */ (scenario)[name] = WHOLE.has(name) ? Math.round(value) : value;
      complain(input, '');
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complain(input, error.message);
      wrong += 1;
    }
  }
  const weights = [...document.querySelectorAll('[data-region]')].map((found) => {
    const input = /** @type {HTMLInputElement} */ (found);
    return { region: input.dataset.region ?? '', weight: Math.max(0, Number(input.value) || 0) };
  });
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  byId('readers-error').textContent = total > 0 ? '' : 'Give at least one region a share.';
  if (total > 0) {
    scenario.readers = Object.fromEntries(weights.filter(({ weight }) => weight > 0).map(({ region, weight }) => [region, weight / total]));
  } else {
    wrong += 1;
  }
  scenario.bucket_region = byId('bucket_region').value;
  scenario.storage_class = byId('storage_class').value;
  for (const name of ['memory', 'private', 'free_tier']) /** @type {any} */ (scenario)[name] = byId(name).checked;
  return { scenario, wrong };
}

/**
 * @param {HTMLInputElement} input
 * @param {string} message
 */
function complain(input, message) {
  const place = byId(`${input.id}-error`);
  if (place.textContent !== message) place.textContent = message;
  if (message) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

/**
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [className]
 */
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/**
 * @param {string} id
 * @param {(string | Node)[][]} rows  the first cell is the row's header
 * @param {string[]} [classes]  of the rows
 */
function fill(id, rows, classes = []) {
  byId(id).replaceChildren(...rows.map((cells, number) => {
    const row = element('tr', undefined, classes[number]);
    cells.forEach((cell, column) => {
      const made = element(column ? 'td' : 'th');
      if (!column) made.setAttribute('scope', 'row');
      made.append(cell);
      row.append(made);
    });
    return row;
  }));
}

/** @param {string} path */
function confidenceOf(path) {
  if (!path) return 'primary';
  return path.split('.').reduce((entry, name) => entry[name], prices).confidence;
}

/**
 * A price with a mark if it rests on an unconfirmed one.
 *
 * @param {string} text
 * @param {boolean} unsure
 */
function marked(text, unsure) {
  const cell = element('span', text);
  if (unsure) {
    const mark = element('span', ' ?', 'unsure');
    mark.title = 'rests on a price that is not confirmed';
    cell.append(mark);
  }
  return cell;
}

/** @param {string} key */
function nameWithSwatch(key) {
  const cell = element('span', undefined, 'offer');
  const swatch = svg('svg', { class: 'swatch', width: 26, height: 10, 'aria-hidden': 'true' });
  swatch.append(svg('path', { class: `line line-${key}`, d: 'M1 5L25 5' }));
  cell.append(swatch, element('span', wording[key].name));
  return cell;
}

/**
 * @param {Offer} offer
 * @param {Comparison} comparison
 * @param {BreakEven[]} crossings
 */
function whenCheaper(offer, comparison, crossings) {
  if (offer.key === comparison.ours.key) return '';
  const own = crossings.filter((crossing) => crossing.key === offer.key);
  if (own.length) return own.map((crossing) => `${crossing.ours_above ? 'above' : 'below'} ${short(crossing.gets_per_month)} gets`).join(', ');
  return comparison.ours.usd < offer.usd ? 'always' : 'never';
}

/**
 * @param {Comparison} comparison
 * @param {BreakEven[]} crossings
 */
function show(comparison, crossings) {
  const { traffic, ours, others, scenario } = comparison;
  const [advice, ...reasons] = verdictOf(comparison, wording);
  byId('advice').textContent = advice;
  byId('reasons').textContent = reasons.join(' ');

  fill('bill', ours.items.map((item) => [
    item.title, short(item.quantity), item.unit, marked(money(item.usd), confidenceOf(item.price) === 'unconfirmed'),
  ]));
  byId('total').textContent = money(ours.usd);

  const offers = [ours, ...others].sort((one, other) => one.usd - other.usd);
  fill('offers', offers.map((offer) => [
    nameWithSwatch(offer.key),
    offer.refusal || marked(money(offer.usd), offer.items.some((item) => item.usd > 0 && confidenceOf(item.price) === 'unconfirmed')),
    offer.detail,
    whenCheaper(offer, comparison, crossings),
  ]), offers.map((offer) => (offer === ours ? 'ours' : '')));

  const regional = traffic.regional_requests ? 1 - traffic.s3_gets / traffic.regional_requests : 0;
  const caches = [
    ['Points of presence', short(traffic.edge_total), percent(traffic.pop_ratio)],
    ['Regional edge caches', short(traffic.regional_requests), percent(regional)],
    ['S3', short(traffic.s3_gets), 'the rest'],
  ];
  if (scenario.memory) caches.unshift([`Memory of ${short(processes(scenario))} environments`, short(traffic.gets), percent(traffic.memory_ratio)]);
  fill('caches', caches);

  const load = loadOf(scenario, traffic, prices);
  fill('load', [
    ['S3 GETs a second', short(load.s3_gets), percent(load.s3_gets / prices.limits.s3_gets_per_second.value)],
    ['S3 PUTs a second', short(load.s3_puts), percent(load.s3_puts / prices.limits.s3_puts_per_second.value)],
    ['CloudFront requests a second', short(load.requests), percent(load.requests / prices.limits.cloudfront_requests_per_second.value)],
    ['CloudFront Gbit a second', short(load.gbps), percent(load.gbps / prices.limits.cloudfront_gbps.value)],
  ]);
}

/** @param {number} gets */
function readOut(gets) {
  const there = compare(scenarioAt(current, gets), prices);
  const best = [there.ours, ...there.others].reduce((one, other) => (other.usd < one.usd ? other : one));
  byId('readout').textContent = `At ${short(gets)} gets a month: Memory Service ${money(there.ours.usd)}; `
    + (best === there.ours ? 'nothing here is cheaper' : `cheapest ${wording[best.key].name}, ${money(best.usd)}`);
  chart?.place(gets);
}

/** @param {number} gets */
function placeCursor(gets) {
  byId('cursor').value = String(Math.log10(gets));
  readOut(gets);
}

function draw() {
  const crossings = breakEvens(points, prices);
  chart = drawChart(byId('chart'), points, crossings, current.gets_per_month);
  byId('chart').setAttribute('aria-label', describeChart(points, wording));
  return crossings;
}

function update() {
  const { scenario, wrong } = readScenario();
  byId('results').classList.toggle('stale', wrong > 0);
  byId('state').textContent = wrong ? 'Some inputs cannot be read; the results are of the last ones that could.' : '';
  if (wrong) return;
  current = scenario;
  points = sweep(scenario, prices);
  show(compare(scenario, prices), draw());
  placeCursor(Math.min(1e12, Math.max(1e4, scenario.gets_per_month)));
  remember();
}

/** Keep what differs from the first inputs in the address, so that a scenario can be sent to somebody. */
function remember() {
  const changed = new URLSearchParams();
  for (const input of inputs()) {
    const value = input.type === 'checkbox' ? String(input.checked) : input.value;
    if (value !== input.dataset.first) changed.set(input.id, value);
  }
  const hash = changed.toString();
  if (`#${hash}` !== location.hash && (hash || location.hash)) history.replaceState(null, '', `#${hash}`);
}

/** @returns {any[]} */
function inputs() {
  return [...byId('inputs').querySelectorAll('input, select')];
}

function recall() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const input of inputs()) {
    input.dataset.first ??= input.type === 'checkbox' ? String(input.checked) : input.value;
    const value = given.get(input.id) ?? input.dataset.first;
    if (input.type === 'checkbox') input.checked = value === 'true';
    else input.value = value;
  }
}

function tellPrices() {
  const age = Math.floor((Date.now() - Date.parse(prices.date)) / DAY_MS);
  const unconfirmed = data.unconfirmed.length;
  byId('prices-age').textContent = `Prices of ${prices.date} (${age < 0 ? 'dated in the future' : `${age} days old`}), `
    + `${prices.region}, in US dollars. ${unconfirmed} of the numbers are not confirmed; what rests on them is marked "?".`
    + (age > OLD_DAYS ? ' They are more than half a year old: check them before you decide.' : '');
  fill('history', prices.history.map((/** @type {any} */ row) => [
    `${row.service}, ${row.what}`, String(row.year), `$${row.usd_per_hour} × ${row.hours} h`, money(row.usd_per_hour * row.hours),
  ]));
  fill('sources', data.entries.map((/** @type {any} */ entry) => {
    const link = element('a', prices.sources[entry.source].title);
    link.setAttribute('href', prices.sources[entry.source].url);
    link.setAttribute('rel', 'noreferrer');
    return [entry.path, entry.shown, entry.unit, entry.confidence, link];
  }));
}

function prepareTheme() {
  const button = byId('theme');
  const dark = () => (document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const label = () => { button.textContent = dark() ? 'Light' : 'Dark'; };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = dark() ? 'light' : 'dark';
    label();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', label);
  label();
}

let timer = 0;
byId('inputs').addEventListener('input', () => {
  clearTimeout(timer);
  timer = window.setTimeout(update, PAUSE_MS);
});
byId('inputs').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
byId('reset').addEventListener('click', () => {
  history.replaceState(null, '', location.pathname + location.search);
  recall();
  update();
});
byId('cursor').addEventListener('input', () => readOut(10 ** Number(byId('cursor').value)));
byId('chart').addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
  if (chart) placeCursor(chart.getsAt(event.clientX));
});
window.addEventListener('hashchange', () => { recall(); update(); });
let drawnWidth = 0;
new ResizeObserver(() => {
  const width = byId('chart').clientWidth;
  if (points.length && width !== drawnWidth) {
    drawnWidth = width;
    draw();
    readOut(10 ** Number(byId('cursor').value));
  }
}).observe(byId('chart'));
if (matchMedia('(max-width: 52rem)').matches) {
  document.querySelectorAll('.group:not(:first-child)').forEach((group) => group.removeAttribute('open'));
}
prepareTheme();
recall();
tellPrices();
update();
