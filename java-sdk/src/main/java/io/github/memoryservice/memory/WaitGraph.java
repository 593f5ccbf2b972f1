package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Which computations wait for which, in all objects of this process: none waits for itself (WAIT-1). */
final class WaitGraph {
    private static final ReentrantLock LOCK = new ReentrantLock();
    /** What the running code is part of, the innermost last. */
    private static final ThreadLocal<List<Computation>> UNDER_WAY = ThreadLocal.withInitial(List::of);

    private WaitGraph() {}

    /** What this thread is part of; for another one that goes on with its work. */
    static List<Computation> underWay() {
        return UNDER_WAY.get();
    }

    static void setUnderWay(List<Computation> those) {
        UNDER_WAY.set(those);
    }

    /** Notes that this thread runs a factory; wants one call of {@link #left}. */
    static void leads(Computation computation) {
        List<Computation> outer = UNDER_WAY.get();
        add(outer, computation);
        List<Computation> inner = new ArrayList<>(outer);
        inner.add(computation);
        UNDER_WAY.set(inner);
    }

    static void left(Computation computation) {
        List<Computation> inner = UNDER_WAY.get();
        List<Computation> outer = new ArrayList<>(inner.subList(0, inner.size() - 1));
        UNDER_WAY.set(outer);
        drop(outer, computation);
    }

    /** Notes that this thread waits for a computation that others do, unless that waits for it; wants one call of {@link #waited}. */
    static void waits(Computation computation) {
        List<Computation> waiters = UNDER_WAY.get();
        LOCK.lock();
        try {
            List<Computation> ring = path(computation, waiters, new HashSet<>());
            if (ring != null) {
                throw endless(ring);
            }
            for (Computation waiter : waiters) {
                waiter.waits.add(computation);
            }
        } finally {
            LOCK.unlock();
        }
    }

    static void waited(Computation computation) {
        drop(UNDER_WAY.get(), computation);
    }

    private static void add(List<Computation> waiters, Computation computation) {
        LOCK.lock();
        try {
            for (Computation waiter : waiters) {
                waiter.waits.add(computation);
            }
        } finally {
            LOCK.unlock();
        }
    }

    private static void drop(List<Computation> waiters, Computation computation) {
        LOCK.lock();
        try {
            for (Computation waiter : waiters) {
                waiter.waits.remove(computation);
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** What waits for what between a computation and one of others, both included; null if nothing does. */
    private static List<Computation> path(Computation start, List<Computation> ends, Set<Computation> seen) {
        if (ends.contains(start)) {
            List<Computation> path = new ArrayList<>();
            path.add(start);
            return path;
        }
        seen.add(start);
        for (Computation awaited : start.waits) {
            List<Computation> path = seen.contains(awaited) ? null : path(awaited, ends, seen);
            if (path != null) {
                path.add(0, start);
                return path;
            }
        }
        return null;
    }

    private static ConfigurationException endless(List<Computation> ring) {
        String first = Names.show(ring.get(0).name);
        if (ring.size() == 1) {
            return new ConfigurationException("the factory of " + first + " asks for " + first + " itself");
        }
        StringBuilder said = new StringBuilder(Names.show(ring.get(ring.size() - 1).name));
        for (Computation one : ring) {
            said.append(" for ").append(Names.show(one.name));
        }
        return new ConfigurationException(
                "factories wait for each other: " + said + ". Let one of them compute what it needs itself");
    }
}
