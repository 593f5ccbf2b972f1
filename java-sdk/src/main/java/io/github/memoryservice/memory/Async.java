package io.github.memoryservice.memory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Runs blocking calls beside their caller: each in a virtual thread where there are some, else in a daemon thread. */
final class Async {
    private static final Executor EXECUTOR = executor();

    private Async() {}

    static <T> CompletableFuture<T> run(Supplier<T> call) {
        // What waits for the outcome waits for this, too (WAIT-1).
        List<Computation> underWay = WaitGraph.underWay();
        List<Object> changing = Updates.changing();
        return CompletableFuture.supplyAsync(
                () -> {
                    WaitGraph.setUnderWay(underWay);
                    Updates.setChanging(changing);
                    try {
                        return call.get();
                    } finally {
                        WaitGraph.setUnderWay(List.of());
                        Updates.setChanging(List.of());
                    }
                },
                EXECUTOR);
    }

    private static Executor executor() {
        try {
            return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException older) {
            return Executors.newCachedThreadPool(work -> {
                Thread thread = new Thread(work, "memory-async");
                thread.setDaemon(true);
                return thread;
            });
        }
    }
}
