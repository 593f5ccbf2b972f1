package io.github.memoryservice.memory;

/** What bounds the writes of one announcement in time: S3 has them all 120 s after it, or never will (CHG-12, CHG-13). */
final class Fence {
    /** Seconds for which its signature is valid. */
    static final int LIFETIME = 20;

    private static final long SENDS = 15;
    private static final long BREAKS_OFF = 80;
    private static final long LATE = 100;
    private static final long SECOND = 1000;

    /** When it was announced, in seconds of S3's time. */
    final long e;
    /** When S3 dated the answer to a write that was to be over long before, in seconds of its time; 0 if it was not. */
    volatile long late;

    Fence(long e) {
        this.e = e;
    }

    /** Whether nothing more may be sent with it. */
    boolean isOver() {
        return AwsClock.present() > (e + SENDS) * SECOND;
    }

    /** When an upload is broken off, in Unix milliseconds of this machine's clock. */
    long end() {
        return AwsClock.here((e + BREAKS_OFF) * SECOND);
    }

    /** Notes when S3 answered a write, in Unix milliseconds; NaN if it is not known. */
    void answered(double date) {
        if (date > (e + LATE) * SECOND) {
            late = (long) (date / SECOND);
        }
    }
}
