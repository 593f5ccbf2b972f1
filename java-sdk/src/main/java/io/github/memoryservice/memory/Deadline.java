package io.github.memoryservice.memory;

import java.util.concurrent.TimeUnit;

/** When something has to have ended, by the clock that is never set back (TIME-1). */
final class Deadline {
    private static final double NANOS = 1e9;

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    /** The end of so many seconds that begin now. */
    static Deadline in(double seconds) {
        return new Deadline(System.nanoTime() + (long) (seconds * NANOS));
    }

    /** Nanoseconds that are left; negative if it is over. */
    long leftNanos() {
        return end - System.nanoTime();
    }

    /** Whole milliseconds that are left, at least 1 while there is any time. */
    long leftMillis() {
        long left = leftNanos();
        return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left - 1) + 1;
    }

    boolean isOver() {
        return leftNanos() <= 0;
    }

    /** The end of a share of what is left. */
    Deadline part(double share) {
        long now = System.nanoTime();
        return new Deadline(now + (long) ((end - now) * share));
    }

    /** The earlier of this and the end of so many milliseconds that begin now. */
    Deadline atMost(long millis) {
        long other = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        return other - end < 0 ? new Deadline(other) : this;
    }
}
