'use strict';

/**
 * What somebody probably meant who wrote a word that is not known.
 *
 * @param {string} word
 * @param {readonly string[]} known At least one.
 * @returns {string} the first that begins with the word, else the nearest, whatever the case of its letters
 */
function nearest(word, known) {
  const whole = known.find((candidate) => candidate.toUpperCase().startsWith(word.toUpperCase()));
  if (whole) return whole;
  const [best] = [...known].sort((a, b) => distance(word, a) - distance(word, b));
  return best;
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} how many letters to change, add or leave out to turn one into the other
 */
function distance(a, b) {
  const target = b.toUpperCase();
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const letter of a.toUpperCase()) {
    const next = [row[0] + 1];
    for (let index = 0; index < target.length; index++) {
      const substitution = row[index] + (letter === target[index] ? 0 : 1);
      next.push(Math.min(substitution, row[index + 1] + 1, next[index] + 1));
    }
    row = next;
  }
  return row[target.length];
}

module.exports = { nearest };
