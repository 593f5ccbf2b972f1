'use strict';

/**
 * Returns all of an account's things of one kind: CloudFront's lists know no filter.
 *
 * @template Item
 * @param {(marker: string | undefined) => Promise<{Items?: Item[], NextMarker?: string} | undefined>} page
 * @returns {Promise<Item[]>}
 */
async function list(page) {
  const items = [];
  let marker;
  do {
    const answer = await page(marker);
    items.push(...(answer?.Items ?? []));
    marker = answer?.NextMarker;
  } while (marker);
  return items;
}

module.exports = { list };
