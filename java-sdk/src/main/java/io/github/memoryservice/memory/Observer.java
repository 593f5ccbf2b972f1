package io.github.memoryservice.memory;

/** Is told of each call of a service, after its end and in its thread. */
@FunctionalInterface
public interface Observer {
    /**
     * A call has ended. What this throws is logged, and does not become the call's.
     *
     * @param observation what came of it
     */
    void observe(Observation observation);
}
