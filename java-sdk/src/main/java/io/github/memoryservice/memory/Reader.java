package io.github.memoryservice.memory;

import java.util.List;

/** Reads a value, whatever fails on the way: the edge, and S3 when the edge fails, is behind, or has only what has expired. */
final class Reader {
    private final int maxValueBytes;
    private final boolean isFailingOver;
    private final double staleMillis;
    private final Edge edge;
    private final Origin origin;
    private final State state;
    private final Clock clock;
    private final Log log;
    /** The change record, which may confirm copies in memory (CHG-16); null without. */
    private final ChangeReader changes;
    private final Circuit circuit;
    private final TagReader tags;

    Reader(
            Config config,
            Edge edge,
            Origin origin,
            State state,
            Clock clock,
            Log log,
            Circuit circuit,
            ChangeReader changes,
            TagReader tags) {
        this.maxValueBytes = config.maxValueBytes;
        this.isFailingOver = config.failover;
        this.staleMillis = config.staleIfError * 1000.0;
        this.edge = edge;
        this.origin = origin;
        this.state = state;
        this.clock = clock;
        this.log = log;
        this.circuit = circuit;
        this.changes = changes;
        this.tags = tags;
    }

    /** Reads S3 itself (CON-1). */
    Reading readOrigin(String name, String key, Deadline deadline) {
        return look(name, key, deadline).reading;
    }

    /** Reads S3 for a writer, who also needs to see what has expired and who wrote it. */
    Found find(String name, String key, Deadline deadline) {
        return look(name, key, deadline).found;
    }

    /**
     * Reads a value that nobody else is reading.
     *
     * @param records reads the records of its tags
     */
    Reading read(String name, String key, Deadline edgeDeadline, Deadline deadline, TagReader.Records records) {
        if (changes != null) {
            CachedValue copy = changes.confirmed(name, deadline);
            if (copy != null) {
                return Reading.of(Reading.MEMORY, copy);
            }
        }
        CachedValue kept = kept(name);
        if (kept != null) {
            // Its tags alone are to be looked at (CTAG-7).
            Reading found = new Reading(Reading.MEMORY, kept, null, null, kept.started);
            Reading judged = judged(name, found, edgeDeadline, deadline, records);
            return judged != null ? judged : readOrigin(name, key, deadline);
        }
        Reading late = null;
        if (trustsEdges(name) && (!isFailingOver || circuit.asks())) {
            Reading reading = null;
            Reading[] behind = new Reading[1];
            try {
                reading = fromEdge(name, key, edgeDeadline, behind);
                circuit.answered();
            } catch (UnavailableException | CorruptValueException | OriginRefusedException error) {
                circuit.failed();
                if (!isFailingOver) {
                    throw error;
                }
                log.warn("the edge failed, reading S3: " + error.getMessage());
            } catch (AccessDeniedException | ConfigurationException error) {
                circuit.answered();
                throw error;
            }
            if (reading != null) {
                Reading judged = judged(name, reading, edgeDeadline, deadline, records);
                return judged != null ? judged : readOrigin(name, key, deadline);
            }
            late = behind[0];
        }
        return beyondEdge(name, key, deadline, late, records);
    }

    /** Reads S3, or returns what is left if that fails (STALE-2). */
    Reading beyondEdge(String name, String key, Deadline deadline, Reading late, TagReader.Records records) {
        try {
            return readOrigin(name, key, deadline);
        } catch (UnavailableException | AccessDeniedException | ConfigurationException error) {
            Reading stale = stale(name, late, deadline, records);
            if (stale == null) {
                throw error;
            }
            log.warn("S3 cannot be read, returning a stale copy of " + key + ": " + error.getMessage());
            return stale;
        }
    }

    private boolean trustsEdges(String name) {
        state.lock.lock();
        try {
            boolean trusts = state.session.trustsEdges(name, clock);
            if (!trusts) {
                state.counts(name).sentToS3++;
            }
            return trusts;
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * What the edge says, or null if S3 has to be asked (SES-3, STALE-1, EXP-1).
     *
     * @param late is given what may be served in case that fails
     */
    private Reading fromEdge(String name, String key, Deadline deadline, Reading[] late) {
        double started = clock.wallMillis();
        Answer answer = edge.read(key.substring(key.indexOf('/')), deadline);
        Envelope envelope = decoded(name, answer);
        double now = clock.wallMillis();
        Reading reading = Reading.of(Answer.EDGE, answer, envelope, started, now);
        date(reading);
        state.lock.lock();
        try {
            boolean isAccepted = state.session.accepts(name, answer, started);
            if (!isAccepted || answer.isStale() || mayHideNewer(name, answer, envelope, started, now)) {
                state.counts(name).sentToS3++;
                late[0] = isAccepted ? reading : null;
                return null;
            }
            notice(name, answer);
            state.session.learn(name, answer, envelope, clock.wallMillis() - answer.age() * 1000);
            state.counts(name).edgeReads++;
            keep(name, reading.copy);
        } finally {
            state.lock.unlock();
        }
        compare(name, answer);
        return reading;
    }

    /** Whether an edge's copy has expired that it fetched before the end (EXP-1): who put something since has replaced nothing. */
    private boolean mayHideNewer(String name, Answer answer, Envelope envelope, double started, double now) {
        return envelope != null
                && envelope.expiresAt != null
                && envelope.isExpired(now)
                && state.session.fetched(name, answer, started, now) < envelope.expiresAt;
    }

    /** A read of S3, as readers and as writers need it. */
    private static final class Look {
        final Reading reading;
        final Found found;

        Look(Reading reading, Found found) {
            this.reading = reading;
            this.found = found;
        }
    }

    private Look look(String name, String key, Deadline deadline) {
        double started = clock.wallMillis();
        Session.Known view;
        state.lock.lock();
        try {
            view = state.session.view(name);
        } finally {
            state.lock.unlock();
        }
        Answer answer = Names.isTagRecord(name) ? origin.readRecord(key, null, maxValueBytes, deadline) : origin.read(key, deadline);
        Envelope envelope = decoded(name, answer);
        Reading reading = Reading.of(Answer.S3, answer, envelope, started, clock.wallMillis());
        date(reading);
        state.lock.lock();
        try {
            state.counts(name).s3Reads++;
            notice(name, answer);
            boolean isNewest = state.session.learnFromS3(name, answer, envelope, view, started, clock.wallMillis());
            keep(name, isNewest ? reading.copy : null);
        } finally {
            state.lock.unlock();
        }
        compare(name, answer);
        if (envelope == null || envelope.tags == null) {
            return new Look(reading, new Found(answer, envelope, null));
        }
        return judgedByOrigin(name, reading, envelope, deadline);
    }

    /** Holds what S3 has against records as S3 has them (CTAG-6, CTAG-8). */
    private Look judgedByOrigin(String name, Reading reading, Envelope envelope, Deadline deadline) {
        CachedValue copy = reading.copy;
        Verdict verdict;
        do {
            verdict = tags.judge(envelope.tags, (record, key) -> readOrigin(record, key, deadline));
        } while (copy != null && verdict.differing.isEmpty() && !settle(copy, verdict));
        Found found = new Found(reading.answer, envelope, verdict);
        if (copy == null || verdict.differing.isEmpty()) {
            return new Look(copy == null ? reading.invalid() : reading, found);
        }
        state.lock.lock();
        try {
            state.local.drop(name);
            tags.noteInvalid(name, copy, verdict);
        } finally {
            state.lock.unlock();
        }
        return new Look(reading.invalid(), found);
    }

    /**
     * Holds what memory or the edge has against the records of its tags (CTAG-6).
     *
     * @return what may be returned; null if S3 has to say (CTAG-8)
     */
    private Reading judged(String name, Reading reading, Deadline edgeDeadline, Deadline deadline, TagReader.Records records) {
        CachedValue copy = reading.copy;
        if (copy == null || copy.tags == null) {
            return reading;
        }
        Verdict verdict;
        do {
            verdict = tags.judge(copy.tags, (record, key) -> records.read(record, key, edgeDeadline, deadline));
        } while (verdict.differing.isEmpty() && !settle(copy, verdict));
        state.lock.lock();
        try {
            if (verdict.differing.isEmpty()) {
                return found(reading, copy, verdict);
            }
            state.local.drop(name);
            if (tags.isKnownInvalid(name, copy, verdict, clock.wallMillis())) {
                return reading.invalid();
            }
            state.stats.sentToS3++;
            return null;
        } finally {
            state.lock.unlock();
        }
    }

    /** Lets a copy be fresh as long as its tags are, and returns whether no tag was invalidated meanwhile. */
    private boolean settle(CachedValue copy, Verdict verdict) {
        state.lock.lock();
        try {
            if (state.turn != verdict.turn) {
                return false;
            }
            copy.judge(verdict.until);
            return true;
        } finally {
            state.lock.unlock();
        }
    }

    /** What is valid, counted if it was in memory. */
    private Reading found(Reading reading, CachedValue copy, Verdict verdict) {
        if (verdict.isStale) {
            state.stats.staleReads++;
            return Reading.of(Reading.STALE, copy);
        }
        if (!Reading.MEMORY.equals(reading.source)) {
            return reading;
        }
        state.stats.memoryHits++;
        if (copy.isConfirmed) {
            state.stats.confirmed++;
        }
        return Reading.of(Reading.MEMORY, copy);
    }

    /** The copy in memory that only its tags keep from being returned. */
    private CachedValue kept(String name) {
        state.lock.lock();
        try {
            CachedValue copy = state.local.kept(name);
            return copy != null && copy.tags != null && copy.isFreshItself(clock.wallMillis()) ? copy : null;
        } finally {
            state.lock.unlock();
        }
    }

    /** What may be served while S3 cannot be read (STALE-2). */
    private Reading stale(String name, Reading late, Deadline deadline, TagReader.Records records) {
        double now = clock.wallMillis();
        CachedValue copy = late == null ? null : late.copy;
        state.lock.lock();
        try {
            if (copy == null || copy.isExpired(now) || now > copy.ownUntil + staleMillis) {
                copy = state.local.stale(name, now, staleMillis);
            }
        } finally {
            state.lock.unlock();
        }
        if (copy == null) {
            return null;
        }
        if (copy.tags != null) {
            Verdict verdict = tags.judge(copy.tags, (record, key) -> records.read(record, key, deadline, deadline));
            if (!verdict.differing.isEmpty() || !settle(copy, verdict)) {
                return null;
            }
        }
        state.lock.lock();
        try {
            state.counts(name).staleReads++;
        } finally {
            state.lock.unlock();
        }
        return Reading.of(Reading.STALE, copy);
    }

    /** Lets no copy be returned that was judged by another record than there is now (CTAG-7). */
    private void notice(String name, Answer answer) {
        if (Names.isTagRecord(name) && state.session.knowsOther(name, answer)) {
            state.turn++;
            state.local.dropTagged(List.of(name.substring(1)));
        }
    }

    /** Notes since when a copy has surely been read (CHG-14). */
    private void date(Reading reading) {
        if (changes != null && reading.copy != null) {
            reading.copy.f = ChangeReader.sinceWhen(reading.answer, reading.started, clock.wallMillis());
        }
    }

    /** Holds what arrived against the change record (CHG-19). */
    private void compare(String name, Answer answer) {
        if (changes != null && answer.document() != null) {
            changes.compare(name, answer.storedAt());
        }
    }

    private void keep(String name, CachedValue copy) {
        if (copy == null || copy.ownUntil <= copy.started) {
            state.local.drop(name);
        } else {
            state.local.keep(name, copy);
        }
    }

    /** A document; what is none in the place of a tag's record, or has tags itself, is no record (CTAG-3). */
    private static Envelope decoded(String name, Answer answer) {
        if (answer.document() == null) {
            return null;
        }
        boolean isRecord = Names.isTagRecord(name);
        try {
            Envelope envelope = Envelope.decode(answer.document());
            return isRecord && envelope.tags != null ? null : envelope;
        } catch (CorruptValueException error) {
            if (isRecord) {
                return null;
            }
            throw error;
        }
    }
}
