package io.github.memoryservice.memory;

/** How an object is stored. */
final class Form {
    private static final String USUAL_CLASS = "STANDARD";

    /** Unix milliseconds after which there is no value; null for no end (PUT-3). */
    final Long expiresAt;
    /** Whole seconds an edge may serve a copy without asking S3 (OBJ-3). */
    final int maxAge;
    /** What the bucket's lifecycle rules go by; 0 for no tag (OBJ-6). */
    final int ttlDays;
    /** OBJ-5. */
    final String storageClass;
    /** Seconds that a copy may be served longer while S3 cannot be read; -1 for those of the configuration. */
    final int staleIfError;
    /** The tags that it has; null without (CTAG-4). */
    final Tagging tagging;
    /** Whether it is no value but the change record (CHG-2). */
    final boolean isRecord;

    private Form(
            Long expiresAt, int maxAge, int ttlDays, String storageClass, int staleIfError, Tagging tagging, boolean isRecord) {
        this.expiresAt = expiresAt;
        this.maxAge = maxAge;
        this.ttlDays = ttlDays;
        this.storageClass = storageClass;
        this.staleIfError = staleIfError;
        this.tagging = tagging;
        this.isRecord = isRecord;
    }

    /** That of a value that is put now, in place of one with that end, in Unix milliseconds, if it has one (UPD-3). */
    static Form of(PutOptions options, double now, Long end, Tagging tagging) {
        return new Form(
                options.expiresAt(now, end),
                options.maxAge(now, end),
                options.ttlDays(now, end),
                options.storageClass,
                -1,
                tagging,
                false);
    }

    /** That of a value which is given another end, and is stored as it was in all else (TOUCH-1). */
    static Form touching(PutOptions options, double now, Answer answer, Tagging tagging) {
        int edgeTtl = answer.maxAge() > 0 ? (int) Math.min(answer.maxAge(), Integer.MAX_VALUE) : options.edgeTtl;
        double left = Double.isNaN(options.ttl) ? Double.POSITIVE_INFINITY : options.ttl;
        return new Form(
                options.expiresAt(now, null),
                (int) Math.max(1, Math.min(edgeTtl, Math.floor(left))),
                options.ttlDays(now, null),
                answer.storageClass(),
                (int) answer.staleIfError(),
                tagging,
                false);
    }

    /** That of a tag's record (CTAG-2). */
    static Form ofTag(int edgeTtl) {
        return new Form(null, edgeTtl, 0, USUAL_CLASS, -1, null, false);
    }

    /** That of the change record (CHG-2). */
    static Form ofRecord(int edgeTtl) {
        return new Form(null, edgeTtl, 0, USUAL_CLASS, -1, null, true);
    }

    /** The {@code Cache-Control} with which it is stored (OBJ-3, CHG-2), where that of the configuration is given. */
    String cacheControl(int configured) {
        return isRecord ? "max-age=" + maxAge : "max-age=" + maxAge + ", stale-if-error=" + (staleIfError < 0 ? configured : staleIfError);
    }

    boolean isUsualClass() {
        return USUAL_CLASS.equals(storageClass);
    }
}
