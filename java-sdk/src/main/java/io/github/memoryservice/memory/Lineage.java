package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.List;

/** What a put that replaces a document has to name as {@code previous} (COND-5). */
final class Lineage {
    static final int MAX_PREVIOUS = 100;
    /** Whose outcome is still in doubt then has stopped waiting. */
    private static final double SETTLED_MILLIS = 60_000;

    private Lineage() {}

    static List<String> of(Answer answer, Envelope envelope) {
        if (envelope == null || envelope.write == null) {
            return List.of();
        }
        // NaN, of an answer that does not say, is no difference.
        if (Answer.S3.equals(answer.source()) && answer.date() - answer.storedAt() > SETTLED_MILLIS) {
            return List.of(envelope.write);
        }
        return with(envelope.write, envelope.previous);
    }

    /** One id and those before it. */
    static List<String> with(String write, List<String> previous) {
        List<String> ids = new ArrayList<>(previous.size() + 1);
        ids.add(write);
        ids.addAll(previous);
        return ids;
    }

    /** As many as a document may name. */
    static List<String> bounded(List<String> ids) {
        return ids.size() <= MAX_PREVIOUS ? ids : ids.subList(0, MAX_PREVIOUS);
    }
}
