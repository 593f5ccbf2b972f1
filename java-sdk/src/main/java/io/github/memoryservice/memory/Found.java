package io.github.memoryservice.memory;

/** What S3 holds under a name. */
final class Found {
    final Answer answer;
    /** Its document decoded, expired or not; null of a miss. */
    final Envelope envelope;
    /** What the records of its tags say of it; null if it has none. */
    final Verdict verdict;

    Found(Answer answer, Envelope envelope, Verdict verdict) {
        this.answer = answer;
        this.envelope = envelope;
        this.verdict = verdict;
    }

    /** Whether there is a value (ENV-5, CTAG-5). */
    boolean isPresent(double now) {
        return envelope != null && !envelope.isExpired(now) && (verdict == null || verdict.differing.isEmpty());
    }

    /** The version that is stored, expired or not; null if there is none. */
    String version() {
        return envelope == null ? null : answer.version();
    }
}
