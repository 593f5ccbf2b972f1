package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/** Many threads at one object: its memory, its sessions, and the requests that they share. */
class StressTest {
    private static final int THREADS = 8;

    private static <T> List<T> together(int threads, Callable<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<T>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                running.add(pool.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void getsOfOneNameShareOneRequest() throws Exception {
        try (Cloud cloud = new Cloud().start(); MemoryService writer = new MemoryService(cloud.conf(), "shop")) {
            for (int round = 0; round < 50; round++) {
                String name = "n/" + round;
                writer.put(name, round);
                try (MemoryService reader = new MemoryService(cloud.conf(), "shop")) {
                    cloud.takeRequests();
                    long wanted = round;
                    assertTrue(together(THREADS, () -> reader.get(name)).stream().allMatch(value -> value.equals(wanted)));
                    assertEquals(1, cloud.takeRequests().size());
                }
            }
        }
    }

    @Test
    void aGetThatBeganAfterAPutHasEndedSeesIt() throws Exception {
        long seed = System.nanoTime();
        try (Cloud cloud = new Cloud().start()) {
            Map<String, Object> conf = cloud.conf();
            conf.put("LOCAL_MAX_ITEMS", 3); // so that copies come and go
            conf.put("EDGE_TTL", 1);
            try (MemoryService memory = new MemoryService(conf, "shop")) {
                int names = 6;
                // What has surely been put; each name has one writer, who counts up.
                AtomicLongArray done = new AtomicLongArray(names);
                AtomicInteger threads = new AtomicInteger();
                together(THREADS, () -> {
                    int me = threads.getAndIncrement();
                    SplittableRandom random = new SplittableRandom(seed + me);
                    for (int step = 0; step < 2000; step++) {
                        int name = random.nextInt(names);
                        if (me < names && random.nextInt(10) == 0) {
                            long next = done.get(me) + 1;
                            memory.put("n/" + me, next);
                            done.set(me, next);
                        }
                        long least = done.get(name);
                        Object value = memory.get("n/" + name);
                        assertTrue(least == 0 || value != null && (Long) value >= least, "seed " + seed + ": " + value + " after " + least);
                    }
                    return null;
                });
                Stats stats = memory.stats();
                assertTrue(stats.items() <= 3 && stats.bytes() > 0 && stats.evictions() > 0, stats.toString());
                memory.clear("", null);
                assertEquals(0, memory.stats().items());
                assertEquals(0, memory.stats().bytes());
            }
        }
    }

    @Test
    void noIncrementIsLost() throws Exception {
        try (Cloud cloud = new Cloud().start(); MemoryService memory = new MemoryService(cloud.conf(), "shop")) {
            together(4, () -> {
                for (int step = 0; step < 25; step++) {
                    memory.increment("n", 1, new Options().attempts(100_000));
                }
                return null;
            });
            assertEquals(100L, memory.getConsistent("n", null));
        }
    }

    @Test
    void oneFactoryRunsAtATimeAndAllGetWhatItMade() throws Exception {
        try (Cloud cloud = new Cloud().start(); MemoryService memory = new MemoryService(cloud.conf(), "shop")) {
            for (int round = 0; round < 20; round++) {
                String name = "n/" + round;
                AtomicInteger calls = new AtomicInteger();
                List<List<Long>> results = together(THREADS, () -> memory.getOrPut(name, () -> List.of((long) calls.incrementAndGet()), null));
                assertEquals(1, calls.get());
                assertTrue(results.stream().allMatch(List.of(1L)::equals));
            }
        }
    }

    @Test
    void anErrorOfAFactoryReachesAllWhoWaitForIt() throws Exception {
        try (Cloud cloud = new Cloud().start(); MemoryService memory = new MemoryService(cloud.conf(), "shop")) {
            CountDownLatch others = new CountDownLatch(1);
            AtomicInteger failed = new AtomicInteger();
            together(4, () -> {
                try {
                    memory.getOrPut("a", () -> {
                        others.countDown();
                        throw new IllegalStateException("the database is away");
                    }, null);
                } catch (IllegalStateException expected) {
                    failed.incrementAndGet();
                }
                return null;
            });
            assertEquals(0, others.getCount());
            assertEquals(4, failed.get());
            assertEquals(3L, memory.getOrPut("a", () -> 3L, null));
        }
    }

    @Test
    void announcementsOfManyThreadsAllHappen() throws Exception {
        try (Cloud cloud = new Cloud().start()) {
            Map<String, Object> conf = cloud.conf();
            conf.put("CHANGES", true);
            try (MemoryService memory = new MemoryService(conf, "shop")) {
                AtomicInteger threads = new AtomicInteger();
                together(THREADS, () -> {
                    int me = threads.getAndIncrement();
                    for (int step = 0; step < 20; step++) {
                        memory.put("n/" + me + "/" + step, step);
                    }
                    return null;
                });
                List<Asked> puts = cloud.takeRequests();
                puts.removeIf(asked -> !"PUT".equals(asked.method()));
                assertTrue(puts.stream().allMatch(asked -> asked.signedAt > 0), "each is signed as of its announcement");
                long values = puts.stream().filter(asked -> asked.path().contains("/n/") && asked.status() == 200).count();
                assertEquals(THREADS * 20, values);
                assertTrue(memory.stats().announcements() < THREADS * 20, "they share announcements");
            }
        }
    }
}
