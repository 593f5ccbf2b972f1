package io.github.memoryservice.memory;

/** What came of a request to AWS. */
final class Outcome {
    /** The answer; null if there is none. */
    final Response answer;
    /** Why there is none; null if there is one. */
    final WireException failure;
    /** Whether one of the attempts may have been carried out, though none succeeded (WRITE-5). */
    final boolean isUnknown;
    /** Whether the last one came too late for its announcement, and was not carried out (CHG-12). */
    final boolean isOutOfTime;

    Outcome(Response answer, WireException failure, boolean isUnknown, boolean isOutOfTime) {
        this.answer = answer;
        this.failure = failure;
        this.isUnknown = isUnknown;
        this.isOutOfTime = isOutOfTime;
    }
}
