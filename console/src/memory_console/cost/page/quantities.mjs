/** How the page reads and writes traffic and sizes: the grammar of quantities.py. */

const HOURS = 730;
/** @type {Record<string, number>} */
const PER_MONTH = {
  s: HOURS * 3600, second: HOURS * 3600, sec: HOURS * 3600, min: HOURS * 60, minute: HOURS * 60, h: HOURS, hour: HOURS,
  day: HOURS / 24, d: HOURS / 24, month: 1, mo: 1, m: 1,
};
/** @type {Record<string, number>} */
const TIMES = { '': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9, t: 1e12 };
/** @type {Record<string, number>} */
const BYTES = {
  '': 1, b: 1, k: 1024, kb: 1024, kib: 1024, m: 2 ** 20, mb: 2 ** 20, mib: 2 ** 20, g: 2 ** 30, gb: 2 ** 30, gib: 2 ** 30,
};
const NUMBER = /^\s*([0-9][0-9_,]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([a-z]*)\s*$/i;

/**
 * @param {string} text
 * @param {Record<string, number>} units
 */
function read(text, units) {
  const match = NUMBER.exec(text);
  const unit = match && units[match[2].toLowerCase()];
  return match && unit ? Number(match[1].replace(/[,_]/g, '')) * unit : NaN;
}

/** @param {string} text */
export function readCount(text) {
  const number = read(text, TIMES);
  if (Number.isNaN(number)) throw new RangeError('Write a number such as 500, 20k, 5M or 2B.');
  return number;
}

/** @param {string} text */
export function readRate(text) {
  const slash = text.indexOf('/');
  const number = read(slash < 0 ? text : text.slice(0, slash), TIMES);
  const per = PER_MONTH[slash < 0 ? 'month' : text.slice(slash + 1).trim().toLowerCase()];
  if (Number.isNaN(number) || !per) throw new RangeError('Write a rate such as 10M/month, 50/s or 40k/day.');
  return number * per;
}

/** @param {string} text */
export function readSize(text) {
  const number = read(text, BYTES);
  if (Number.isNaN(number)) throw new RangeError('Write a size such as 512, 2KB or 1.5MB.');
  return number;
}

/** @param {string} text */
export function readNumber(text) {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number)) throw new RangeError('Write a number.');
  return number;
}

/**
 * A count for people: 950, 12.3 k, 4.56 M, 7.89 billion.
 *
 * @param {number} number
 */
export function short(number) {
  /** @type {[number, number, string][]} */
  const scales = [[1e12, 1e12, ' trillion'], [1e9, 1e9, ' billion'], [1e6, 1e6, ' M'], [1e4, 1e3, ' k']];
  for (const [limit, factor, suffix] of scales) {
    if (number >= limit) return `${Number((number / factor).toPrecision(3)).toLocaleString('en-US')}${suffix}`;
  }
  if (number >= 100 || Number.isInteger(number)) return Math.round(number).toLocaleString('en-US');
  return String(Number(number.toPrecision(3)));
}

/** @param {number} ratio */
export function percent(ratio) {
  return `${(ratio * 100).toFixed(1)}%`;
}
