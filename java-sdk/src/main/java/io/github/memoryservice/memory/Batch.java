package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * One call for many names, several at a time (MANY-1). Its threads end with the call: nothing is left running after a handler
 * returns. The caller's thread is one of them, and the only one where there are no others to be had.
 */
final class Batch {
    /** Enough to hide the latency of S3. */
    private static final int CONCURRENCY = 16;
    private static final Object NULL = new Object();

    private Batch() {}

    /**
     * Calls a function with each name, and returns the results in the order of the names.
     *
     * @throws BatchException some calls failed with errors of this SDK; it has those, and the results of the others
     */
    static <T> Map<String, T> forEach(Collection<String> names, Function<String, T> call) {
        return forEach(names, call, false);
    }

    /** The same for what is of use only as a whole: it fails with the first of the errors. */
    static <T> Map<String, T> forAll(Collection<String> names, Function<String, T> call) {
        return forEach(names, call, true);
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> forEach(Collection<String> names, Function<String, T> call, boolean isWhole) {
        Collection<String> order = new LinkedHashSet<>(names);
        Map<String, Object> ended = new ConcurrentHashMap<>();
        ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>(order);
        Runnable work = () -> {
            for (String name; (name = waiting.poll()) != null; ) {
                try {
                    T result = call.apply(name);
                    ended.put(name, result == null ? NULL : result);
                } catch (RuntimeException | Error error) {
                    ended.put(name, new Failed(error));
                }
            }
        };
        List<Thread> helpers = started(work, Math.min(CONCURRENCY, order.size()) - 1);
        work.run();
        join(helpers);
        Map<String, T> results = new LinkedHashMap<>();
        Map<String, MemoryServiceException> errors = new LinkedHashMap<>();
        for (String name : order) {
            Object it = ended.get(name);
            if (!(it instanceof Failed)) {
                results.put(name, it == NULL ? null : (T) it);
            } else if (!isWhole && ((Failed) it).error instanceof MemoryServiceException) {
                errors.put(name, (MemoryServiceException) ((Failed) it).error);
            } else {
                throw ((Failed) it).raised();
            }
        }
        raiseIfAny(errors, results);
        return results;
    }

    /** Raises what went wrong with some names as one error. */
    static void raiseIfAny(Map<String, MemoryServiceException> errors, Map<String, ?> results) {
        if (errors.isEmpty()) {
            return;
        }
        Map.Entry<String, MemoryServiceException> first = errors.entrySet().iterator().next();
        throw new BatchException(
                errors.size() + " of " + (errors.size() + results.size()) + " names failed, first "
                        + Names.show(first.getKey()) + ": " + first.getValue().getMessage(),
                errors,
                results);
    }

    private static final class Failed {
        final Throwable error;

        Failed(Throwable error) {
            this.error = error;
        }

        RuntimeException raised() {
            if (error instanceof Error) {
                throw (Error) error;
            }
            return (RuntimeException) error;
        }
    }

    private static List<Thread> started(Runnable work, int count) {
        List<Thread> threads = new ArrayList<>();
        try {
            for (int number = 0; number < count; number++) {
                Thread thread = new Thread(work, "memory-" + number);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        } catch (OutOfMemoryError none) {
            // The machine has no more threads: those that there are do the work.
        }
        return threads;
    }

    private static void join(List<Thread> threads) {
        boolean isInterrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException interrupted) {
                    isInterrupted = true;
                }
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
