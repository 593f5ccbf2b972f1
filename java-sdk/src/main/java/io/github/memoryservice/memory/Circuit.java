package io.github.memoryservice.memory;

import java.util.concurrent.locks.ReentrantLock;

/** Leaves a failing edge alone (FAIL-2). */
final class Circuit {
    private static final int FAILURES_TO_SKIP = 3;
    private static final long SKIP_MILLIS = 10_000;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile int failures;
    private long skippingSince;

    Circuit(Clock clock) {
        this.clock = clock;
    }

    /** Whether to ask the edge; after a while, one caller tries it again for all. */
    boolean asks() {
        lock.lock();
        try {
            if (failures < FAILURES_TO_SKIP) {
                return true;
            }
            long passed = clock.wallMillis() - skippingSince;
            if (0 <= passed && passed < SKIP_MILLIS) {
                return false;
            }
            skippingSince = clock.wallMillis();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void failed() {
        lock.lock();
        try {
            failures++;
            skippingSince = clock.wallMillis();
        } finally {
            lock.unlock();
        }
    }

    /** The row of failures has ended. */
    void answered() {
        if (failures != 0) {
            lock.lock();
            try {
                failures = 0;
            } finally {
                lock.unlock();
            }
        }
    }
}
