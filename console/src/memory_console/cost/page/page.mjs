/** The page: reads the inputs, asks the model, fills the tables and the plot. */
import { busiestSecond, priceAt } from './bill.mjs';
import { describeChart, drawChart, svg } from './chart.mjs';
import { breakEvens, compare, leastOf, scenarioAt, sweep, verdictOf } from './comparison.mjs';
import { processesOf } from './hit-ratios.mjs';
import { money, percent, read, short } from './quantities.mjs';
import { bestOfEachTtl, hasRecord, isBest, memoryOf, settingsOf, whenBest } from './settings.mjs';

/**
 * @typedef {import('./bill.mjs').Offer} Offer
 * @typedef {import('./comparison.mjs').BreakEven} BreakEven
 * @typedef {import('./comparison.mjs').Comparison} Comparison
 * @typedef {import('./hit-ratios.mjs').Scenario} Scenario
 * @typedef {import('./hit-ratios.mjs').Traffic} Traffic
 */

const OLD_DAYS = 180;
const PAUSE_MS = 120;
const DAY_MS = 86400000;

/** @param {string} id @returns {any} */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const data = JSON.parse(byId('data').textContent ?? '');
const { prices } = data;
/** @type {[string, any][]} */
const FIELDS = Object.values(data.inputs.groups).flatMap((group) => Object.entries(group));
/** @type {ReturnType<typeof drawChart> | undefined} */
let chart;
/** @type {Comparison[]} */
let points = [];
/** @type {Scenario} */
let current = data.scenario;

/** Read the form; a field that cannot be read is marked and keeps its last good value. */
function readScenario() {
  const scenario = { ...current };
  let wrong = 0;
  for (const [name, field] of FIELDS) {
    if (field.kind === 'readers') continue; // a field for each region: below
    const [input, spelling] = [byId(name), data.inputs.kinds[field.kind]];
    if (field.kind === 'switch') scenario[name] = input.checked;
    else if (field.kind === 'region' || field.kind === 'storage class') scenario[name] = input.value;
    else {
      try {
        scenario[name] = within(name, field, read(spelling, field.kind, input.value));
        complain(input, '');
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        complain(input, error.message);
        wrong += 1;
      }
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
  return { scenario, wrong };
}

/** @param {string} name @param {any} field @param {number} value */
function within(name, field, value) {
  const least = name === 'gets_per_month' ? 1 : field.least; // without gets there is nothing to plot
  const most = field.most ?? Infinity;
  if (value >= least && value <= most && value < Infinity) return value;
  throw new RangeError(`At least ${short(least)}${most < Infinity ? ` and at most ${short(most)}` : ''}.`);
}

/** @param {HTMLInputElement} input @param {string} message */
function complain(input, message) {
  const place = byId(`${input.id}-error`);
  if (place.textContent !== message) place.textContent = message;
  if (message) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

/** @param {string} tag @param {string} [text] @param {string} [className] */
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** Fill a table; the first cell is the row's header. @param {string} id @param {(string | Node)[][]} rows @param {string[]} [classes] */
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

/** A price, with a mark if it rests on an unconfirmed one. @param {string} text @param {string[]} paths  of the prices */
function marked(text, paths) {
  const cell = element('span', text);
  if (paths.some((path) => path && priceAt(prices, path).confidence === 'unconfirmed')) {
    const mark = element('span', '?', 'unsure');
    mark.title = 'rests on a price that is not confirmed';
    cell.append(mark);
  }
  return cell;
}

/** @param {Offer} offer */
function nameWithSwatch({ key, name, detail }) {
  const cell = element('span', undefined, 'offer');
  const swatch = svg('svg', { class: 'swatch', width: 26, height: 10, 'aria-hidden': 'true' });
  swatch.append(svg('path', { class: `line line-${key}`, d: 'M1 5L25 5' }));
  const words = element('span', name);
  if (detail) words.append(element('span', `, ${detail}`, 'small-screen'));
  cell.append(swatch, words);
  return cell;
}

/** @param {Offer} offer @param {Comparison} comparison @param {BreakEven[]} crossings */
function whenCheaper(offer, comparison, crossings) {
  if (offer === comparison.ours) return '';
  const own = crossings.filter((crossing) => crossing.key === offer.key);
  if (own.length) return own.map((crossing) => `${crossing.ours_above ? 'above' : 'below'} ${short(crossing.gets_per_month)} gets`).join(', ');
  return comparison.ours.usd < offer.usd ? 'always' : 'never';
}

/** @param {Comparison} comparison @param {BreakEven[]} crossings */
function show(comparison, crossings) {
  const { traffic, ours, scenario } = comparison;
  const [advice, ...reasons] = verdictOf(comparison, data);
  byId('advice').textContent = advice;
  byId('reasons').textContent = reasons.join(' ');

  fill('bill', ours.items.map((item) => [item.title, short(item.quantity), item.unit, marked(money(item.usd), [item.price])]));
  byId('total').textContent = money(ours.usd);

  const settings = settingsOf(scenario, data);
  byId('when').textContent = whenBest(settings, data);
  const rows = bestOfEachTtl(settings);
  fill('settings', rows.map((one) => [
    `${one.edge_ttl.toLocaleString('en-US')} s, ${memoryOf(one.memory_bytes)}`,
    money(one.plain_usd),
    money(one.record_usd),
    `${money(one.other_usd)}, ${data.model.offers[one.other].name}`,
    isBest(one) ? `yes${hasRecord(one) ? ', with a record' : ''}` : 'no',
  ]), rows.map((one) => (isBest(one) ? 'ours' : '')));

  const offers = Object.values(comparison.offers).sort((one, other) => one.usd - other.usd);
  fill('offers', offers.map((offer) => [
    nameWithSwatch(offer),
    offer.refusal || marked(money(offer.usd), offer.items.filter((item) => item.usd > 0).map((item) => item.price)),
    offer.detail,
    whenCheaper(offer, comparison, crossings),
  ]), offers.map((offer) => (offer === ours ? 'ours' : '')));

  const caches = ['Points of presence', 'Regional edge caches', 'S3'];
  if (scenario.memory) caches.unshift(`Memory of ${short(processesOf(scenario))} environments`);
  const cells = [traffic, traffic.with_record].map((spread) => cellsOf(scenario, spread));
  fill('caches', caches.map((cache, row) => [cache, ...cells.flatMap((column) => column[row])]));
  fill('load', busiestSecond(scenario, traffic, data).map(([title, load, limit]) => [title, short(load), percent(load / limit)]));
}

/** How often each cache is asked, and how much of that it answers. @param {Scenario} scenario @param {Traffic} spread */
function cellsOf(scenario, spread) {
  const regional = spread.regional_requests ? 1 - spread.s3_gets / spread.regional_requests : 0;
  const cells = [
    [short(spread.edge_total), percent(spread.pop_ratio)],
    [short(spread.regional_requests), percent(Math.max(0, regional))],
    [short(spread.s3_gets), 'the rest'],
  ];
  return scenario.memory ? [[short(spread.gets), percent(spread.memory_ratio)], ...cells] : cells;
}

/** @param {number} gets */
function readOut(gets) {
  const there = compare(scenarioAt(current, gets), data);
  const best = leastOf(Object.values(there.offers));
  byId('readout').textContent = `At ${short(gets)} gets a month: Memory Service ${money(there.ours.usd)}; `
    + (best === there.ours ? 'nothing here is cheaper' : `cheapest ${best.name}, ${money(best.usd)}`);
  chart?.place(gets);
}

/** @param {number} gets */
function placeCursor(gets) {
  byId('cursor').value = String(Math.log10(gets));
  readOut(gets);
}

function draw() {
  const crossings = breakEvens(points, data);
  chart = drawChart(byId('chart'), points, crossings, current.gets_per_month);
  byId('chart').setAttribute('aria-label', describeChart(points));
  return crossings;
}

function update() {
  const { scenario, wrong } = readScenario();
  byId('results').classList.toggle('stale', wrong > 0);
  byId('state').textContent = wrong ? 'Some inputs cannot be read; the results are of the last ones that could.' : '';
  if (wrong) return;
  current = scenario;
  points = sweep(scenario, data);
  show(compare(scenario, data), draw());
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
    + `${prices.region}, in US dollars. ${unconfirmed} of the numbers are not confirmed; of what is shown, only what is marked "?" rests on one of these.`
    + (age > OLD_DAYS ? ' They are more than half a year old: check them before you decide.' : '');
  fill('history', prices.history.map((/** @type {any} */ row) => [
    `${row.service}, ${row.what}`, String(row.year), `$${row.usd_per_hour} × ${row.hours} h`, money(row.usd_per_hour * row.hours),
  ]));
  fill('sources', Object.entries(data.entries).map(([path, shown]) => {
    const entry = priceAt(prices, path);
    const link = element('a', prices.sources[entry.source].title);
    link.setAttribute('href', prices.sources[entry.source].url);
    link.setAttribute('rel', 'noreferrer');
    return [path, shown, entry.unit ?? 'USD per month', entry.confidence, link];
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
