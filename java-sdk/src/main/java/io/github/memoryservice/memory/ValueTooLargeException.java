package io.github.memoryservice.memory;

/** A value whose document takes more than {@code MAX_VALUE_BYTES}, or than a grant allows (OBJ-4). */
public final class ValueTooLargeException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    ValueTooLargeException(String message) {
        this(message, null);
    }

    ValueTooLargeException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "value_too_large";
    }
}
