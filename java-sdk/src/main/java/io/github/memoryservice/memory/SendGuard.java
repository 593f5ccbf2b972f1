package io.github.memoryservice.memory;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Breaks off sending that takes too long: no socket of Java's has a time-out for that. */
final class SendGuard implements Runnable {
    private final TimedSocket socket;
    private final Deadline until;
    /** Unix milliseconds, for what was frozen goes by no other clock (CHG-13); 0 for never. */
    private final long sendUntil;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private long movedAt = System.nanoTime();
    private boolean isOver;
    private boolean hasBroken;

    SendGuard(TimedSocket socket, Deadline until, long sendUntil) {
        this.socket = socket;
        this.until = until;
        this.sendUntil = sendUntil;
        Thread thread = new Thread(this, "memory-send");
        thread.setDaemon(true);
        thread.start();
    }

    /** Something has been sent. */
    void moved() {
        lock.lock();
        try {
            movedAt = System.nanoTime();
            if (sendUntil != 0 && System.currentTimeMillis() >= sendUntil) {
                breakOff();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch, and returns whether it has broken something off. */
    boolean end() {
        lock.lock();
        try {
            isOver = true;
            ended.signalAll();
            return hasBroken;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        lock.lock();
        try {
            while (!isOver) {
                long left = Math.min(until.leftNanos(), movedAt + Connection.SILENCE_NANOS - System.nanoTime());
                if (sendUntil != 0) {
                    left = Math.min(left, TimeUnit.MILLISECONDS.toNanos(sendUntil - System.currentTimeMillis()));
                }
                if (left <= 0) {
                    breakOff();
                    return;
                }
                ended.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            breakOff();
        } finally {
            lock.unlock();
        }
    }

    private void breakOff() {
        if (!isOver) {
            hasBroken = true;
            isOver = true;
            socket.reset();
        }
    }
}
