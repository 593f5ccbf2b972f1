import { useMemo, useSyncExternalStore } from 'react';

const NOTHING = Object.freeze({ entry: undefined, error: undefined });

/** A value that follows what is stored: `{ entry, error }`. */
export function useMemory(mem, name) {
  const store = useMemo(() => {
    let snapshot = NOTHING;
    return {
      subscribe: (changed) =>
        mem.watch(name, (entry, error) => {
          snapshot = Object.freeze({ entry, error });
          changed();
        }),
      snapshot: () => snapshot,
    };
  }, [mem, name]);
  return useSyncExternalStore(store.subscribe, store.snapshot, () => NOTHING);
}
