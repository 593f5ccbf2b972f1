'use strict';

/**
 * One entry, between the one used before it and the one used after.
 *
 * @template T
 * @typedef {object} Place
 * @property {string} name
 * @property {T} value
 * @property {Place<T> | undefined} older
 * @property {Place<T> | undefined} newer
 */

/**
 * Values by name, in the order of their last use.
 *
 * The order is a chain of its own. In that of a Map, the first is found only behind all that were deleted, and to move a
 * name to the end costs three times as much as to find it.
 *
 * @template T
 */
class LruMap {
  /** @type {Map<string, Place<T>>} */
  #places = new Map();
  /** The least recently used. @type {Place<T> | undefined} */
  oldest;
  /** @type {Place<T> | undefined} */
  #newest;

  get size() {
    return this.#places.size;
  }

  /**
   * @param {string} name
   * @returns {Place<T> | undefined}
   */
  find(name) {
    return this.#places.get(name);
  }

  /** @param {Place<T>} place */
  use(place) {
    if (place === this.#newest) return;
    this.#remove(place);
    this.#append(place);
  }

  /**
   * @param {string} name which has no place yet
   * @param {T} value
   */
  add(name, value) {
    const place = { name, value, older: undefined, newer: undefined };
    this.#places.set(name, place);
    this.#append(place);
  }

  /** @param {Place<T>} place */
  delete(place) {
    this.#places.delete(place.name);
    this.#remove(place);
  }

  /**
   * @param {string} prefix
   * @returns {Place<T>[]} those whose names begin with it
   */
  under(prefix) {
    return [...this.#places.values()].filter(({ name }) => name.startsWith(prefix));
  }

  /** @param {Place<T>} place */
  #append(place) {
    place.older = this.#newest;
    place.newer = undefined;
    if (this.#newest) this.#newest.newer = place;
    else this.oldest = place;
    this.#newest = place;
  }

  /** @param {Place<T>} place */
  #remove({ older, newer }) {
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}

module.exports = { LruMap };
