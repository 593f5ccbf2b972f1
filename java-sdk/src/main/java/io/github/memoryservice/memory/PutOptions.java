package io.github.memoryservice.memory;

import java.util.List;

/** What a call that stores says, checked. */
final class PutOptions {
    private static final int[] TTL_DAYS = {1, 7, 30, 365};
    private static final double DAY = 86_400;
    private static final double SECOND = 1000;

    /** Seconds that the value lives; NaN if that was not said (PUT-3). */
    final double ttl;
    /** Seconds that a value lives which is new or has no end; NaN if that was not said (UPD-6). */
    final double ttlIfNew;
    /** Whole seconds an edge may serve a copy without asking S3. */
    final int edgeTtl;
    /** OBJ-5. */
    final String storageClass;
    /** Each once; null if that was not said (CTAG-11). */
    final List<String> tags;
    /** The version that must be stored now, an empty one if nothing must be; null for no condition. */
    final String replaces;
    /** Whether CloudFront is asked to drop what edges have (INV-1). */
    final boolean isInvalidating;
    /** UPD-2. */
    final int attempts;

    PutOptions(
            double ttl,
            double ttlIfNew,
            int edgeTtl,
            String storageClass,
            List<String> tags,
            String replaces,
            boolean isInvalidating,
            int attempts) {
        this.ttl = ttl;
        this.ttlIfNew = ttlIfNew;
        this.edgeTtl = edgeTtl;
        this.storageClass = storageClass;
        this.tags = tags;
        this.replaces = replaces;
        this.isInvalidating = isInvalidating;
        this.attempts = attempts;
    }

    /** The same with another ttl, in seconds; NaN for none. */
    PutOptions withTtl(double seconds) {
        return new PutOptions(seconds, Double.NaN, edgeTtl, storageClass, tags, replaces, isInvalidating, attempts);
    }

    /**
     * When what is put now ends.
     *
     * @param now Unix milliseconds
     * @param end of the value that is replaced, in Unix milliseconds: it counts if these have no ttl (UPD-3); null for none
     * @return Unix milliseconds; null for no end
     */
    Long expiresAt(double now, Long end) {
        return Double.isNaN(ttl) ? end : (Long) (long) Math.ceil(now + ttl * SECOND);
    }

    /** Whole seconds an edge may serve a copy of what is put now (OBJ-3). */
    int maxAge(double now, Long end) {
        return (int) Math.max(1, Math.min(edgeTtl, Math.floor(left(now, end))));
    }

    /** What the bucket's lifecycle rules go by; 0 for no tag (OBJ-6). */
    int ttlDays(double now, Long end) {
        double left = left(now, end);
        for (int days : TTL_DAYS) {
            if (left <= days * DAY) {
                return days;
            }
        }
        return 0;
    }

    /** Seconds. */
    private double left(double now, Long end) {
        if (!Double.isNaN(ttl)) {
            return ttl;
        }
        return end == null ? Double.POSITIVE_INFINITY : (end - now) / SECOND;
    }
}
