package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;

/** The copies in this process's memory (MEM-1). Whoever uses it holds the lock of the service. */
final class Local {
    private final int maxItems;
    private final long maxBytes;
    private final Stats stats;
    private final LruMap<CachedValue> copies = new LruMap<>();
    /** How many copies there have been: while that stays the same, what was not there still is not. */
    long arrivals;

    Local(int maxItems, long maxBytes, Stats stats) {
        this.maxItems = maxBytes == 0 ? 0 : maxItems;
        this.maxBytes = maxBytes;
        this.stats = stats;
    }

    /** The copy of a name if it may be served without asking; else null. */
    CachedValue fresh(String name, double now) {
        LruMap.Place<CachedValue> place = copies.find(name);
        if (place == null || !place.value.isFresh(now)) {
            return null;
        }
        copies.use(place);
        stats.memoryHits++;
        if (place.value.isConfirmed) {
            stats.confirmed++;
        }
        return place.value;
    }

    /** The copy of a tag's record if it need not be read, which counts as no get. */
    CachedValue freshRecord(String name, double now) {
        LruMap.Place<CachedValue> place = copies.find(name);
        if (place == null || !place.value.isFreshItself(now)) {
            return null;
        }
        copies.use(place);
        return place.value;
    }

    /** The copy of a name, fresh or not. */
    CachedValue kept(String name) {
        return copies.get(name);
    }

    /** The copy of a name that may be served if S3 cannot be read (STALE-2). */
    CachedValue stale(String name, double now, double staleMillis) {
        CachedValue copy = copies.get(name);
        boolean isServed = copy != null && !copy.isExpired(now) && copy.started <= now && now <= copy.ownUntil + staleMillis;
        return isServed ? copy : null;
    }

    /** Keeps a copy in place of an older one, and drops others if it takes their room. */
    void keep(String name, CachedValue copy) {
        drop(name);
        if (Names.isTagRecord(name)) {
            copy.judge(Double.NEGATIVE_INFINITY); // it answers no get, whoever asks for its name
        }
        long size = size(name, copy);
        if (maxItems == 0 || size > maxBytes) {
            return;
        }
        copies.put(name, copy);
        arrivals++;
        stats.bytes += size;
        while (copies.size() > maxItems || stats.bytes > maxBytes) {
            drop(copies.oldest().name);
            stats.evictions++;
        }
        stats.items = copies.size();
    }

    void drop(String name) {
        CachedValue copy = copies.remove(name);
        if (copy != null) {
            stats.bytes -= size(name, copy);
            stats.items = copies.size();
        }
    }

    /** Drops the copies that count as read with a change record: it may be wrong (CHG-19). */
    void dropConfirmed() {
        for (LruMap.Place<CachedValue> place = copies.oldest(), next; place != null; place = next) {
            next = place.newer();
            if (place.value.isConfirmed) {
                drop(place.name);
            }
        }
    }

    /** Drops the copies that have one of some tags. */
    void dropTagged(Collection<String> tags) {
        for (LruMap.Place<CachedValue> place = copies.oldest(), next; place != null; place = next) {
            next = place.newer();
            if (place.value.tags != null && !Collections.disjoint(place.value.tags.keySet(), tags)) {
                drop(place.name);
            }
        }
    }

    void dropPrefix(String prefix) {
        for (LruMap.Place<CachedValue> place = copies.oldest(), next; place != null; place = next) {
            next = place.newer();
            if (place.name.startsWith(prefix)) {
                drop(place.name);
            }
        }
    }

    private static long size(String name, CachedValue copy) {
        for (int at = 0; at < name.length(); at++) {
            if (name.charAt(at) > 0x7f) {
                return copy.size + name.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return copy.size + name.length();
    }
}
