/** The plot of monthly cost against traffic, on log axes, as SVG. */
import { OURS, leastOf } from './comparison.mjs';
import { money, short } from './quantities.mjs';

/**
 * @typedef {import('./comparison.mjs').Comparison} Comparison
 * @typedef {import('./comparison.mjs').BreakEven} BreakEven
 */

const SVG = 'http://www.w3.org/2000/svg';
const FLOOR = 0.01;
const MARGIN = { top: 12, right: 14, bottom: 44, left: 64 };

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
export function svg(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {number} usd */
function dollars(usd) {
  if (usd >= 1e6) return `$${usd / 1e6} M`;
  if (usd >= 1e3) return `$${usd / 1e3} k`;
  return `$${usd}`;
}

/**
 * Draw into an svg element, at its width on the screen.
 *
 * @param {SVGSVGElement} target
 * @param {Comparison[]} points  the sweep, in order
 * @param {BreakEven[]} crossings
 * @param {number} gets  the scenario's own traffic
 * @returns {{ place(gets: number): void, getsAt(clientX: number): number }} to move the cursor with
 */
export function drawChart(target, points, crossings, gets) {
  const width = Math.max(300, target.clientWidth);
  const height = Math.round(Math.max(300, Math.min(520, width * 0.58)));
  target.setAttribute('viewBox', `0 0 ${width} ${height}`);
  target.setAttribute('height', String(height));
  target.replaceChildren();

  const keys = [...Object.keys(points[0].offers).filter((key) => key !== OURS), OURS];
  const lines = keys.map((key) => ({ key, usd: points.map((point) => point.offers[key].usd) }));
  const xs = points.map((point) => Math.log10(point.scenario.gets_per_month));
  const finite = lines.flatMap((line) => line.usd).filter((usd) => usd < Infinity);
  const [left, right] = [xs[0], xs[xs.length - 1]];
  const [bottom, top] = [Math.log10(FLOOR), Math.ceil(Math.log10(Math.max(...finite, 10)))];
  const x = (/** @type {number} */ log) => MARGIN.left + ((log - left) / (right - left)) * (width - MARGIN.left - MARGIN.right);
  const y = (/** @type {number} */ usd) => {
    const log = Math.log10(Math.max(FLOOR, usd));
    return height - MARGIN.bottom - ((log - bottom) / (top - bottom)) * (height - MARGIN.top - MARGIN.bottom);
  };

  const every = width < 520 ? 2 : 1;
  for (let decade = Math.ceil(left); decade <= right; decade += 1) {
    const at = x(decade);
    target.append(svg('line', { class: 'grid', x1: at, x2: at, y1: MARGIN.top, y2: height - MARGIN.bottom }));
    if ((decade - Math.ceil(left)) % every === 0) {
      const tick = { 4: '10 k', 5: '100 k', 9: '1 B', 10: '10 B', 11: '100 B', 12: '1 T' }[decade] ?? short(10 ** decade);
      const anchor = decade === right ? 'end' : 'middle';
      target.append(svg('text', { class: 'tick', x: at, y: height - MARGIN.bottom + 18, 'text-anchor': anchor }, tick));
    }
  }
  for (let decade = bottom; decade <= top; decade += 1) {
    const at = y(10 ** decade);
    target.append(svg('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }));
    const tick = decade < 0 ? `$${(10 ** decade).toFixed(-decade)}` : dollars(10 ** decade);
    target.append(svg('text', { class: 'tick', x: MARGIN.left - 8, y: at + 4, 'text-anchor': 'end' }, tick));
  }
  target.append(svg('text', { class: 'axis', x: (MARGIN.left + width - MARGIN.right) / 2, y: height - 6, 'text-anchor': 'middle' }, 'gets a month'));

  for (const line of lines) {
    let path = '';
    line.usd.forEach((usd, number) => {
      if (usd === Infinity) return;
      const starts = number === 0 || line.usd[number - 1] === Infinity;
      path += `${starts ? 'M' : 'L'}${x(xs[number]).toFixed(1)} ${y(usd).toFixed(1)}`;
    });
    target.append(svg('path', { class: `line line-${line.key}`, d: path }));
  }
  for (const crossing of crossings) {
    const log = Math.log10(crossing.gets_per_month);
    const after = Math.max(1, xs.findIndex((other) => other >= log));
    const part = (log - xs[after - 1]) / (xs[after] - xs[after - 1]);
    const [from, to] = [points[after - 1].ours.usd, points[after].ours.usd];
    const usd = Math.max(FLOOR, from) ** (1 - part) * Math.max(FLOOR, to) ** part;
    target.append(svg('circle', { class: 'crossing', cx: x(log), cy: y(usd), r: 4 }));
  }
  const within = (/** @type {number} */ amount) => Math.min(right, Math.max(left, Math.log10(amount)));
  const here = x(within(gets));
  target.append(svg('line', { class: 'here', x1: here, x2: here, y1: MARGIN.top, y2: height - MARGIN.bottom }));
  const cursor = svg('line', { class: 'cursor', x1: here, x2: here, y1: MARGIN.top, y2: height - MARGIN.bottom });
  target.append(cursor);
  return {
    place(amount) {
      const at = String(x(within(amount)));
      cursor.setAttribute('x1', at);
      cursor.setAttribute('x2', at);
    },
    getsAt(clientX) {
      const box = target.getBoundingClientRect();
      const part = ((clientX - box.left) * (width / box.width) - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
      return 10 ** (left + Math.min(1, Math.max(0, part)) * (right - left));
    },
  };
}

/** What the plot shows, for those who do not see it. @param {Comparison[]} points */
export function describeChart(points) {
  const [first, last] = [points[0], points[points.length - 1]];
  const least = leastOf(Object.values(last.offers));
  return `Monthly cost against traffic on logarithmic axes. Memory Service costs ${money(first.ours.usd)} at `
    + `${short(first.scenario.gets_per_month)} gets a month and ${money(last.ours.usd)} at `
    + `${short(last.scenario.gets_per_month)}; there the cheapest is ${least.name} at ${money(least.usd)}. `
    + 'The table of alternatives says where the lines cross.';
}
