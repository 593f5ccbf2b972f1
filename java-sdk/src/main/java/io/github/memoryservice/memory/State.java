package io.github.memoryservice.memory;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;

/** All that one service keeps between calls, under one lock: what a put makes of session and memory must be seen together. */
final class State {
    /** Held for all that follows. */
    final ReentrantLock lock = new ReentrantLock();
    final SingleFlight<Reading> singleFlight = new SingleFlight<>();
    final Stats stats = new Stats();
    final Stats ofRecords = new Stats();
    final Local local;
    final Session session = new Session(stats, ofRecords);
    /** How many invalidations of tags have ended. */
    volatile int turn;

    State(Config config) {
        local = new Local(config.localMaxItems, config.localMaxBytes, stats);
    }

    /** What counts for a name: reads of tags' records are no gets of anybody's (CTAG-10). */
    Stats counts(String name) {
        return Names.isTagRecord(name) ? ofRecords : stats;
    }

    /** The counts as users are told them. */
    Stats told() {
        lock.lock();
        try {
            Stats told = stats.copy();
            told.tagReads = ofRecords.edgeReads + ofRecords.s3Reads;
            return told;
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a put or remove of a name begins. */
    void begin(String name, double now) {
        lock.lock();
        try {
            session.begin(name, now);
            local.drop(name);
            singleFlight.detach(name);
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a put or remove has ended; what it made is null if that is unknown, the copy if memory is to keep none. */
    void end(String name, double now, Session.Known made, CachedValue copy, boolean isRefused) {
        lock.lock();
        try {
            boolean isKnown = session.end(name, now, made, isRefused);
            singleFlight.detach(name);
            if (isKnown && copy != null) {
                local.keep(name, copy);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes that tags were invalidated: what has been judged before does not count any more (CTAG-6). */
    void invalidated(Collection<String> tags) {
        lock.lock();
        try {
            turn++;
            local.dropTagged(tags);
            singleFlight.detachAll();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all that is known of the names under a prefix. */
    void forget(String prefix, double now) {
        lock.lock();
        try {
            session.forget(prefix, now);
            local.dropPrefix(prefix);
            singleFlight.detachPrefix(prefix);
        } finally {
            lock.unlock();
        }
    }
}
