package io.github.memoryservice.memory;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A function whose results are kept (section 8.5): gives the one that there is, else what the function gives.
 *
 * @param <T> what it returns
 */
public final class CachedFunction<T> {
    private final String name;
    private final BiFunction<String, Object[], Object> call;

    CachedFunction(String name, BiFunction<String, Object[], Object> call) {
        this.name = name;
        this.call = call;
    }

    /**
     * Gives the result for some arguments.
     *
     * @param arguments of the types that can be stored
     * @return the result, the caller's own
     * @throws UnsupportedTypeException an argument could not be stored; its path is that in their list (CALL-4)
     * @throws MemoryServiceException as {@code getOrPut} does
     */
    @SuppressWarnings("unchecked")
    public T call(Object... arguments) {
        return (T) call.apply(cacheName(arguments), arguments);
    }

    /**
     * Names the result for some arguments, for example to remove it (CALL-2).
     *
     * @param arguments of the types that can be stored
     * @return the name that it is stored under
     * @throws UnsupportedTypeException an argument could not be stored (CALL-4)
     */
    public String cacheName(Object... arguments) {
        List<Object> positional = Arrays.asList(arguments);
        return CacheName.of(name, positional);
    }
}
