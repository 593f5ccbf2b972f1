'use strict';

const MAX_NESTING = 256;
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_DICT, CLOSE_DICT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/**
 * How deep a document is nested, seen before it is parsed (ENV-8): a parser that does not recurse takes seconds for a
 * thousand times as many levels. Of what is no JSON it may say either.
 *
 * @param {Uint8Array} document
 * @returns {boolean} whether arrays and objects are nested in more than 256 levels
 */
function isTooDeep(document) {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < document.length; at++) {
    const octet = document[at];
    if (isInString) {
      if (octet === BACKSLASH) at++;
      else if (octet === QUOTE) isInString = false;
    } else if (octet === QUOTE) isInString = true;
    else if (octet === OPEN_LIST || octet === OPEN_DICT) {
      if (++depth > MAX_NESTING) return true;
    } else if (octet === CLOSE_LIST || octet === CLOSE_DICT) depth--;
  }
  return false;
}

module.exports = { isTooDeep };
