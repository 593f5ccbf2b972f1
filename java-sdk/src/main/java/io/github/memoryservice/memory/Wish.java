package io.github.memoryservice.memory;

import java.util.Collection;
import java.util.TreeSet;

/** What somebody wants to have announced. Whoever uses it holds the lock of the announcer. */
final class Wish {
    /** From the present, at which an announcement does for another write. */
    private static final double NEAR_SECONDS = 10;

    /** Those of the names; null for everything. */
    final Collection<Integer> buckets;
    /** The earliest time that will do. */
    final long least;
    /** For how many seconds from then on everything is to count as announced (CHG-21); 0 for no longer. */
    final long lifetime;
    /** The time of its announcement, when there is one; 0 before. */
    long e;
    /** Why there is none. */
    MemoryServiceException error;
    /** Whether nobody waits for it any more. */
    boolean isAbandoned;

    Wish(Collection<String> names, long least, long lifetime) {
        if (names == null) {
            buckets = null;
        } else {
            buckets = new TreeSet<>();
            for (String name : names) {
                buckets.add(Changes.bucketOf(name));
            }
        }
        this.least = least;
        this.lifetime = lifetime;
    }

    boolean isOver() {
        return e != 0 || error != null;
    }

    /** Whether a record has announced it with that time or a later one. */
    boolean isIn(Changes record, long time) {
        if (record == null || lifetime > 0 && record.all < time + lifetime) {
            return false;
        }
        if (record.all >= time) {
            return true;
        }
        if (buckets == null) {
            return false;
        }
        for (int bucket : buckets) {
            if (record.base(bucket) < time) {
                return false;
            }
        }
        return true;
    }

    /** The time of an announcement, by whomever, that will do (CHG-9); 0 if there is none. */
    long sharedBy(Changes record, double now) {
        if (record == null) {
            return 0;
        }
        if (lifetime > 0) {
            long time = Math.max((long) now, least);
            return record.all >= time + lifetime ? time : 0;
        }
        long everything = near(record.all, now);
        if (buckets == null) {
            return everything;
        }
        long earliest = buckets.isEmpty() ? 0 : Long.MAX_VALUE;
        for (int bucket : buckets) {
            long time = record.timeOf(bucket);
            earliest = Math.min(earliest, Math.max(everything, near(time, now)));
        }
        return earliest;
    }

    private long near(long time, double now) {
        return Math.abs(time - now) <= NEAR_SECONDS && time >= least ? time : 0;
    }
}
