package io.github.memoryservice.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** What the SDK's objects are given in place of the machine's time and chance, and the objects that are kept. */
final class World implements Clock {
    /** By when a request has been sent, in real nanoseconds. */
    private static final long UNDER_WAY = 500_000_000;

    /** A function to be cached, which gives what the request at hand says. */
    static final class Result implements Function<Object[], Object> {
        volatile Function<Object[], Object> make;

        @Override
        public Object apply(Object[] arguments) {
            return make.apply(arguments);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, MemoryService> kept = new HashMap<>();
    private final Map<String, Result> functions = new HashMap<>();
    private final ThreadLocal<List<Double>> waits = new ThreadLocal<>();
    /** Unix seconds; NaN is the machine's time. */
    private double now = Double.NaN;
    /** Says by how many seconds the clock is ahead of the machine's, and that waits are real. */
    private Path ahead;
    private double pace;
    private double passes;
    private long passesAt;
    private double chance = Double.NaN;

    void setClock(double seconds, String file) {
        lock.lock();
        now = seconds;
        ahead = file == null ? null : Path.of(file);
        lock.unlock();
    }

    void setChance(double value) {
        chance = value;
    }

    /** So many seconds pass with each look at the clock, and so many when the request that comes now is under way. */
    void setPassing(double itsPace, double itsPasses) {
        lock.lock();
        pace = itsPace;
        passes = itsPasses;
        passesAt = System.nanoTime() + UNDER_WAY;
        lock.unlock();
    }

    /** Lets time pass, until the runner says what time it is. */
    void advance(double seconds) {
        lock.lock();
        now += seconds;
        lock.unlock();
    }

    @Override
    public long wallMillis() {
        lock.lock();
        try {
            if (ahead != null) {
                return System.currentTimeMillis() + Math.round(Double.parseDouble(Files.readString(ahead).trim()) * 1000);
            }
            if (Double.isNaN(now)) {
                return System.currentTimeMillis();
            }
            now += pace;
            return Math.round((now + (System.nanoTime() - passesAt >= 0 ? passes : 0)) * 1000);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
        if (ahead != null) {
            Thread.sleep(millis);
        }
        if (waits.get() != null) {
            waits.get().add((double) millis);
        }
    }

    @Override
    public double random() {
        // The SDK takes a number below 1, and what it lacks to 1 is the number of the specification.
        return Double.isNaN(chance) ? SystemClock.INSTANCE.random() : 1 - chance;
    }

    /** Collects how many milliseconds the SDK wants to wait, which it need not, in this thread. */
    List<Double> collectWaits() {
        waits.set(new ArrayList<>());
        return waits.get();
    }

    /** Something that is done with an object. */
    interface Deed<T> {
        T act(MemoryService memory) throws Exception;
    }

    /** Does something with the object of a request: of a session that of the requests before, else one that remembers nothing. */
    <T> T with(Map<String, Object> request, Deed<T> deed) throws Exception {
        Map<String, Object> conf = Driver.map(request, "conf");
        String service = (String) request.get("service");
        if (!request.containsKey("session")) {
            try (MemoryService memory = new MemoryService(conf, service, null, this)) {
                return deed.act(memory);
            }
        }
        String id = Lines.write(new StringBuilder(), List.of(request.get("session"), conf, service)).toString();
        MemoryService memory;
        lock.lock();
        try {
            memory = kept.get(id);
            if (memory == null) {
                memory = new MemoryService(conf, service, null, this);
                kept.put(id, memory);
            }
        } finally {
            lock.unlock();
        }
        return deed.act(memory);
    }

    /** The function of a request: of a session and a function that of the requests before. */
    Result function(Map<String, Object> request) {
        if (!request.containsKey("session")) {
            return new Result();
        }
        List<Object> parts = List.of(request.get("session"), request.get("conf"), request.get("service"), request.get("function"));
        lock.lock();
        try {
            return functions.computeIfAbsent(Lines.write(new StringBuilder(), parts).toString(), id -> new Result());
        } finally {
            lock.unlock();
        }
    }

    /** Closes all objects, and leaves chance to itself again. */
    void close() {
        kept.values().forEach(MemoryService::close);
        kept.clear();
        functions.clear();
        chance = Double.NaN;
    }
}
