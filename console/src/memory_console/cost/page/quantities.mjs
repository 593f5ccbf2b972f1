/** How the page reads and writes traffic and sizes: the same as quantities.py, with the units of inputs.json. */

const NUMBER = /^\s*([0-9][0-9_,]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([a-z%]*)\s*$/i;

/**
 * Read a quantity: a number with a unit of its kind, and for a rate perhaps per what.
 *
 * @param {{ units: Record<string, number>, per?: Record<string, number>, like: string }} spelling  of the kind
 * @param {string} kind
 * @param {string} text
 */
export function read(spelling, kind, text) {
  const [amount, ...per] = text.split('/');
  const match = NUMBER.exec(amount);
  const unit = spelling.units[(match?.[2] ?? '').toLowerCase()];
  const times = (spelling.per ?? { '': 1 })[per.join('/').trim().toLowerCase()];
  if (!match || unit === undefined || times === undefined || (per.length && !per[0].trim())) {
    throw new RangeError(`Write a ${kind} such as ${spelling.like}.`);
  }
  const number = Number(match[1].replace(/[,_]/g, '')) * unit * times;
  return kind === 'count' ? Math.floor(number) : number;
}

/** A count for people: 950, 12.3 k, 4.56 M, 7.89 billion. @param {number} number */
export function short(number) {
  /** @type {[number, number, string][]} */
  const scales = [[1e12, 1e12, ' trillion'], [1e9, 1e9, ' billion'], [1e6, 1e6, ' M'], [1e4, 1e3, ' k']];
  for (const [limit, factor, suffix] of scales) {
    if (number >= limit) return `${Number((number / factor).toPrecision(3)).toLocaleString('en-US')}${suffix}`;
  }
  if (number >= 100 || Number.isInteger(number)) return Math.round(number).toLocaleString('en-US');
  return String(Number(number.toPrecision(3)));
}

/** A sum for people: cents below a thousand dollars, none above. @param {number} usd */
export function money(usd) {
  if (usd === Infinity) return 'not possible';
  // toFixed rounds the binary number, as Python's format does; toLocaleString rounds its decimal form.
  return `$${usd.toFixed(usd < 1000 ? 2 : 0).replace(/\B(?=(\d{3})+$)/g, ',')}`;
}

/** @param {number} ratio */
export function percent(ratio) {
  return `${(ratio * 100).toFixed(1)}%`;
}
