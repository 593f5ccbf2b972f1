package io.github.memoryservice.memory;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Requests that several threads wait for, by name (MEM-4). */
final class SingleFlight<T> {
    /** One request that is under way, made by the thread that made this object. */
    static final class Flight<T> {
        private final CountDownLatch landed = new CountDownLatch(1);
        private final Thread leader = Thread.currentThread();
        private T outcome;
        private Throwable error;

        /** Whether this thread makes the request itself, further up: it must not wait for it (WIRE-8). */
        boolean isOfThisThread() {
            return leader == Thread.currentThread();
        }

        /** Waits for the end of the request, and returns whether it has come. */
        boolean wait(Deadline deadline) {
            try {
                return landed.await(deadline.leftNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** The outcome of a request that has ended, or what it ended with; null if that was no error of the SDK's. */
        T outcome() {
            if (error instanceof MemoryServiceException) {
                throw (MemoryServiceException) error;
            }
            return outcome;
        }
    }

    private final ConcurrentHashMap<String, Flight<T>> flights = new ConcurrentHashMap<>();

    /** The flight of a name: the one given if there is none, and then the caller is to make the request. */
    Flight<T> join(String name, Flight<T> mine) {
        Flight<T> flight = flights.putIfAbsent(name, mine);
        return flight == null ? mine : flight;
    }

    /** Gives those who wait what came of the request. */
    void land(String name, Flight<T> flight, T outcome, Throwable error) {
        flight.outcome = outcome;
        flight.error = error;
        flights.remove(name, flight);
        flight.landed.countDown();
    }

    /** Lets nobody join the request of now: a put or remove makes its answer old. */
    void detach(String name) {
        flights.remove(name);
    }

    void detachPrefix(String prefix) {
        flights.keySet().removeIf(name -> name.startsWith(prefix));
    }

    void detachAll() {
        flights.clear();
    }
}
