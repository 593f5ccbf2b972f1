'use strict';

// Two minutes in all: CloudFront forgets what referred to a thing with some delay.
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000];

// What a function needs to say that it has failed, before Lambda ends it.
const LAST_WORDS_MS = 15_000;

/**
 * Deletes something; if it is gone already, that is fine, and if it is still in use or has just been changed, tries
 * again for a while.
 *
 * @param {() => Promise<unknown>} remove reads the thing's ETag and deletes it
 * @param {{gone: string, inUse: string}} errors the names of the errors that say so
 * @param {Pick<import('./cloud').Cloud, 'pause' | 'remaining'>} time
 * @returns {Promise<void>}
 */
async function discard(remove, { gone, inUse }, { pause, remaining }) {
  for (const wait of [...PAUSES_MS, Infinity]) {
    try {
      await remove();
      return;
    } catch (/** @type {any} */ error) {
      if (error.name === gone) return;
      if (error.name !== inUse && error.name !== 'PreconditionFailed') throw error;
      if (wait + LAST_WORDS_MS > remaining()) throw error;
      await pause(wait);
    }
  }
}

module.exports = { discard };
