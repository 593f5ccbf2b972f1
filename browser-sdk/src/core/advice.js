const BY_TYPE = { function: 'what it returns', symbol: 'its description', undefined: 'null, or nothing' };

/**
 * @param {unknown} value That cannot be stored.
 * @returns {string} what to store instead
 */
export function advice(value) {
  const type = typeof value;
  if (type !== 'object') return BY_TYPE[/** @type {keyof typeof BY_TYPE} */ (type)];
  return ArrayBuffer.isView(value) || Symbol.iterator in Object(value) ? 'Array.from(it)' : 'a plain object, such as { ...it }';
}
