'use strict';

/** @typedef {import('./copy.js').Copy} Copy */

/**
 * What a copy takes besides its text and name, in bytes: the objects around it, and its place in the map. Measured with
 * Node 20 to 24 and a million values: 330 to 390.
 */
const OVERHEAD = 400;

/**
 * One copy, between the one used before it and the one used after.
 *
 * @typedef {object} Place
 * @property {string} name
 * @property {Copy} copy
 * @property {number} size bytes
 * @property {Place | undefined} older
 * @property {Place | undefined} newer
 */

/** The copies that one object keeps, the least recently used going first (MEM-1). */
class Local {
  #maxItems;
  #maxBytes;
  /** @type {Map<string, Place>} */
  #places = new Map();
  // A chain of its own: to move a name to the end of a Map costs three times as much as to find it.
  /** @type {Place | undefined} */
  #oldest;
  /** @type {Place | undefined} */
  #newest;

  /** Bytes that the copies take. */
  bytes = 0;
  /** How many had to go for others. */
  evictions = 0;

  /** @param {{localMaxItems: number, localMaxBytes: number}} config */
  constructor({ localMaxItems, localMaxBytes }) {
    this.#maxItems = localMaxItems;
    this.#maxBytes = localMaxBytes;
  }

  /** How many copies there are. */
  get items() {
    return this.#places.size;
  }

  /**
   * @param {unknown} name
   * @param {number} now Unix time in milliseconds
   * @returns {Copy | undefined} undefined if there is none, or none that is fresh (MEM-2)
   */
  fresh(name, now) {
    const place = this.#places.get(/** @type {string} */ (name));
    if (place === undefined || !place.copy.isFresh(now)) return undefined;
    if (place !== this.#newest) this.#use(place);
    return place.copy;
  }

  /**
   * @param {string} name
   * @returns {Copy | undefined} whatever its age
   */
  any(name) {
    return this.#places.get(name)?.copy;
  }

  /**
   * @param {string} name
   * @param {Copy} copy
   */
  keep(name, copy) {
    const before = this.any(name);
    if (before?.version === copy.version && before.isFreshLongerThan(copy)) return;
    this.drop(name);
    const size = copy.size + 2 * name.length + OVERHEAD;
    if (size > this.#maxBytes || this.#maxItems === 0) return;
    const place = { name, copy, size, older: undefined, newer: undefined };
    this.#places.set(name, place);
    this.#append(place);
    this.bytes += size;
    while (this.#oldest && (this.bytes > this.#maxBytes || this.#places.size > this.#maxItems)) {
      this.evictions++;
      this.drop(this.#oldest.name);
    }
  }

  /** @param {string} name */
  drop(name) {
    const place = this.#places.get(name);
    if (!place) return;
    this.#places.delete(name);
    this.#remove(place);
    this.bytes -= place.size;
  }

  /** @param {string} prefix */
  dropUnder(prefix) {
    for (const name of this.#places.keys()) if (name.startsWith(prefix)) this.drop(name);
  }

  /** @param {Place} place */
  #use(place) {
    this.#remove(place);
    this.#append(place);
  }

  /** @param {Place} place */
  #append(place) {
    place.older = this.#newest;
    place.newer = undefined;
    if (this.#newest) this.#newest.newer = place;
    else this.#oldest = place;
    this.#newest = place;
  }

  /** @param {Place} place */
  #remove({ older, newer }) {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}

module.exports = { Local };
