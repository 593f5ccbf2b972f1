package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Puts and removes values, and keeps memory and session in step (sections 6 and 12.3). */
final class Writer {
    /** Of keys that are removed with one request. */
    private static final int KEYS_PER_REQUEST = 1000;

    private final int maxValueBytes;
    private final double deadline;
    private final Store store;
    private final State state;
    private final Clock clock;
    /** Announces what is written (CHG-7); null without a change record. */
    private final Announcer announcer;

    Writer(Config config, Store store, State state, Clock clock, Announcer announcer) {
        this.maxValueBytes = config.maxValueBytes;
        this.deadline = config.deadline;
        this.store = store;
        this.state = state;
        this.clock = clock;
        this.announcer = announcer;
    }

    /** When a call that begins now has to have ended (TIME-1). */
    Deadline until() {
        return Deadline.in(deadline);
    }

    /** Refuses what cannot be stored, before anything is asked for it (VAL-2, MANY-1). */
    void check(String name, Object value) {
        prepared(name, null, value, Form.ofTag(1), null).document(List.of(), maxValueBytes);
    }

    byte[] document(Prepared draft, List<String> previous) {
        return draft.document(Lineage.bounded(previous), maxValueBytes);
    }

    Prepared prepared(String name, String key, Object value, Form form, Long took) {
        return new Prepared(name, key, new Draft(value), Platform.writeId(), took, form);
    }

    /** Stores a value, and returns its version. */
    String put(Prepared draft) {
        byte[] document = document(draft, List.of());
        return send(draft, document, until());
    }

    /** Stores several values, after all of them have been checked (MANY-1), and returns their versions. */
    Map<String, String> putMany(Map<String, String> keys, Map<String, ?> values, Form form) {
        Map<String, Prepared> drafts = new LinkedHashMap<>();
        Map<String, byte[]> documents = new HashMap<>();
        for (Map.Entry<String, ?> entry : values.entrySet()) {
            String name = entry.getKey();
            Prepared draft;
            try {
                draft = prepared(name, keys.get(name), entry.getValue(), form, null);
                documents.put(name, document(draft, List.of()));
            } catch (UnsupportedTypeException error) {
                throw new UnsupportedTypeException(error.path(), Names.show(name) + ": " + error.getMessage());
            }
            drafts.put(name, draft);
        }
        if (announcer != null && !drafts.isEmpty()) {
            // All at once: each put finds itself announced (CHG-9), unless it comes much later.
            try {
                announcer.announce(drafts.keySet(), until(), 0);
            } catch (MemoryServiceException error) {
                Map<String, MemoryServiceException> errors = new LinkedHashMap<>();
                drafts.keySet().forEach(name -> errors.put(name, error));
                Batch.raiseIfAny(errors, Map.of());
            }
        }
        return Batch.forEach(drafts.keySet(), name -> send(drafts.get(name), documents.get(name), until()));
    }

    /** Removes a value. */
    void remove(String name, String key) {
        Deadline until = until();
        state.begin(name, clock.wallMillis());
        Session.Known made = null;
        boolean isRefused = false;
        try {
            Stored removed = announced(List.of(name), until, fence -> store.remove(key, fence, until));
            made = removed(removed);
        } catch (MemoryServiceException error) {
            isRefused = isRefusal(error);
            throw error;
        } finally {
            state.end(name, clock.wallMillis(), made, null, isRefused);
        }
    }

    /**
     * Removes several values, up to 1,000 with one request.
     *
     * @param names by key
     * @param isEverything whether that is announced by announcing everything (CHG-13)
     */
    void removeMany(Map<String, String> names, boolean isEverything) {
        List<String> keys = new ArrayList<>(names.keySet());
        Map<String, MemoryServiceException> errors = new LinkedHashMap<>();
        Map<String, Object> results = new LinkedHashMap<>();
        for (int start = 0; start < keys.size(); start += KEYS_PER_REQUEST) {
            Map<String, String> page = new LinkedHashMap<>();
            for (String key : keys.subList(start, Math.min(keys.size(), start + KEYS_PER_REQUEST))) {
                page.put(key, names.get(key));
            }
            Map<String, ? extends MemoryServiceException> failed = removePage(page, isEverything);
            page.forEach((key, name) -> {
                if (failed.containsKey(key)) {
                    errors.put(name, failed.get(key));
                } else {
                    results.put(name, null);
                }
            });
        }
        Batch.raiseIfAny(errors, results);
    }

    /** Returns the errors by key. */
    private Map<String, ? extends MemoryServiceException> removePage(Map<String, String> names, boolean isEverything) {
        Deadline until = until();
        for (String name : names.values()) {
            state.begin(name, clock.wallMillis());
        }
        Map<String, MemoryServiceException> failed = new HashMap<>();
        Stored removed = null;
        try {
            Store.Removed answer = announced(
                    isEverything ? null : names.values(),
                    until,
                    fence -> store.removeMany(new ArrayList<>(names.keySet()), fence, until));
            failed.putAll(answer.failed);
            removed = answer.stored;
        } catch (MemoryServiceException error) {
            names.keySet().forEach(key -> failed.put(key, error));
        } finally {
            for (Map.Entry<String, String> entry : names.entrySet()) {
                MemoryServiceException error = failed.get(entry.getKey());
                Session.Known made = removed == null || error != null ? null : removed(removed);
                state.end(entry.getValue(), clock.wallMillis(), made, null, error != null && isRefusal(error));
            }
        }
        return failed;
    }

    /** Puts a document without a condition. */
    private String send(Prepared draft, byte[] document, Deadline until) {
        if (!Names.isTagRecord(draft.name)) {
            return send(draft, document, List.of(), until, fence -> store.put(draft.key, document, draft.form, fence, until));
        }
        // Sent again with the same generation, a record could bring back what was invalidated in between (CTAG-14).
        Prepared[] last = {draft};
        byte[][] sent = {document};
        state.begin(draft.name, clock.wallMillis());
        return end(draft, until, fence -> store.putAnew(draft.key, () -> {
            last[0] = last[0].anew();
            return sent[0] = document(last[0], List.of());
        }, draft.form, fence, until), last, sent, List.of());
    }

    /** Puts a document in whatever way, and notes what became of it. */
    String send(Prepared draft, byte[] document, List<String> previous, Deadline until, Function<Fence, Stored> put) {
        state.begin(draft.name, clock.wallMillis());
        return end(draft, until, put, new Prepared[] {draft}, new byte[][] {document}, previous);
    }

    private String end(
            Prepared draft, Deadline until, Function<Fence, Stored> put, Prepared[] last, byte[][] sent, List<String> previous) {
        double started = clock.wallMillis();
        Session.Known made = null;
        CachedValue copy = null;
        boolean isRefused = false;
        try {
            Stored stored = announced(List.of(draft.name), until, put);
            if (!Double.isNaN(stored.date)) {
                List<String> lineage = Lineage.with(last[0].write, Lineage.bounded(previous));
                made = new Session.Known(stored.version, stored.date, clock.wallMillis(), lineage, Double.NEGATIVE_INFINITY);
            }
            copy = last[0].copy(sent[0], stored, started, state.turn);
            return stored.version;
        } catch (MemoryServiceException error) {
            isRefused = isRefusal(error);
            throw error;
        } finally {
            state.end(draft.name, clock.wallMillis(), made, copy, isRefused);
        }
    }

    /** Writes, and announces it before if there is a change record; the names are null for everything. */
    private <T> T announced(Collection<String> names, Deadline until, Function<Fence, T> send) {
        return announcer == null ? send.apply(null) : announcer.write(names, until, send);
    }

    private Session.Known removed(Stored removed) {
        return Double.isNaN(removed.date)
                ? null
                : new Session.Known(null, removed.date, clock.wallMillis(), List.of(), Double.NEGATIVE_INFINITY);
    }

    /** Whether nothing was written for sure (WRITE-2). */
    private static boolean isRefusal(MemoryServiceException error) {
        if (error instanceof UnavailableException) {
            return !((UnavailableException) error).isOutcomeUnknown();
        }
        return error instanceof AccessDeniedException
                || error instanceof ConfigurationException
                || error instanceof UnsupportedTypeException;
    }
}
