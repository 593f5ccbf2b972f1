package io.github.memoryservice.memory;

/** One call of a service, after its end. It has no name and no value. */
public final class Observation {
    private final String operation;
    private final String service;
    private final String source;
    private final long nanos;
    private final String error;

    Observation(String operation, String service, String source, long nanos, String error) {
        this.operation = operation;
        this.service = service;
        this.source = source;
        this.nanos = nanos;
        this.error = error;
    }

    /**
     * The method, such as {@code get}; of a cached function {@code getOrPut}.
     *
     * @return its name
     */
    public String operation() {
        return operation;
    }

    /**
     * The service name.
     *
     * @return as the constructor was given it
     */
    public String service() {
        return service;
    }

    /**
     * Of {@code get} and {@code getEntry}, where it was read: {@code memory}, {@code edge}, {@code s3} or {@code stale}.
     *
     * @return that, or null
     */
    public String source() {
        return source;
    }

    /**
     * What it took.
     *
     * @return nanoseconds
     */
    public long nanos() {
        return nanos;
    }

    /**
     * The code of the error that it raised, {@code other} for one that is not of this SDK.
     *
     * @return that, or null if it raised none
     */
    public String error() {
        return error;
    }

    @Override
    public String toString() {
        return "Observation[" + operation + ", " + service + ", " + source + ", " + nanos + " ns, " + error + "]";
    }
}
