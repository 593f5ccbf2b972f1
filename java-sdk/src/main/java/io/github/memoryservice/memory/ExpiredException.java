package io.github.memoryservice.memory;

/** S3 has refused a write that came too late for its announcement, or would: it is to be announced anew (CHG-12). */
final class ExpiredException extends UnavailableException {
    private static final long serialVersionUID = 1;

    ExpiredException(String message, boolean outcomeUnknown) {
        super(message, outcomeUnknown);
    }
}
