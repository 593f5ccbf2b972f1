package io.github.memoryservice.memory;

/** How long to wait before something is tried again (UPD-2, RETRY-1). */
final class Backoff {
    private static final long FIRST_MILLIS = 20;
    private static final long LONGEST_MILLIS = 1000;
    private static final int MOST_DOUBLINGS = 16;

    private Backoff() {}

    /** The most milliseconds to wait after an attempt, of which the first is 1. */
    static long longest(int attempt) {
        return Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(attempt - 1, MOST_DOUBLINGS));
    }

    /** Waits a random time after an attempt. */
    static void pause(Clock clock, int attempt) {
        sleep(clock, (long) (longest(attempt) * clock.random()));
    }

    /**
     * Waits.
     *
     * @throws UnavailableException the thread was interrupted meanwhile
     */
    static void sleep(Clock clock, long millis) {
        try {
            clock.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("the thread was interrupted while it waited to try again");
        }
    }
}
