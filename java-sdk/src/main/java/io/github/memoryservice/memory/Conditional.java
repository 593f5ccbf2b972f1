package io.github.memoryservice.memory;

import java.util.List;

/** Puts on conditions that do not count twice, whatever answers are lost (COND-1 to COND-6). */
final class Conditional {
    private static final double IN_DOUBT_MILLIS = 30_000;
    private static final int ATTEMPTS_TO_SETTLE = 3;

    private final Store store;
    private final Reader reader;
    private final Writer writer;
    private final State state;
    private final Clock clock;

    Conditional(Store store, Reader reader, Writer writer, State state, Clock clock) {
        this.store = store;
        this.reader = reader;
        this.writer = writer;
        this.state = state;
        this.clock = clock;
    }

    /**
     * Stores a value if a condition holds, and returns its version.
     *
     * @param replaces the version that must be stored now; null if nothing must be
     */
    String put(Prepared draft, String replaces) {
        List<String> previous = List.of();
        if (replaces != null) {
            state.lock.lock();
            try {
                previous = state.session.lineage(draft.name, replaces);
            } finally {
                state.lock.unlock();
            }
        }
        return put(draft, replaces, previous, writer.until());
    }

    /** The same of a document that names what it replaces (COND-5). */
    String put(Prepared draft, String replaces, List<String> previous, Deadline until) {
        String condition = replaces;
        List<String> lineage = previous;
        boolean isUnknown = false;
        double sent = clock.wallMillis();
        for (int attempt = 0; ; ) {
            byte[] document = writer.document(draft, lineage);
            UnavailableException failure = null;
            try {
                return send(draft, document, condition, lineage, until);
            } catch (NotMetException error) {
                isUnknown |= error.isUnknown;
            } catch (UnannouncedException error) {
                throw error;
            } catch (UnavailableException error) {
                isUnknown |= error.isOutcomeUnknown();
                if (!isUnknown) {
                    throw error;
                }
                failure = error;
            }
            Found found = look(draft, until, isUnknown);
            Envelope envelope = found.envelope;
            if (envelope != null && draft.write.equals(envelope.write)) {
                return found.answer.version();
            }
            if (envelope != null && envelope.previous.contains(draft.write)) {
                return draft.write;
            }
            double now = clock.wallMillis();
            boolean isLate = !(0 <= now - sent && now - sent <= IN_DOUBT_MILLIS);
            String replaced = lineage.isEmpty() ? null : lineage.get(0);
            // A refusal is clear enough for a put that names nothing it replaces.
            boolean mayHide = (replaced != null || isUnknown) && hidesHistory(replaced, envelope);
            boolean differs = condition == null ? found.version() != null : !condition.equals(found.version());
            if (isLate || mayHide && differs) {
                throw new UnavailableException(
                        Names.show(draft.name) + ": the answer to the put was lost, and nothing shows whether it took"
                                + " place. Read the value and decide",
                        true);
            }
            if (condition == null && envelope != null && !found.isPresent(now)) {
                // What has expired, or was invalidated, counts as absent: it is replaced, by its version.
                condition = found.answer.version();
                lineage = Lineage.of(found.answer, envelope);
            } else if (differs) {
                throw conflict(draft.name, condition);
            } else if (attempt >= ATTEMPTS_TO_SETTLE) {
                throw failure != null ? failure : conflict(draft.name, condition);
            }
            attempt++;
            Backoff.pause(clock, attempt);
        }
    }

    private String send(Prepared draft, byte[] document, String condition, List<String> lineage, Deadline until) {
        return writer.send(draft, document, lineage, until, fence -> {
            Stored stored = store.putIf(draft.key, document, draft.form, condition, fence, until);
            if (stored.isRefused()) {
                throw new NotMetException(stored.isInDoubt);
            }
            return stored;
        });
    }

    /** What S3 holds now. */
    private Found look(Prepared draft, Deadline until, boolean isUnknown) {
        try {
            return reader.find(draft.name, draft.key, until);
        } catch (UnavailableException error) {
            if (!isUnknown) {
                throw error;
            }
            throw new UnavailableException(
                    Names.show(draft.name) + ": the answer to the put was lost, and nobody says whether it took place ("
                            + error.getMessage() + "). Read the value and decide",
                    true);
        } catch (CorruptValueException error) {
            throw new ConflictException(Names.show(draft.name) + ": what is stored was not written by an SDK ("
                    + error.getMessage() + "): remove it first");
        }
    }

    /** Whether a put may be further back than what is stored can tell (COND-6). */
    private static boolean hidesHistory(String replaced, Envelope envelope) {
        if (envelope == null || envelope.previous.size() < Lineage.MAX_PREVIOUS) {
            return false;
        }
        return replaced == null || !replaced.equals(envelope.write) && !envelope.previous.contains(replaced);
    }

    private static ConflictException conflict(String name, String condition) {
        return new ConflictException(
                condition == null
                        ? Names.show(name) + ": there is a value already"
                        : Names.show(name) + ": the stored version is not \"" + condition + "\" any more. Read the value again");
    }
}
