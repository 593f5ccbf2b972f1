package io.github.memoryservice.memory;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The records of tags as a writer has them: read before a value is made, and put anew (section 15.4). */
final class TagWriter {
    private static final int ATTEMPTS = 10;
    private static final double INACCURACY_MILLIS = 10_000; // CTAG-3

    /** The generation of a tag, and until when its record need not be read again. */
    private static final class Known {
        final String generation;
        final double until;

        Known(String generation, double until) {
            this.generation = generation;
            this.until = until;
        }
    }

    private final Reader reader;
    private final TagReader tags;
    private final Writer writer;
    private final Conditional conditional;
    private final State state;
    private final Clock clock;
    /** That of a record: the edge TTL of the service, and no end (CTAG-2). */
    private final Form form;

    TagWriter(Config config, Reader reader, TagReader tags, Writer writer, Conditional conditional, State state, Clock clock) {
        this.reader = reader;
        this.tags = tags;
        this.writer = writer;
        this.conditional = conditional;
        this.state = state;
        this.clock = clock;
        this.form = Form.ofTag(config.edgeTtl);
    }

    /** The generations that tags have now, as S3 has them; what has no record gets one (CTAG-12). Without tags null. */
    Tagging take(Collection<String> names) {
        if (names == null || names.isEmpty()) {
            return null;
        }
        int turn = state.turn;
        Map<String, String> generations = new LinkedHashMap<>();
        double until = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Known> known : Batch.forAll(names, this::known).entrySet()) {
            generations.put(known.getKey(), known.getValue().generation);
            until = Math.min(until, known.getValue().until);
        }
        return new Tagging(generations, until, turn);
    }

    /** Gives tags other generations (CTAG-14). */
    void invalidate(Collection<String> names) {
        try {
            Batch.forEach(names, tag -> {
                put(tag, null, false);
                return null;
            });
        } finally {
            state.invalidated(names);
        }
    }

    private Known known(String tag) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0) {
                Backoff.pause(clock, attempt);
            }
            Reading reading = reader.readOrigin(Names.tagName(tag), tags.key(tag), writer.until());
            String generation = TagReader.generationOf(reading.copy);
            if (generation != null) {
                return new Known(generation, reading.copy.ownUntil);
            }
            Answer answer = reading.answer;
            try {
                return put(tag, answer.document() == null ? null : answer.version(), true);
            } catch (ConflictException faster) {
                continue; // somebody else has given it a record
            }
        }
        throw new ConflictException(
                "the tag " + Names.show(tag) + " was given another generation in each of " + ATTEMPTS + " attempts");
    }

    /** Puts a record, once more if it was put by a clock that is wrong (CTAG-3). */
    private Known put(String tag, String replaces, boolean isConditional) {
        double now = clock.wallMillis();
        Prepared draft = draft(tag, (long) now);
        String version = isConditional ? conditional.put(draft, replaces) : writer.put(draft);
        double date;
        state.lock.lock();
        try {
            date = state.session.floor(draft.name, version);
        } finally {
            state.lock.unlock();
        }
        if (Math.abs(date - now) > INACCURACY_MILLIS) { // not of NaN
            draft = draft(tag, (long) date);
            conditional.put(draft, version);
        }
        return new Known(draft.write, now + form.maxAge * 1000.0);
    }

    private Prepared draft(String tag, long at) {
        return writer.prepared(Names.tagName(tag), tags.key(tag), at, form, null);
    }
}
