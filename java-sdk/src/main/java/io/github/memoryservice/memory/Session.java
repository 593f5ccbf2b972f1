package io.github.memoryservice.memory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one object knows of each name, so that it never goes back in time (section 7.2). Whoever uses it holds the lock of the
 * service. Times are Unix milliseconds; a floor is in S3's time, all others are by the clock of the service.
 */
final class Session {
    static final int MAX_NAMES = 10_000;
    private static final double SECOND = 1000;

    /** What is known of a name. */
    static final class Known {
        static final String UNKNOWN = "";

        /** The ETag; null if there is no value, {@link #UNKNOWN} if nobody can tell. */
        final String version;
        /** Below which an answer is older. */
        double floor;
        /** When that was the state. */
        final double knownAt;
        /** The id of the put that made it, and of those it was made from (COND-5). */
        final List<String> lineage;
        /** When a read of S3 began that said so; minus infinity if S3 was not asked (EXP-2). */
        final double confirmed;

        Known(String version, double floor, double knownAt, List<String> lineage, double confirmed) {
            this.version = version;
            this.floor = Double.isNaN(floor) ? Double.POSITIVE_INFINITY : floor;
            this.knownAt = knownAt;
            this.lineage = lineage;
            this.confirmed = confirmed;
        }

        static Known unknown(double now) {
            return new Known(UNKNOWN, Double.POSITIVE_INFINITY, now, List.of(), Double.NEGATIVE_INFINITY);
        }

        boolean isUnknown() {
            return UNKNOWN.equals(version);
        }

        boolean is(String other) {
            return version == null ? other == null : version.equals(other);
        }
    }

    /** Puts and removes of a name that are under way. */
    private static final class Writing {
        final Known before;
        int count;
        boolean isOverlapped;

        Writing(Known before) {
            this.before = before;
        }
    }

    private final Stats stats;
    private final Stats ofRecords;
    private final LruMap<Known> known = new LruMap<>();
    private final Map<String, Writing> writing = new HashMap<>();
    /** Of forgotten names: when the newest of their states was known. */
    private double horizon = Double.NEGATIVE_INFINITY;

    Session(Stats stats, Stats ofRecords) {
        this.stats = stats;
        this.ofRecords = ofRecords;
    }

    /** Whether a request to the edge that begins now can bring anything that is accepted (SES-3 to SES-5). */
    boolean trustsEdges(String name, Clock clock) {
        Known it = known.get(name);
        if (it != null) {
            return !it.isUnknown();
        }
        return horizon == Double.NEGATIVE_INFINITY || clock.wallMillis() - SECOND >= horizon;
    }

    /** Whether an answer of the edge, to a request of then, is as new as what is known (SES-3, SES-5). */
    boolean accepts(String name, Answer answer, double started) {
        Known it = known.get(name);
        if (it == null) {
            // Age counts whole seconds: the copy may be almost one second older.
            return started - (answer.age() + 1) * SECOND >= horizon;
        }
        if (it.isUnknown()) {
            return false;
        }
        if (answer.document() == null) {
            return it.version == null;
        }
        if (answer.version().equals(it.version)) {
            counts(name).acceptedByVersion++;
            return true;
        }
        if (!(answer.storedAt() >= it.floor + SECOND)) {
            return false;
        }
        counts(name).acceptedByTime++;
        return true;
    }

    /**
     * Since when an accepted answer of the edge may hide something newer (EXP-1, EXP-2): since the edge fetched its copy, or, for the
     * max-age of the answer, since S3 itself said the same.
     */
    double fetched(String name, Answer answer, double started, double now) {
        double fetched = answer.fetchedAt(started);
        Known it = known.get(name);
        if (it == null || !it.is(answer.version())) {
            return fetched;
        }
        boolean isRecent = it.confirmed <= now && now <= it.confirmed + answer.maxAge() * SECOND;
        return isRecent ? Math.max(fetched, it.confirmed) : fetched;
    }

    /** Whether nothing newer than a version is known, as of a stale copy that somebody else was given. */
    boolean isNewest(String name, String version) {
        Known it = known.get(name);
        return it == null || it.is(version);
    }

    /** Whether another version is known, or was until something happened to it. */
    boolean knowsOther(String name, Answer answer) {
        Known it = known.get(name);
        return it != null && !it.is(versionOf(answer));
    }

    /** Notes an answer that was accepted. */
    void learn(String name, Answer answer, Envelope envelope, double knownAt) {
        LruMap.Place<Known> place = known.find(name);
        String version = versionOf(answer);
        if (place != null && version != null && place.value.is(version)) {
            known.use(place);
        } else {
            put(name, stateOf(answer, envelope, version, knownAt, Double.NEGATIVE_INFINITY));
        }
    }

    /** What a read of S3 that begins now has to be held against when it ends. */
    Known view(String name) {
        return known.get(name);
    }

    /**
     * Notes what S3 said, unless something happened to the name since a read of then had that view.
     *
     * @return whether it is the newest state, which memory may hold
     */
    boolean learnFromS3(String name, Answer answer, Envelope envelope, Known view, double began, double now) {
        Known read = stateOf(answer, envelope, envelope == null ? null : answer.version(), now, began);
        if (known.get(name) != view || horizon > began || writing.containsKey(name)) {
            doubt(name, read);
            return false;
        }
        put(name, read);
        return true;
    }

    /** Notes that a put or remove begins: until it ends nobody can tell the state (SES-4). */
    void begin(String name, double now) {
        Writing it = writing.get(name);
        if (it == null) {
            it = new Writing(known.get(name));
            writing.put(name, it);
        }
        it.count++;
        it.isOverlapped |= it.count > 1;
        put(name, Known.unknown(now));
    }

    /**
     * Notes that a put or remove has ended.
     *
     * @param made what it made of the name; null if that is unknown
     * @param isRefused whether nothing was changed for sure
     * @return whether the state is the one that it made
     */
    boolean end(String name, double now, Known made, boolean isRefused) {
        Writing it = writing.get(name);
        it.count--;
        if (it.count == 0) {
            writing.remove(name);
        }
        if (it.count > 0 || it.isOverlapped) {
            put(name, Known.unknown(now));
            return false;
        }
        if (isRefused && it.before == null) {
            known.remove(name);
        } else if (isRefused) {
            put(name, it.before);
        } else {
            put(name, made == null ? Known.unknown(now) : made);
        }
        return made != null;
    }

    /** The {@code Date} of the answer to a put of this object; NaN if that version is not the one known. */
    double floor(String name, String version) {
        Known it = known.get(name);
        return it != null && it.is(version) && it.floor < Double.POSITIVE_INFINITY ? it.floor : Double.NaN;
    }

    /** The ids of the put that made a version and of those before it; none if it is not the one known. */
    List<String> lineage(String name, String version) {
        Known it = known.get(name);
        return it != null && it.is(version) ? it.lineage : List.of();
    }

    /** Forgets the names under a prefix: nothing that was fetched before now is accepted for them. */
    void forget(String prefix, double now) {
        horizon = Math.max(horizon, now);
        for (LruMap.Place<Known> place = known.oldest(), next; place != null; place = next) {
            next = place.newer();
            if (place.name.startsWith(prefix) && !writing.containsKey(place.name)) {
                known.remove(place.name);
            }
        }
    }

    /** Notes what S3 said while something else was learnt: nobody knows which of the two is newer (SES-4). */
    private void doubt(String name, Known read) {
        Known it = known.get(name);
        Writing under = writing.get(name);
        if (under != null) {
            under.isOverlapped |= under.before == null || !under.before.is(read.version) || read.version == null;
        } else if (it == null || !it.is(read.version)) {
            put(name, Known.unknown(read.knownAt));
        } else if (read.version == null) {
            it.floor = Math.max(it.floor, read.floor);
        }
    }

    private void put(String name, Known it) {
        known.put(name, it);
        if (known.size() > MAX_NAMES) {
            LruMap.Place<Known> dropped = known.oldest();
            known.remove(dropped.name);
            horizon = Math.max(horizon, dropped.value.knownAt);
        }
    }

    private Stats counts(String name) {
        return Names.isTagRecord(name) ? ofRecords : stats;
    }

    private static Known stateOf(Answer answer, Envelope envelope, String version, double knownAt, double confirmed) {
        double floor = envelope == null ? answer.date() : answer.storedAt();
        return new Known(version, floor, knownAt, Lineage.of(answer, envelope), confirmed);
    }

    private static String versionOf(Answer answer) {
        return answer.document() == null ? null : answer.version();
    }
}
