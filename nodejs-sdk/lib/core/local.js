'use strict';

const { LruMap } = require('./lru-map.js');
const { isTagRecord } = require('./names.js');
const { platform } = require('./platform.js');

/** @typedef {import('./cached-value.js').CachedValue} CachedValue */
/** @typedef {import('./lru-map.js').Place<CachedValue>} Place */

/**
 * What a copy counts for besides its document and its name, in bytes (MEM-1): the objects around it and its place in the
 * map. With Node 20 and half a million copies it was 360.
 */
const OVERHEAD = 400;

/** The copies that one object keeps, the least recently used going first (MEM-1). */
class Local {
  #maxItems;
  #maxBytes;
  /** @type {LruMap<CachedValue>} */
  #copies = new LruMap();

  /** Bytes that the copies take. */
  bytes = 0;
  /** How many had to go for others. */
  evictions = 0;
  /** How often a tag was seen to have another generation: what was judged before that is to be judged again (CTAG-6, CTAG-7). */
  turn = 0;

  /** @param {{localMaxItems: number, localMaxBytes: number}} config */
  constructor({ localMaxItems, localMaxBytes }) {
    this.#maxItems = localMaxItems;
    this.#maxBytes = localMaxBytes;
  }

  /** How many copies there are. */
  get items() {
    return this.#copies.size;
  }

  /**
   * @param {string} name
   * @returns {Place | undefined} where its copy is, whatever its age; good until anything else is done here
   */
  find(name) {
    return this.#copies.find(name);
  }

  /** @param {Place} place whose copy is what somebody has asked for: it goes last */
  use(place) {
    this.#copies.use(place);
  }

  /**
   * @param {string} name
   * @returns {CachedValue | undefined} whatever its age
   */
  any(name) {
    return this.#copies.find(name)?.value;
  }

  /**
   * @param {string} name
   * @param {CachedValue} copy
   */
  keep(name, copy) {
    const before = this.any(name);
    if (before?.version === copy.version && before.isFreshLongerThan(copy)) return;
    this.drop(name);
    // A record answers no get, whoever asks for its name; and what was judged before an invalidation is not judged.
    if (isTagRecord(name) || (copy.tags && copy.turn !== this.turn)) copy.judge(-Infinity);
    const size = sizeOf(name, copy);
    if (size > this.#maxBytes || this.#maxItems === 0) return;
    this.#copies.add(name, copy);
    this.bytes += size;
    while (this.bytes > this.#maxBytes || this.items > this.#maxItems) {
      this.evictions++;
      this.drop(/** @type {Place} */ (this.#copies.oldest).name);
    }
  }

  /** @param {string} name */
  drop(name) {
    const place = this.#copies.find(name);
    if (!place) return;
    this.#copies.delete(place);
    this.bytes -= sizeOf(name, place.value);
  }

  /**
   * Tags have other generations: what was judged before does not count any more (CTAG-6, CTAG-7).
   *
   * @param {string[]} tags
   */
  dropTagged(tags) {
    this.turn++;
    for (const { name, value } of this.#copies.under('')) if (tags.some((tag) => value.tags?.has(tag))) this.drop(name);
  }

  /** Whatever a change record has confirmed (CHG-19). */
  dropConfirmed() {
    for (const { name, value } of this.#copies.under('')) if (value.isConfirmed) this.drop(name);
  }

  /** @param {string} prefix */
  dropUnder(prefix) {
    for (const { name } of this.#copies.under(prefix)) this.drop(name);
  }
}

/**
 * @param {string} name
 * @param {CachedValue} copy
 */
function sizeOf(name, copy) {
  return copy.size + platform.octetsOf(name) + OVERHEAD;
}

module.exports = { Local };
