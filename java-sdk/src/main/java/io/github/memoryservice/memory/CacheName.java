package io.github.memoryservice.memory;

import java.util.List;

/** The names of a cached function's calls. */
final class CacheName {
    /** Half of SHA-256 is enough that no two calls share a name. */
    private static final int DIGITS = 32;

    private CacheName() {}

    /**
     * The name that the result of a call is kept under, the same in every language (CALL-2).
     *
     * @throws UnsupportedTypeException for an argument that could not be stored, such as {@code $[0].x} (CALL-4)
     */
    static String of(String function, List<?> arguments) {
        return "cached/" + function + "/" + Platform.sha256(Canonical.of(arguments)).substring(0, DIGITS);
    }
}
