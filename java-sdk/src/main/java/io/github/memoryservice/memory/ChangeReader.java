package io.github.memoryservice.memory;

/** The change record as a reader has it, and the copies in memory that it confirms (section 14.4). */
final class ChangeReader {
    /** What a record may take, zipped or not (CHG-2). */
    static final int MAX_BYTES = 64 * 1024;

    private static final double LOOK_SHARE = 0.5; // of the time that a get has left (CHG-18)
    private static final double DISTRUST_MILLIS = 86_400_000; // CHG-19

    /** What the edge, or S3, said when the record was asked for. Times are milliseconds by the clock of the service, unless said. */
    private static final class Told {
        /** The record, if it is believed. */
        Changes record;
        String version;
        /** When S3 stored it, in milliseconds of its time; NaN if unknown. */
        double lastModified;
        /** The {@code Date} of the answer, in seconds of S3's time. */
        double date;
        /** Since when it has surely been read, in seconds of S3's time. */
        double f;
        /** When the request was sent. */
        double started;
        /** That, less the {@code Age} of the answer. */
        double fetched;
        double maxAge;

        boolean isFresh(double now) {
            return started <= now && now < fetched + maxAge;
        }
    }

    private final String key;
    private final String mark;
    private final double edgeTtlMillis;
    private final boolean isFailingOver;
    private final Edge edge;
    private final Origin origin;
    private final State state;
    private final Clock clock;
    private final Log log;
    private final Circuit circuit;
    private final SingleFlight<Boolean> flights = new SingleFlight<>();
    // Guarded by the lock of the service.
    private volatile Told told;
    private Told newest; // of those that were believed
    private double asked = Double.NaN;
    private double distrustedSince = Double.NaN;
    private double distrustedFor;

    ChangeReader(
            Config config, String place, Edge edge, Origin origin, State state, Clock clock, Log log, Circuit circuit) {
        this.key = config.visibility + Names.recordPath(place);
        this.mark = Changes.placeMark(config.bucket, key);
        this.edgeTtlMillis = config.edgeTtl * 1000.0;
        this.isFailingOver = config.failover;
        this.edge = edge;
        this.origin = origin;
        this.state = state;
        this.clock = clock;
        this.log = log;
        this.circuit = circuit;
    }

    /** Since when a value has surely been read that an answer brought, to a request of then; NaN if nobody knows (CHG-14). */
    static double sinceWhen(Answer answer, double started, double now) {
        double maxAge = Answer.S3.equals(answer.source()) ? 0 : answer.maxAge();
        return Changes.readSince(answer.date() / 1000, (now - started) / 1000, answer.age(), maxAge);
    }

    /** The copy of a name if the record lets it be returned, which is read if it may (CHG-15 to CHG-18). */
    CachedValue confirmed(String name, Deadline deadline) {
        CachedValue[] copy = new CachedValue[1];
        if (!isUndecided(name, copy)) {
            return copy[0];
        }
        look(deadline.part(LOOK_SHARE));
        isUndecided(name, copy);
        return copy[0];
    }

    /** Holds a value that arrived, stored at that time of S3's, against the record (CHG-19). */
    void compare(String name, double lastModified) {
        Told it = told;
        if (it == null || it.record == null || Double.isNaN(lastModified)) {
            return;
        }
        if (it.record.isContradictedBy(it.f, name, lastModified / 1000)) {
            distrust(lastModified, Names.show(name) + " was written without being announced in " + key
                    + ". Do all who write to this service have CHANGES? A bucket policy can refuse the others");
        }
    }

    /**
     * Looks whether the copy of a name is confirmed.
     *
     * @param confirmed is given it if it is
     * @return whether the record is to be asked for, since that of now does not say
     */
    private boolean isUndecided(String name, CachedValue[] confirmed) {
        confirmed[0] = null;
        CachedValue copy;
        Told it;
        double now = clock.wallMillis();
        state.lock.lock();
        try {
            copy = state.local.kept(name);
            it = told;
            if (copy == null || Double.isNaN(copy.f) || copy.isExpired(now)) {
                return false;
            }
            if (it == null || it.record == null) {
                return isDue(now);
            }
        } finally {
            state.lock.unlock();
        }
        compare(name, copy.storedAt);
        state.lock.lock();
        try {
            Local local = state.local;
            if (local.kept(name) != copy || !it.record.confirms(Changes.bucketOf(name), copy.f)) {
                return false;
            }
            if (!it.isFresh(now)) {
                return isDue(now);
            }
            if (!isDistrusted(now)) {
                copy.confirm(it.started, it.fetched);
                confirmed[0] = Names.isTagRecord(name) ? local.freshRecord(name, now) : local.fresh(name, now);
            }
            return false;
        } finally {
            state.lock.unlock();
        }
    }

    /** Whether to ask, though there was no record that is believed, or none to be read, before (CHG-17). */
    private boolean isDue(double now) {
        double passed = now - asked;
        return !(0 <= passed && passed < edgeTtlMillis); // of NaN, too
    }

    private boolean isDistrusted(double now) {
        if (Double.isNaN(distrustedSince)) {
            return false;
        }
        Told it = told;
        if (it != null && it.record != null && it.record.all * 1000.0 > distrustedFor) {
            distrustedSince = Double.NaN;
            return false;
        }
        return now < distrustedSince + DISTRUST_MILLIS;
    }

    /** Confirms nothing for a day, nor returns what has been confirmed, and warns once. */
    private void distrust(double lastModified, String why) {
        double now = clock.wallMillis();
        boolean isKnown;
        state.lock.lock();
        try {
            isKnown = isDistrusted(now);
            distrustedFor = isKnown ? Math.max(lastModified, distrustedFor) : lastModified;
            distrustedSince = now;
            state.local.dropConfirmed();
        } finally {
            state.lock.unlock();
        }
        if (!isKnown) {
            log.warn("the change record is not trusted for a day: " + why);
        }
    }

    /** Asks for the record, or waits for another thread that does. */
    private void look(Deadline until) {
        SingleFlight.Flight<Boolean> mine = new SingleFlight.Flight<>();
        SingleFlight.Flight<Boolean> flight = flights.join("", mine);
        if (flight == mine) {
            try {
                ask(until);
            } finally {
                flights.land("", mine, true, null);
            }
        } else if (!flight.isOfThisThread()) {
            flight.wait(until);
        }
    }

    private void ask(Deadline until) {
        Told known;
        state.lock.lock();
        try {
            double now = clock.wallMillis();
            known = told;
            if (!isDue(now) || known != null && known.record != null && known.isFresh(now)) {
                return; // another thread has asked meanwhile
            }
        } finally {
            state.lock.unlock();
        }
        if (known != null && (known.record == null || known.version.isEmpty())) {
            known = null;
        }
        Told now;
        try {
            now = read(known, until);
        } catch (UnavailableException | AccessDeniedException | ConfigurationException error) {
            log.debug("the change record " + key + " cannot be read: " + error.getMessage());
            state.lock.lock();
            asked = clock.wallMillis();
            state.lock.unlock();
            return;
        }
        Told before;
        state.lock.lock();
        try {
            state.stats.recordsRead++;
            asked = now.record != null ? Double.NaN : now.started;
            Told last = told;
            if (last != null && now.fetched < last.fetched && last.started <= now.started) {
                return; // of an older edge, and not by a clock that was set back
            }
            told = now;
            before = newest;
            if (now.record != null) {
                newest = now;
            }
        } finally {
            state.lock.unlock();
        }
        if (before != null && now.record != null && Changes.isPutBack(before.record, before.date, now.record, now.f)) {
            distrust(
                    Double.isNaN(now.lastModified) ? 0 : now.lastModified,
                    key + " is older than what it was: it has been restored, and what was announced since is lost");
        }
    }

    /** Asks the edge, or S3 in its place. */
    private Told read(Told known, Deadline until) {
        String version = known == null ? null : known.version;
        if (!isFailingOver || circuit.asks()) {
            double started = clock.wallMillis();
            try {
                Deadline edges = isFailingOver ? until.part(CoalescingReader.EDGE_SHARE) : until;
                Answer answer = edge.readRecord(key.substring(key.indexOf('/')), version, MAX_BYTES, edges);
                circuit.answered();
                if (!answer.isStale()) {
                    return told(answer, known, started);
                }
            } catch (UnavailableException | OriginRefusedException error) {
                circuit.failed();
                if (!isFailingOver) {
                    throw error;
                }
                log.warn("the edge failed, reading S3: " + error.getMessage());
            } catch (AccessDeniedException | ConfigurationException error) {
                circuit.answered();
                throw error;
            }
        }
        double started = clock.wallMillis();
        return told(origin.readRecord(key, version, MAX_BYTES, until), known, started);
    }

    /** What an answer says, of what is known already if nothing has changed. */
    private Told told(Answer answer, Told known, double started) {
        Told it = new Told();
        double seconds = answer.maxAge();
        it.started = started;
        it.fetched = started - answer.age() * 1000;
        it.lastModified = answer.storedAt();
        it.version = answer.version() == null ? "" : answer.version();
        it.maxAge = seconds * 1000;
        if (answer.isUnchanged() && known != null) {
            // What the answer leaves out has not changed either (RFC 9110, 15.4.5).
            it.maxAge = it.maxAge > 0 ? it.maxAge : known.maxAge;
            it.lastModified = Double.isNaN(it.lastModified) ? known.lastModified : it.lastModified;
            it.version = it.version.isEmpty() ? known.version : it.version;
            it.record = known.record.isOf(it.lastModified / 1000) ? known.record : null;
        } else if (answer.document() != null) {
            it.record = Changes.believed(answer.document(), it.lastModified / 1000, mark);
        }
        it.date = answer.date() / 1000;
        double kept = Answer.S3.equals(answer.source()) ? 0 : it.maxAge / 1000;
        it.f = Changes.readSince(it.date, (clock.wallMillis() - started) / 1000, answer.age(), kept);
        return it;
    }
}
