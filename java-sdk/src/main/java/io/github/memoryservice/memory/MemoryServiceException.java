package io.github.memoryservice.memory;

/**
 * Whatever this SDK raises on purpose. {@link #code} is the same in all languages, the message is for people: it says what happened, where,
 * and what to do (ERR-1).
 */
public abstract class MemoryServiceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MemoryServiceException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * What kind of error it is, in a word.
     *
     * @return such as {@code unavailable}; the table of errors in the specification has them all
     */
    public abstract String code();
}
