package io.github.memoryservice.memory;

import java.util.HashMap;
import java.util.Map;

/** Reads the records of tags, and judges documents by them (section 15.3). */
final class TagReader {
    /** Reads a record as a value is read, given its name and key. */
    interface Records {
        Reading read(String name, String key, Deadline edgeDeadline, Deadline deadline);
    }

    /** Reads a record, given its name and key. */
    interface Source {
        Reading read(String name, String key);
    }

    /** What S3 has said is not valid (CTAG-8). */
    private static final class Invalid {
        final String version;
        final double asked;
        final Map<String, String> differing;

        Invalid(String version, double asked, Map<String, String> differing) {
            this.version = version;
            this.asked = asked;
            this.differing = differing;
        }
    }

    private static final double RESTORED_MILLIS = 30_000; // CTAG-3
    private static final int KEPT = 10_000;

    private final String visibility;
    private final String place;
    private final State state;
    private final LruMap<Invalid> invalid = new LruMap<>();

    TagReader(Config config, String place, State state) {
        this.visibility = config.visibility;
        this.place = place;
        this.state = state;
    }

    /** The generation of a tag by its record; null if there is none that is believed (CTAG-3). */
    static String generationOf(CachedValue copy) {
        if (copy == null || !"int".equals(copy.type) || copy.write == null || copy.expiresAt != null) {
            return null;
        }
        double at = ((Number) copy.value()).doubleValue();
        return copy.storedAt <= at + RESTORED_MILLIS ? copy.write : null; // not of NaN
    }

    /** The key of a tag's record. */
    String key(String tag) {
        return visibility + Names.tagPath(visibility, place, tag);
    }

    /** Holds the generations of a document against the records; ends with the error of one that cannot be read (CTAG-9). */
    Verdict judge(Map<String, String> generations, Source source) {
        int turn = state.turn;
        Map<String, Reading> readings =
                Batch.forAll(generations.keySet(), tag -> source.read(Names.tagName(tag), key(tag)));
        Map<String, String> differing = new HashMap<>();
        double until = Double.POSITIVE_INFINITY;
        boolean isStale = false;
        for (Map.Entry<String, Reading> entry : readings.entrySet()) {
            CachedValue copy = entry.getValue().copy;
            String generation = generationOf(copy);
            if (!generations.get(entry.getKey()).equals(generation)) {
                differing.put(entry.getKey(), generation);
            }
            if (copy != null) {
                until = Math.min(until, copy.ownUntil);
            }
            isStale |= Reading.STALE.equals(entry.getValue().source);
        }
        return new Verdict(differing, isStale ? Double.NEGATIVE_INFINITY : until, isStale, turn);
    }

    /** Whether S3 has said before that a version is not valid, and nothing is newer (CTAG-8, EXP-2). */
    boolean isKnownInvalid(String name, CachedValue copy, Verdict verdict, double now) {
        Invalid it = invalid.get(name);
        return it != null
                && it.version.equals(copy.version)
                && it.asked <= now
                && now <= it.asked + copy.ownUntil - copy.fetched
                && verdict.differing.entrySet().containsAll(it.differing.entrySet());
    }

    /** Notes what S3 has said of a version. */
    void noteInvalid(String name, CachedValue copy, Verdict verdict) {
        invalid.put(name, new Invalid(copy.version, copy.started, verdict.differing));
        if (invalid.size() > KEPT) {
            invalid.remove(invalid.oldest().name);
        }
    }
}
