package io.github.memoryservice.memory;

import java.util.SplittableRandom;

/** The machine's time, and chance that processes restored from one snapshot do not share. */
final class SystemClock implements Clock {
    static final SystemClock INSTANCE = new SystemClock();

    private SystemClock() {}

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    @Override
    public double random() {
        // A generator that is kept would go on alike in every process of a snapshot; time does not.
        return new SplittableRandom(System.nanoTime() ^ Thread.currentThread().getId() << 32).nextDouble();
    }
}
