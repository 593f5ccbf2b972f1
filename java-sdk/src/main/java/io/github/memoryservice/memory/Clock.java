package io.github.memoryservice.memory;

/** Time and chance as a service sees them, so that a test can have its own. */
public interface Clock {
    /**
     * The present.
     *
     * @return Unix time in milliseconds
     */
    long wallMillis();

    /**
     * A time that is never set back, for what a call may take.
     *
     * @return nanoseconds since some moment, as {@link System#nanoTime()} has them
     */
    long nanos();

    /**
     * Waits.
     *
     * @param millis for so many milliseconds
     * @throws InterruptedException the thread was interrupted meanwhile
     */
    void sleep(long millis) throws InterruptedException;

    /**
     * A random number.
     *
     * @return from 0 to below 1
     */
    double random();
}
