package io.github.memoryservice.memory;

/** The time that AWS has, as far as it has said so (AWS-1). It is of the process, like the clock. */
final class AwsClock {
    private static final long OFF_MILLIS = 10_000;

    /** Milliseconds that AWS's clock is ahead of this machine's. */
    private static volatile long ahead;

    /** The machine's, but in a test that has its own cloud. */
    private static volatile Clock clock = SystemClock.INSTANCE;

    private AwsClock() {}

    /** AWS's present, in Unix milliseconds. */
    static long present() {
        return clock.wallMillis() + ahead;
    }

    /** A time of AWS's by this machine's clock. */
    static long here(long time) {
        return time - ahead;
    }

    /** Takes AWS's clock from the {@code Date} of an answer, and returns whether it has one. */
    static boolean learn(double date) {
        if (Double.isNaN(date)) {
            return false;
        }
        ahead = (long) date - clock.wallMillis();
        return true;
    }

    /**
     * Takes into account what the {@code Date} of an answer says of this machine's clock (CHG-10).
     *
     * @param started when the request was sent, as {@link #present} had it
     * @return whether the clock was right
     */
    static boolean isRight(double started, double date) {
        if (Double.isNaN(date) || started - OFF_MILLIS <= date && date <= present() + OFF_MILLIS) {
            return true;
        }
        learn(date);
        return false;
    }

    /** Goes by the clock alone until AWS says otherwise. */
    static void forget() {
        ahead = 0;
    }

    /** Goes by a clock, and by that alone until AWS says otherwise. */
    static void follow(Clock other) {
        clock = other;
        ahead = 0;
    }
}
