package io.github.memoryservice.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Compute if absent: one factory at a time, an early refresh by chance (section 8.4). */
final class Compute {
    /** What computations need of a service. */
    interface Cache {
        /** Reads what is stored under a name; in S3 itself if that is asked for. */
        Reading find(String name, boolean isConsistent);

        /** What is known of tags before a value is made (CTAG-12). */
        Tagging prepare(PutOptions options);

        /** Puts a value that took so many milliseconds. */
        void store(String name, Object value, PutOptions options, Tagging tagging, long took);
    }

    /** Who waits for a factory calls their own after that (WAIT-2). */
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final int MOST_FACTORIES = 10;
    private static final int ENDS_REMEMBERED = 1000;

    private final Cache cache;
    private final Clock clock;
    private final Log log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Computation> running = new HashMap<>();
    /** When computations ended, by count: who looked before may have missed what they stored. */
    private final LruMap<Long> ended = new LruMap<>();
    private long ends;

    Compute(Cache cache, Clock clock, Log log) {
        this.cache = cache;
        this.clock = clock;
        this.log = log;
    }

    /** What there is under a name. */
    private static final class Finding {
        /** The value; null if there is none. */
        final CachedValue copy;
        /** Whether somebody could be asked (COMP-3). */
        final boolean isReadable;
        /** Whether S3 itself says so (COMP-5). */
        final boolean isOfS3;

        Finding(CachedValue copy, boolean isReadable, boolean isOfS3) {
            this.copy = copy;
            this.isReadable = isReadable;
            this.isOfS3 = isOfS3;
        }
    }

    /** Returns the value of a name, computed if there is none. */
    Object getOrPut(String name, Supplier<?> factory, PutOptions options) {
        while (true) {
            long looked = ends();
            Finding finding = find(name);
            CachedValue copy = finding.copy;
            if (copy != null && !isDue(copy)) {
                return copy.value();
            }
            Computation mine = new Computation(name);
            Computation computation = join(name, mine, looked);
            if (computation == null) {
                continue;
            }
            boolean leads = computation == mine;
            if (!leads) {
                if (copy != null) {
                    return copy.value();
                }
                WaitGraph.waits(computation);
                try {
                    leads = !hasEnded(computation);
                } finally {
                    WaitGraph.waited(computation);
                }
            }
            if (leads) {
                return lead(computation, factory, options, finding);
            }
            Draft draft = computation.draft();
            if (draft != null) {
                return draft.take();
            }
        }
    }

    private long ends() {
        lock.lock();
        try {
            return ends;
        } finally {
            lock.unlock();
        }
    }

    private Finding find(String name) {
        try {
            Reading reading = cache.find(name, false);
            return new Finding(reading.copy, true, Answer.S3.equals(reading.source));
        } catch (UnavailableException error) {
            log.warn(Names.show(name) + " cannot be read, computing it: " + error.getMessage());
            return new Finding(null, false, false);
        }
    }

    /** Whether to refresh a value before its end (COMP-4): https://www.vldb.org/pvldb/vol8/p886-vattani.pdf, with a beta of 1. */
    private boolean isDue(CachedValue copy) {
        if (copy.expiresAt == null || copy.took == 0) {
            return false;
        }
        return copy.took * -Math.log(1 - clock.random()) >= copy.expiresAt - clock.wallMillis();
    }

    /** The computation of a name: the one given if there is none, and then the caller is to do it; null to look again first. */
    private Computation join(String name, Computation mine, long looked) {
        lock.lock();
        try {
            Computation other = running.get(name);
            if (other != null) {
                return other;
            }
            Long end = ended.get(name);
            if (end != null && end > looked) {
                return null;
            }
            running.put(name, mine);
            return mine;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a computation; false if the caller is to call a factory as well (WAIT-2). */
    private boolean hasEnded(Computation computation) {
        try {
            while (!takesOver(computation)) {
                if (computation.await(Math.max(0, patienceLeft(computation)))) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("the wait for " + Names.show(computation.name) + " was interrupted");
        }
    }

    private boolean takesOver(Computation computation) {
        lock.lock();
        try {
            if (computation.isOver() || patienceLeft(computation) > 0) {
                return false;
            }
            if (computation.begun >= MOST_FACTORIES) {
                throw new UnavailableException(Names.show(computation.name) + " is being computed by " + computation.begun
                        + " callers, the last for " + PATIENCE_NANOS / 1_000_000_000
                        + " s: does a factory wait for another thread that asks for the same name?");
            }
            computation.begun++;
            computation.runs++;
            computation.lastBegan = System.nanoTime();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private long patienceLeft(Computation computation) {
        lock.lock();
        try {
            return computation.lastBegan + PATIENCE_NANOS - System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private Object lead(Computation computation, Supplier<?> factory, PutOptions options, Finding finding) {
        Draft draft = null;
        RuntimeException error = null;
        try {
            WaitGraph.leads(computation);
            try {
                Object value = computed(computation.name, factory, options, finding);
                draft = new Draft(value);
                return value;
            } finally {
                WaitGraph.left(computation);
            }
        } catch (RuntimeException raised) {
            error = raised;
            throw raised;
        } finally {
            leave(computation, draft, error);
        }
    }

    private Object computed(String name, Supplier<?> factory, PutOptions options, Finding found) {
        Finding finding = found;
        if (!finding.isOfS3 && finding.isReadable) {
            finding = newest(name, finding);
            CachedValue newest = finding.copy;
            if (newest != null && (found.copy == null || finding.isOfS3 && !newest.version.equals(found.copy.version) || !finding.isReadable)) {
                return newest.value();
            }
        }
        boolean isStorable = finding.isReadable;
        Tagging tagging = null;
        if (isStorable && options.tags != null && !options.tags.isEmpty()) {
            try {
                tagging = cache.prepare(options);
            } catch (UnavailableException error) {
                log.warn(Names.show(name) + " cannot be stored with its tags: " + error.getMessage());
                isStorable = false;
            }
        }
        long began = clock.wallMillis();
        Object value;
        try {
            value = factory.get();
        } catch (RuntimeException error) {
            CachedValue copy = finding.copy;
            if (copy == null || copy.isExpired(clock.wallMillis())) {
                throw error;
            }
            log.warn("refreshing " + Names.show(name) + " failed, keeping the value: " + error.getClass().getName());
            return copy.value();
        }
        new Draft(value); // what cannot be stored is refused, whether it is stored or not
        if (isStorable) {
            try {
                cache.store(name, value, options, tagging, Math.max(0, clock.wallMillis() - began));
            } catch (UnavailableException error) {
                log.warn(Names.show(name) + " cannot be stored: " + error.getMessage());
            }
        }
        return value;
    }

    /** Asks S3 before a factory is called (COMP-5). */
    private Finding newest(String name, Finding finding) {
        try {
            return new Finding(cache.find(name, true).copy, true, true);
        } catch (UnavailableException error) {
            log.warn("S3 does not say whether " + Names.show(name) + " is newer: " + error.getMessage());
            return new Finding(finding.copy, false, false);
        } catch (AccessDeniedException error) {
            // Without s3:ListBucket that is S3's word for a name that is not there (CON-2).
            return finding;
        }
    }

    /** Gives those who wait the outcome, if it is the first. */
    private void leave(Computation computation, Draft draft, RuntimeException error) {
        String name = computation.name;
        lock.lock();
        try {
            computation.runs--;
            if (!computation.isOver() && (draft != null || error != null || computation.runs == 0)) {
                computation.end(draft, error);
            }
            if (computation.isOver()) {
                running.remove(name, computation);
            }
            ends++;
            ended.put(name, ends);
            if (ended.size() > ENDS_REMEMBERED) {
                ended.remove(ended.oldest().name);
            }
        } finally {
            lock.unlock();
        }
    }
}
