package io.github.memoryservice.memory;

/** What a get found. */
final class Reading {
    static final String MEMORY = "memory";
    static final String STALE = "stale";

    /** Where: memory, stale, or as an {@link Answer} has it. */
    final String source;
    /** The value and what is known about it; null if there is none, or one that has expired. */
    final CachedValue copy;
    /** The value itself, for whoever made the request. */
    final Object value;
    /** What the edge or S3 said; null from memory. */
    final Answer answer;
    /** When the request was sent, by the clock of the service. */
    final double started;

    Reading(String source, CachedValue copy, Object value, Answer answer, double started) {
        this.source = source;
        this.copy = copy;
        this.value = value;
        this.answer = answer;
        this.started = started;
    }

    /** What a copy in memory gives. */
    static Reading of(String source, CachedValue copy) {
        return new Reading(source, copy, copy.value(), null, copy.started);
    }

    /** What an answer says now (ENV-5). */
    static Reading of(String source, Answer answer, Envelope envelope, double started, double now) {
        if (envelope == null || envelope.isExpired(now)) {
            return new Reading(source, null, null, answer, started);
        }
        return new Reading(source, CachedValue.of(answer, envelope, started), envelope.value, answer, started);
    }

    /** The same for somebody who did not make the request, with a value of their own (MEM-3). */
    Reading shared() {
        return copy == null ? this : new Reading(source, copy, copy.value(), answer, started);
    }

    /** The same request, which has found nothing valid. */
    Reading invalid() {
        return new Reading(source, null, null, answer, started);
    }
}
