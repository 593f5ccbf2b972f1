package io.github.memoryservice.memory;

/** What was written came later than it was announced for, and could not be announced again (CHG-13). */
final class UnannouncedException extends UnavailableException {
    private static final long serialVersionUID = 1;

    UnannouncedException(String message) {
        super(message, true);
    }
}
