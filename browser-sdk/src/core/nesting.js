const MAX_NESTING = 256;

/**
 * @param {unknown} _
 * @param {string} text of a document
 * @returns {boolean} whether arrays and objects are nested in more than 256 levels (ENV-8); of what is no JSON it may say either
 */
export function isTooDeep(_, text) {
  let depth = 0;
  if (text.split(/[[{]/, MAX_NESTING + 2).length < MAX_NESTING + 2) return false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if ((depth += { '[': 1, '{': 1, ']': -1, '}': -1 }[token] ?? 0) > MAX_NESTING) return true;
  }
  return false;
}
