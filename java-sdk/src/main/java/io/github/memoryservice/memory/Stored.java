package io.github.memoryservice.memory;

/** What S3 said of a put or remove. */
final class Stored {
    /** The ETag without its quotes; null of a remove, and if the condition was refused. */
    final String version;
    /** S3's {@code Date} in Unix milliseconds; NaN if it said none. */
    final double date;
    /** Whether an attempt before may have been carried out, and is itself what was in the way (WRITE-5). */
    final boolean isInDoubt;

    private final boolean isRefused;

    private Stored(String version, double date, boolean isRefused, boolean isInDoubt) {
        this.version = version;
        this.date = date;
        this.isRefused = isRefused;
        this.isInDoubt = isInDoubt;
    }

    static Stored of(String version, double date) {
        return new Stored(version, date, false, false);
    }

    static Stored refused(boolean isInDoubt) {
        return new Stored(null, Double.NaN, true, isInDoubt);
    }

    /** Whether S3 refused the condition, or cannot tell because of another write at the same time. */
    boolean isRefused() {
        return isRefused;
    }
}
