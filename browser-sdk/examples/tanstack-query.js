/** Seconds after which a query is asked again that found nothing, or what has no bound. */
const AGAIN = 5;

/** Options of a query: the SDK's memory answers while its copy is fresh, so nothing here has to be fresh for longer. */
export function memoryQuery(mem, name, seconds = AGAIN) {
  return {
    queryKey: ['memory', name],
    queryFn: async ({ signal }) => (await mem.getEntry(name, { signal })) ?? null, // a query may not give undefined
    staleTime: 0,
    refetchInterval: seconds * 1000,
    refetchIntervalInBackground: false,
    structuralSharing: (old, entry) => (old?.version === entry?.version ? old ?? entry : entry),
  };
}
