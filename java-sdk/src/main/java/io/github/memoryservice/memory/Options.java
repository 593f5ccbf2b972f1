package io.github.memoryservice.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a call may say besides the name and the value: {@code new Options().ttl(Duration.ofMinutes(5)).tags(List.of("product/7"))}. A call
 * refuses an option that it does not have with {@link ConfigurationException}, before any I/O.
 */
public final class Options {
    /** Seconds. */
    static final int MAX_EDGE_TTL = 86_400;

    /** What calls that store a value have in common. */
    static final List<String> STORAGE = List.of("ttl", "edgeTtl", "storageClass", "tags");

    static final List<String> PUT = List.of("ttl", "edgeTtl", "storageClass", "tags", "ifAbsent", "ifVersion", "invalidate");
    static final List<String> PUT_MANY = List.of("ttl", "edgeTtl", "storageClass", "tags", "invalidate");
    static final List<String> UPDATE = List.of("ttl", "edgeTtl", "storageClass", "tags", "ttlIfNew", "invalidate", "attempts");
    static final List<String> REMOVE = List.of("invalidate");

    private static final List<String> STORAGE_CLASSES =
            List.of("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR");
    private static final int ATTEMPTS = 100;
    private static final int MAX_ATTEMPTS = 1_000_000;
    private static final double NANOS = 1e9;
    /** Seconds: a hundred years. Who keeps a value longer has mistaken milliseconds for seconds. */
    private static final long MAX_TTL = 100L * 365 * 86_400;

    private final Map<String, Object> given = new LinkedHashMap<>();

    /** Options that say nothing yet. */
    public Options() {}

    /**
     * How long the value exists.
     *
     * @param ttl from one second to a hundred years
     * @return this
     */
    public Options ttl(Duration ttl) {
        return with("ttl", ttl);
    }

    /**
     * How long the value exists if it is new or had no end; of any other it stays as it was (UPD-6).
     *
     * @param ttl from one second to a hundred years
     * @return this
     */
    public Options ttlIfNew(Duration ttl) {
        return with("ttlIfNew", ttl);
    }

    /**
     * How long an edge, or a memory, may serve a copy without asking S3.
     *
     * @param edgeTtl whole seconds, from one to a day
     * @return this
     */
    public Options edgeTtl(Duration edgeTtl) {
        return with("edgeTtl", edgeTtl);
    }

    /**
     * In which storage class of S3 the value is kept (OBJ-5).
     *
     * @param storageClass such as {@code STANDARD_IA}
     * @return this
     */
    public Options storageClass(String storageClass) {
        return with("storageClass", storageClass);
    }

    /**
     * What the value can be invalidated by.
     *
     * @param tags at most 16 (CTAG-11)
     * @return this
     */
    public Options tags(Collection<String> tags) {
        return with("tags", tags == null ? null : new ArrayList<>(tags));
    }

    /**
     * Put only if there is no value (COND-1).
     *
     * @return this
     */
    public Options ifAbsent() {
        return with("ifAbsent", true);
    }

    /**
     * Put only if what is stored has this version (COND-2).
     *
     * @param version what a put or an entry gave
     * @return this
     */
    public Options ifVersion(String version) {
        return with("ifVersion", version);
    }

    /**
     * Drop the value from all edges when it has been stored or removed; needs {@code DISTRIBUTION_ID} (INV-1).
     *
     * @return this
     */
    public Options invalidate() {
        return with("invalidate", true);
    }

    /**
     * How often an update or increment is tried (UPD-2).
     *
     * @param attempts from 1 to 1,000,000, the first among them; 100 unless given
     * @return this
     */
    public Options attempts(int attempts) {
        return with("attempts", attempts);
    }

    private Options with(String option, Object value) {
        if (value == null) {
            throw new ConfigurationException(option + " must not be null: leave it out.");
        }
        given.put(option, value);
        return this;
    }

    /** Refuses what the call does not have. */
    private void check(List<String> known, String whose) {
        for (String option : given.keySet()) {
            if (!known.contains(option)) {
                throw new ConfigurationException(option + " is no option of " + whose + ": it takes " + String.join(", ", known) + ".");
            }
        }
    }

    /**
     * What a call that stores says, with what the service is configured with filled in.
     *
     * @param options null for none
     * @param known what the call has
     * @param whose in words, for the error
     * @throws ConfigurationException PUT-3, OBJ-5, COND-3, INV-2, UPD-2, UPD-6, CTAG-11
     */
    static PutOptions read(Options options, List<String> known, String whose, Config config) {
        Options all = options == null ? new Options() : options;
        all.check(known, whose);
        return new PutOptions(
                all.seconds("ttl"),
                all.seconds("ttlIfNew"),
                all.edgeTtl(config),
                all.storageClass(config),
                all.tags(),
                all.condition(),
                all.isInvalidating(config),
                all.attempts());
    }

    /**
     * Whether a call that stores no value asks CloudFront to drop what edges have.
     *
     * @throws ConfigurationException INV-2
     */
    static boolean readInvalidate(Options options, String whose, Config config) {
        if (options == null) {
            return false;
        }
        options.check(REMOVE, whose);
        return options.isInvalidating(config);
    }

    private double seconds(String option) {
        if (!(given.get(option) instanceof Duration ttl)) {
            return Double.NaN;
        }
        double seconds = ttl.getSeconds() + ttl.getNano() / NANOS;
        if (seconds >= 1 && seconds <= MAX_TTL) {
            return seconds;
        }
        throw new ConfigurationException(option + " must be from 1 to " + MAX_TTL + " seconds, not " + ttl + ".");
    }

    private int edgeTtl(Config config) {
        if (!(given.get("edgeTtl") instanceof Duration ttl)) {
            return config.edgeTtl;
        }
        if (ttl.getNano() == 0 && ttl.getSeconds() >= 1 && ttl.getSeconds() <= MAX_EDGE_TTL) {
            return (int) ttl.getSeconds();
        }
        throw new ConfigurationException("edgeTtl must be whole seconds from 1 to " + MAX_EDGE_TTL + ", not " + ttl + ".");
    }

    private String storageClass(Config config) {
        Object named = given.get("storageClass");
        return named == null ? config.storageClass : checkStorageClass("storageClass", (String) named);
    }

    private List<String> tags() {
        return given.get("tags") instanceof Collection<?> tags ? checkTags(tags, Generations.MAX_TAGS) : null;
    }

    /** What must be stored now: a version, nothing if it is empty; null for no condition. */
    private String condition() {
        boolean isForAbsent = given.containsKey("ifAbsent");
        if (!(given.get("ifVersion") instanceof String version)) {
            return isForAbsent ? "" : null;
        }
        if (isForAbsent) {
            throw new ConfigurationException("A put has one condition: ifAbsent or ifVersion, not both.");
        }
        if (!version.isEmpty() && version.chars().allMatch(letter -> letter > ' ' && letter < 0x7f && letter != '"')) {
            return version;
        }
        throw new ConfigurationException("ifVersion must be what a put or an entry gave as version, not " + Names.show(version) + ".");
    }

    private boolean isInvalidating(Config config) {
        if (!given.containsKey("invalidate")) {
            return false;
        }
        if (config.distributionId != null) {
            return true;
        }
        throw new ConfigurationException("invalidate needs DISTRIBUTION_ID: give the id of the distribution in the parameters.");
    }

    private int attempts() {
        if (given.containsKey("ttl") && given.containsKey("ttlIfNew")) {
            throw new ConfigurationException("An update has ttl or ttlIfNew, not both.");
        }
        int attempts = (Integer) given.getOrDefault("attempts", ATTEMPTS);
        if (attempts >= 1 && attempts <= MAX_ATTEMPTS) {
            return attempts;
        }
        throw new ConfigurationException("attempts must be from 1 to " + MAX_ATTEMPTS + ", not " + attempts + ".");
    }

    /**
     * Tags, each once.
     *
     * @throws ConfigurationException CTAG-11
     */
    static List<String> checkTags(Collection<?> tags, int most) {
        Set<String> once = new LinkedHashSet<>();
        for (Object tag : tags) {
            if (!(tag instanceof String text)) {
                throw new ConfigurationException("tags must be texts like \"product/7\", and one of them is none.");
            }
            once.add(text);
        }
        if (once.size() > most) {
            throw new ConfigurationException("A value has at most " + most + " tags, not " + once.size() + ".");
        }
        return List.copyOf(once);
    }

    /**
     * The ttl of a grant in whole seconds.
     *
     * @throws ConfigurationException GRANT-2
     */
    static int checkGrantTtl(Duration ttl, int most) {
        if (ttl != null && ttl.getNano() == 0 && ttl.getSeconds() >= 1 && ttl.getSeconds() <= most) {
            return (int) ttl.getSeconds();
        }
        throw new ConfigurationException("The ttl of a grant must be whole seconds from 1 to " + most + ", not " + ttl + ".");
    }

    /**
     * What a document may take, in bytes.
     *
     * @throws ConfigurationException WGRANT-2
     */
    static int checkMaxBytes(long size, int most) {
        if (size >= 1 && size <= most) {
            return (int) size;
        }
        throw new ConfigurationException("maxBytes of a write grant must be from 1 to " + most + ", not " + size + ".");
    }

    /**
     * Checks a storage class.
     *
     * @throws ConfigurationException OBJ-5
     */
    static String checkStorageClass(String where, String given) {
        if (STORAGE_CLASSES.contains(given)) {
            return given;
        }
        throw new ConfigurationException(where + " must be one of " + String.join(", ", STORAGE_CLASSES) + ", not " + Json.quote(given) + ".");
    }
}
