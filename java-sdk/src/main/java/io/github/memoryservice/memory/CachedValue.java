package io.github.memoryservice.memory;

import java.util.Map;

/**
 * A value as it was read or put, and until when it is fresh. A list or dict is kept as its document, so that each caller gets one of
 * their own (MEM-3). Times are Unix milliseconds by the clock of the service; whoever uses it holds the lock of that.
 */
final class CachedValue {
    /** What a copy counts for besides its document and its name (MEM-1). */
    static final int ITEM_BYTES = 400;
    private static final double SECOND = 1000;

    /** As the specification names it. */
    final String type;
    final String version;
    /** When its object was written; NaN if unknown. */
    final double storedAt;
    /** When the value ends; null if never. */
    final Long expiresAt;
    /** Milliseconds that computing it took. */
    final long took;
    /** The generation of each of its tags; null of a value without. */
    final Map<String, String> tags;
    /** The id of its put; null without. */
    final String write;
    /** Bytes it counts for, without its name. */
    final int size;
    /** When the request was sent that fetched it. */
    volatile double started;
    /** When the edge fetched it from S3. */
    volatile double fetched;
    /** When it has to be asked for again, whatever becomes of its tags. */
    volatile double ownUntil;
    /** Since when it has surely been read, in seconds of S3's time; NaN if nobody knows, or nobody needs to (CHG-14). */
    double f = Double.NaN;
    /** Whether it counts as read with a change record (CHG-16). */
    volatile boolean isConfirmed;

    private final byte[] document;
    private final Object held;
    private final double maxAge;
    private volatile double tagsUntil;

    CachedValue(
            String type,
            Object value,
            String write,
            Long expiresAt,
            long took,
            Map<String, String> tags,
            byte[] document,
            String version,
            double storedAt,
            double maxAge,
            double age,
            double started) {
        this.type = type;
        this.version = version;
        this.storedAt = storedAt;
        this.expiresAt = expiresAt;
        this.took = took;
        this.tags = tags;
        this.write = write;
        this.size = document.length + ITEM_BYTES;
        this.started = started;
        this.fetched = started - age * SECOND;
        this.maxAge = maxAge * SECOND;
        this.ownUntil = fetched + this.maxAge;
        this.tagsUntil = tags == null ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        this.document = isContainer(type) ? document : null;
        this.held = isContainer(type) ? null : owned(value);
    }

    /** The copy of what was read, in answer to a request of then. */
    static CachedValue of(Answer answer, Envelope envelope, double started) {
        return new CachedValue(
                envelope.type,
                envelope.value,
                envelope.write,
                envelope.expiresAt,
                envelope.took,
                envelope.tags,
                answer.document(),
                answer.version(),
                answer.storedAt(),
                answer.maxAge(),
                answer.age(),
                started);
    }

    /** The copy of what was put, by a request of then. */
    static CachedValue of(Prepared put, byte[] document, Stored stored, double started) {
        Form form = put.form;
        return new CachedValue(
                put.draft.type,
                isContainer(put.draft.type) ? null : put.draft.take(),
                put.write,
                form.expiresAt,
                put.took == null ? 0 : put.took,
                form.tagging == null ? null : form.tagging.generations,
                document,
                stored.version,
                stored.date,
                form.maxAge,
                0,
                started);
    }

    /** The value, the caller's own. */
    Object value() {
        return document == null ? owned(held) : Envelope.decode(document).value;
    }

    /** Lets it count as read with a change record, by a request of then (CHG-16). */
    void confirm(double requested, double fetchedThen) {
        if (fetchedThen > fetched) {
            started = requested;
            fetched = fetchedThen;
            ownUntil = fetchedThen + maxAge;
            isConfirmed = true;
        }
    }

    /** Notes until when the records of its tags are fresh that say that it is valid (CTAG-7). */
    void judge(double until) {
        tagsUntil = until;
    }

    /** Whether it may be served without asking (MEM-2, MEM-5). */
    boolean isFresh(double now) {
        return now < tagsUntil && isFreshItself(now);
    }

    /** Whether it may be served if its tags are valid. */
    boolean isFreshItself(double now) {
        return started <= now && now < ownUntil && !isExpired(now);
    }

    /** Whether the value no longer exists (ENV-5). */
    boolean isExpired(double now) {
        return expiresAt != null && expiresAt <= now;
    }

    private static boolean isContainer(String type) {
        return "list".equals(type) || "dict".equals(type);
    }

    private static Object owned(Object value) {
        return value instanceof byte[] ? ((byte[]) value).clone() : value;
    }
}
