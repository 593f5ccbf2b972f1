package io.github.memoryservice.memory;

/** A service name, name, prefix or tag that cannot become an object key (NAME-4). */
public final class InvalidNameException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    InvalidNameException(String message) {
        this(message, null);
    }

    InvalidNameException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "invalid_name";
    }
}
