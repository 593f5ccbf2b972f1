package io.github.memoryservice.memory;

/** S3 refused the edge, not the edge its viewer: S3's errors have a RequestId, CloudFront's own have none (FAIL-1). */
final class OriginRefusedException extends AccessDeniedException {
    private static final long serialVersionUID = 1;

    OriginRefusedException(String message) {
        super(message);
    }
}
