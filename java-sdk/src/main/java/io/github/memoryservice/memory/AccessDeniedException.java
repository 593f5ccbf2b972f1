package io.github.memoryservice.memory;

/** The edge refused the signature, or AWS the credentials (GET-3, CON-2). */
public class AccessDeniedException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    AccessDeniedException(String message) {
        this(message, null);
    }

    AccessDeniedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public final String code() {
        return "access_denied";
    }
}
