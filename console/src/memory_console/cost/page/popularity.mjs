/**
 * How the gets spread over the names: the same as popularity.py.
 *
 * @typedef {[number, number]} Group  how many names are about equally popular, and the share of each
 */

const ALONE = 200;
const GROWTH = 1.03;

/** @param {number} low @param {number} high @param {number} exponent */
function area(low, high, exponent) {
  if (Math.abs(exponent - 1) < 1e-9) return Math.log(high / low);
  return (high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent);
}

/**
 * Spread the gets over the names by Zipf's law, most popular first.
 *
 * @param {number} names
 * @param {number} exponent  0 makes all equally popular
 * @returns {Group[]}
 */
export function zipf(names, exponent) {
  /** @type {Group[]} */
  const weights = Array.from({ length: Math.min(names, ALONE) }, (_, rank) => [1, (rank + 1) ** -exponent]);
  for (let first = ALONE + 1; first <= names;) {
    const last = Math.min(names, Math.floor(first * GROWTH));
    const count = last - first + 1;
    weights.push([count, area(first - 0.5, last + 0.5, exponent) / count]);
    first = last + 1;
  }
  const total = weights.reduce((sum, [count, weight]) => sum + count * weight, 0);
  return weights.map(([count, weight]) => [count, weight / total]);
}
