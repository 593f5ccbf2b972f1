package io.github.memoryservice.memory;

import java.util.concurrent.atomic.AtomicLong;

/** The time of a test: goes with the machine's until it is moved or stopped, and never makes anybody wait. */
public final class ManualClock implements Clock {
    private final AtomicLong ahead = new AtomicLong();
    private volatile long stoppedAt = Long.MIN_VALUE;

    /** Makes a clock that shows the machine's time. */
    public ManualClock() {}

    /**
     * Makes a clock that stands still.
     *
     * @param millis at that Unix time, in milliseconds
     */
    public ManualClock(long millis) {
        stoppedAt = millis;
    }

    /**
     * Lets time pass, for services as well as for S3 and the edges.
     *
     * @param millis how much, in milliseconds; less than 0 sets it back
     */
    public void advance(long millis) {
        ahead.addAndGet(millis);
    }

    @Override
    public long wallMillis() {
        long stopped = stoppedAt;
        return (stopped == Long.MIN_VALUE ? System.currentTimeMillis() : stopped) + ahead.get();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long millis) {
        // Who waits for others to be done lets them go on.
        Thread.yield();
    }

    @Override
    public double random() {
        return SystemClock.INSTANCE.random();
    }
}
