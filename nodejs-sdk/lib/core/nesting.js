'use strict';

const MAX_NESTING = 256;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const IS_QUOTE = 2;

/** What a byte does outside of strings: by how much it changes the depth, or that it begins a string. */
const STEPS = Int8Array.from({ length: 256 }, (_, octet) => ({ '[': 1, '{': 1, ']': -1, '}': -1, '"': IS_QUOTE })[String.fromCharCode(octet)] ?? 0);

/**
 * How deep a document is nested, seen before it is parsed (ENV-8): a parser that does not recurse takes seconds for a
 * thousand times as many levels. Of what is no JSON it may say either.
 *
 * @param {Uint8Array} document
 * @param {string} text the same
 * @returns {boolean} whether arrays and objects are nested in more than 256 levels
 */
function isTooDeep(document, text) {
  return !hasFewBrackets(text) && levelsExceed(document);
}

/**
 * @param {string} text
 * @returns {boolean} whether so few brackets open, in strings as well, that the levels cannot be too many
 */
function hasFewBrackets(text) {
  let count = 0;
  for (const bracket of '[{') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (++count > MAX_NESTING) return false;
  }
  return true;
}

/** @param {Uint8Array} document */
function levelsExceed(document) {
  let depth = 0;
  for (let at = 0; at < document.length; at++) {
    const step = STEPS[document[at]];
    if (step === 0) continue;
    if (step === IS_QUOTE) at = endOfString(document, at + 1);
    else if ((depth += step) > MAX_NESTING) return true;
  }
  return false;
}

/**
 * @param {Uint8Array} document
 * @param {number} from
 * @returns {number} where the quote is that ends it
 */
function endOfString(document, from) {
  let at = from;
  while (at < document.length && document[at] !== QUOTE) at += document[at] === BACKSLASH ? 2 : 1;
  return at;
}

module.exports = { isTooDeep };
