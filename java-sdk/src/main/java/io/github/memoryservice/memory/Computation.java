package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A factory at work, whose outcome is a value, for each who waits their own. Its fields are guarded by whoever keeps it. */
final class Computation {
    final String name;
    /** What it waits for, as often as it does; guarded by the graph. */
    final List<Computation> waits = new ArrayList<>();
    /** How many factories are at work: more than one after a long wait (WAIT-2). */
    int runs = 1;
    /** How many have begun. */
    int begun = 1;
    /** When the last one did, as {@link System#nanoTime()} has it. */
    long lastBegan = System.nanoTime();

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Draft draft;
    private volatile RuntimeException error;

    Computation(String name) {
        this.name = name;
    }

    boolean isOver() {
        return ended.getCount() == 0;
    }

    /** Gives those who wait the outcome; neither for a factory that was given up. */
    void end(Draft made, RuntimeException raised) {
        draft = made;
        error = raised;
        ended.countDown();
    }

    /** Waits for the end, at most so many nanoseconds. */
    boolean await(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** The value, once it is over; null if the factory was given up. */
    Draft draft() {
        if (error != null) {
            throw error;
        }
        return draft;
    }
}
