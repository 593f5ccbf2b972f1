'use strict';

// About half a minute in all: CloudFront forgets a deleted distribution's references with some delay.
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000];

/**
 * Finds one of an account's things by its name: CloudFront's lists know no filter.
 *
 * @template Item
 * @param {(marker: string | undefined) => Promise<{Items?: Item[], NextMarker?: string} | undefined>} list one page
 * @param {(item: Item) => boolean} matches
 * @returns {Promise<Item | undefined>}
 */
async function find(list, matches) {
  let marker;
  do {
    const page = await list(marker);
    const found = page?.Items?.find(matches);
    if (found) return found;
    marker = page?.NextMarker;
  } while (marker);
  return undefined;
}

/**
 * Deletes something; if it is gone already, that is fine, and if it is still in use, tries again for a while.
 *
 * @param {() => Promise<unknown>} remove
 * @param {{gone: string, inUse?: string}} errors the names of the errors that say so
 * @param {(milliseconds: number) => Promise<unknown>} pause
 * @returns {Promise<void>}
 */
async function discard(remove, { gone, inUse }, pause) {
  for (const wait of [...PAUSES_MS, undefined]) {
    try {
      await remove();
      return;
    } catch (/** @type {any} */ error) {
      if (error.name === gone) return;
      if (error.name !== inUse || wait === undefined) throw error;
      await pause(wait);
    }
  }
}

module.exports = { find, discard };
