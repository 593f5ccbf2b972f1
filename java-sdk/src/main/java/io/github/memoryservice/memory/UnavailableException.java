package io.github.memoryservice.memory;

/** No answer in time, trouble in the network, or a server error. Trying again may help. */
public class UnavailableException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    /** ERR-2. */
    private final boolean outcomeUnknown;

    UnavailableException(String message) {
        this(message, false, null);
    }

    UnavailableException(String message, boolean outcomeUnknown) {
        this(message, outcomeUnknown, null);
    }

    UnavailableException(String message, boolean outcomeUnknown, Throwable cause) {
        super(message, cause);
        this.outcomeUnknown = outcomeUnknown;
    }

    @Override
    public final String code() {
        return "unavailable";
    }

    /**
     * Whether a put or remove may have had its effect all the same (ERR-2).
     *
     * @return true if nobody knows: read the name before you try again
     */
    public final boolean isOutcomeUnknown() {
        return outcomeUnknown;
    }
}
