package io.github.memoryservice.memory;

/** S3 refused a write for its condition, or because of another write at the same time. It never reaches a user. */
final class NotMetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whether an attempt before may have been carried out, and is itself what was in the way. */
    final boolean isUnknown;

    NotMetException(boolean isUnknown) {
        super(null, null, false, false);
        this.isUnknown = isUnknown;
    }
}
