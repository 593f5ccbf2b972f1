package io.github.memoryservice.memory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Some names of a batch failed; nothing of what succeeded is lost (MANY-1). */
public final class BatchException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    private final transient Map<String, MemoryServiceException> errors;
    private final transient Map<String, Object> results;

    BatchException(String message, Map<String, ? extends MemoryServiceException> errors, Map<String, ?> results) {
        super(message, errors.isEmpty() ? null : errors.values().iterator().next());
        this.errors = Collections.unmodifiableMap(new LinkedHashMap<>(errors));
        this.results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    }

    @Override
    public String code() {
        return "batch";
    }

    /**
     * The error of each name, or tag, that failed.
     *
     * @return in the order in which the names were asked
     */
    public Map<String, MemoryServiceException> errors() {
        return errors;
    }

    /**
     * What the call would have returned for each name that did not fail.
     *
     * @return of a put the version, of a get the value, of a removal {@code null}
     */
    public Map<String, Object> results() {
        return results;
    }
}
