/** @typedef {import('../../nodejs-sdk/lib/core/reading.js').Reading} Reading */

const SECOND = 1000;
/** Of a miss, when no value has said how long it would be fresh. */
const OF_A_MISS = 5 * SECOND;
/** The longest wait after failures. */
const MOST = 60 * SECOND;

const isHidden = () => globalThis.document?.visibilityState === 'hidden';

/**
 * Tell listeners of a name of each version that it has, and ask once for all of them (section 17.4).
 *
 * @param {object} how
 * @param {() => Promise<Reading>} how.read
 * @param {(reading: Reading) => any} how.entryOf
 * @param {() => number} how.clock Unix time in milliseconds
 * @param {() => number} how.random
 * @param {() => void} how.end called when nobody listens any more
 */
export function makeWatcher({ read, entryOf, clock, random, end }) {
  /** @type {Set<(entry: any, error?: unknown) => void>} */
  const listeners = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let dueAt = -Infinity;
  let wait = SECOND;
  let ofAMiss = OF_A_MISS;
  let isAsking = false;
  /** What was told last. @type {{version: string | null, entry: any} | undefined} */
  let told;

  /** @param {number} milliseconds */
  function askIn(milliseconds) {
    wait = Math.max(SECOND, milliseconds);
    const withChance = wait * (1 + random() / 10);
    dueAt = clock() + withChance;
    clearTimeout(timer);
    timer = setTimeout(look, withChance);
  }

  async function look() {
    if (isAsking || listeners.size === 0) return;
    if (isHidden()) return; // until it is shown
    isAsking = true;
    try {
      const reading = await read();
      const { copy } = reading;
      const version = copy ? copy.version : null;
      if (copy) ofAMiss = copy.maxAge * SECOND;
      if (!told || told.version !== version) {
        told = { version, entry: entryOf(reading) };
        for (const listener of [...listeners]) tell(listener, told.entry);
      }
      if (reading.source === 'stale') askIn(Math.min(MOST, wait * 2));
      else askIn(copy ? copy.freshUntil - clock() : ofAMiss);
    } catch (error) {
      for (const listener of [...listeners]) tell(listener, told?.entry, error);
      askIn(Math.min(MOST, wait * 2));
    } finally {
      isAsking = false;
      if (listeners.size === 0) clearTimeout(timer);
    }
  }

  function shown() {
    if (!isHidden() && clock() >= dueAt) void look();
  }

  return {
    /** What this object has put is looked at now. */
    poke: () => void look(),

    /**
     * @param {(entry: any, error?: unknown) => void} listener
     * @returns {() => void} which ends that
     */
    add(listener) {
      const own = (/** @type {any} */ entry, /** @type {unknown} */ error) => listener(entry, error); // the same may be added twice
      if (listeners.size === 0) globalThis.document?.addEventListener('visibilitychange', shown);
      listeners.add(own);
      if (told) queueMicrotask(() => listeners.has(own) && told && tell(own, told.entry));
      else void look();
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        clearTimeout(timer);
        globalThis.document?.removeEventListener('visibilitychange', shown);
        end();
      };
    },
  };
}

/**
 * @param {(entry: any, error?: unknown) => void} listener
 * @param {any} entry
 * @param {unknown} [error]
 */
function tell(listener, entry, error) {
  try {
    listener(entry, error);
  } catch (thrown) {
    reportError(thrown); // nobody else's news waits for a listener that fails
  }
}
