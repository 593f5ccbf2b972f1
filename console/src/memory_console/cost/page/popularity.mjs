/**
 * How the gets spread over the names: the same as popularity.py, number by number.
 *
 * @typedef {{ names: number, share: number }} Group  names that are about equally popular, and the share of one
 */

const ALONE = 200;
const GROWTH = 1.03;

/**
 * The mean of k ** -exponent from first to last.
 *
 * @param {number} first
 * @param {number} last
 * @param {number} exponent
 */
function meanWeight(first, last, exponent) {
  if (first === last) return first ** -exponent;
  const low = first - 0.5;
  const high = last + 0.5;
  const area = Math.abs(exponent - 1) < 1e-9
    ? Math.log(high / low)
    : (high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent);
  return area / (last - first + 1);
}

/**
 * Spread the gets over the names by Zipf's law, most popular first.
 *
 * @param {number} names
 * @param {number} exponent  0 makes all equally popular
 * @returns {Group[]}
 */
export function zipf(names, exponent) {
  /** @type {[number, number][]} */
  const spans = [];
  for (let rank = 1; rank <= Math.min(names, ALONE); rank += 1) spans.push([rank, rank]);
  let first = ALONE + 1;
  while (first <= names) {
    const last = Math.min(names, Math.max(first, Math.floor(first * GROWTH)));
    spans.push([first, last]);
    first = last + 1;
  }
  const weights = spans.map(([from, to]) => ({ names: to - from + 1, weight: meanWeight(from, to, exponent) }));
  const total = weights.reduce((sum, group) => sum + group.names * group.weight, 0);
  return weights.map((group) => ({ names: group.names, share: group.weight / total }));
}
