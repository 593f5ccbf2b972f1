package io.github.memoryservice.memory;

/** What is stored is no document of this service, or is larger than {@code MAX_VALUE_BYTES} (ENV-4, OBJ-4). */
public final class CorruptValueException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    CorruptValueException(String message) {
        this(message, null);
    }

    CorruptValueException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "corrupt_value";
    }
}
