package io.github.memoryservice.memory;

/** What is stored is not what the put was made for, or others changed it each time (COND-1, COND-2, UPD-2). */
public final class ConflictException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    ConflictException(String message) {
        this(message, null);
    }

    ConflictException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "conflict";
    }
}
