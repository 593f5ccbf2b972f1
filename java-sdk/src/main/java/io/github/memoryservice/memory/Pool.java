package io.github.memoryservice.memory;

import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The connections to one origin: kept, bounded in number, and handed from one request to the next (WIRE-5, WIRE-6). */
final class Pool {
    private static final int MAX_CONNECTIONS = 64;

    private final Semaphore places = new Semaphore(MAX_CONNECTIONS, true);
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    /** Changes when all are dropped, so that those in use are not given back. */
    private int generation;

    /** Waits for a place; whoever got one has to {@link #leave}. */
    boolean enter(Deadline until) {
        try {
            return places.tryAcquire(until.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void leave() {
        places.release();
    }

    int generation() {
        lock.lock();
        try {
            return generation;
        } finally {
            lock.unlock();
        }
    }

    /** A connection that is alive; null if a new one is needed. */
    Connection take() {
        for (; ; ) {
            Connection connection;
            lock.lock();
            try {
                connection = idle.pollLast();
            } finally {
                lock.unlock();
            }
            if (connection == null || connection.isAlive()) {
                return connection;
            }
            connection.close();
        }
    }

    /** Keeps a connection for the next, if it is still good. */
    void giveBack(Connection connection, int taken) {
        lock.lock();
        try {
            if (connection.isReusable() && taken == generation) {
                idle.addLast(connection);
                return;
            }
        } finally {
            lock.unlock();
        }
        connection.close();
    }

    /** Closes the idle connections now, those in use when they are given back. */
    void dropAll() {
        ArrayDeque<Connection> dropped;
        lock.lock();
        try {
            generation++;
            dropped = new ArrayDeque<>(idle);
            idle.clear();
        } finally {
            lock.unlock();
        }
        for (Connection connection : dropped) {
            connection.close();
        }
    }

    /** Closes the connections that nobody uses: if one has died, so may the others have. */
    void dropIdle() {
        for (; ; ) {
            Connection connection;
            lock.lock();
            try {
                connection = idle.pollLast();
            } finally {
                lock.unlock();
            }
            if (connection == null) {
                return;
            }
            connection.close();
        }
    }
}
