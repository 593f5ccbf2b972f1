package io.github.memoryservice.memory;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** What a service is configured with, checked (section 5). */
final class Config {
    static final String PUBLIC = "public";
    static final String PRIVATE = "private";

    private static final List<String> KEYS = List.of(
            "DISTRIBUTION",
            "BUCKET_NAME",
            "REGION",
            "PK_PATH",
            "PUBLIC_KEY_ID",
            "VISIBILITY",
            "EDGE_TTL",
            "STORAGE_CLASS",
            "MAX_VALUE_BYTES",
            "EDGE_ENDPOINT",
            "SIGNATURE_LIFETIME",
            "HASH_ALGORITHM",
            "DEADLINE",
            "FAILOVER",
            "STALE_IF_ERROR",
            "LOCAL_MAX_ITEMS",
            "LOCAL_MAX_BYTES",
            "CHANGES",
            "DISTRIBUTION_ID",
            "ROLE_ARN",
            "MAX_GRANT",
            "LOG_LEVEL");
    private static final int DAY = 86_400;
    private static final int MIB = 1024 * 1024;
    private static final int MAX_SHOWN = 80;
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern REGION = Pattern.compile("(?=.{1,63}$)[a-z0-9]+(-[a-z0-9]+)*");
    /** Names of older SDKs for something else than a Region. */
    private static final Pattern PSEUDO_REGION = Pattern.compile("fips-.*|.*-fips|aws-([a-z]+-)*global");
    private static final Pattern PUBLIC_KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final Pattern KEY_ARN = Pattern.compile("arn:aws[a-z-]{0,20}:(ssm(?=[a-z0-9:-]*:parameter/)|secretsmanager(?=[a-z0-9:-]*:secret:)):"
            + "(?!fips-|[a-z0-9-]*-fips:)(?=[a-z0-9-]{1,63}:)[a-z0-9]+(-[a-z0-9]+)*:[0-9]{12}:(parameter/|secret:)[A-Za-z0-9_+=,.@/-]{1,1011}");
    private static final Pattern DISTRIBUTION_ID = Pattern.compile("[A-Z0-9]{1,64}");
    private static final Pattern ROLE_ARN = Pattern.compile("arn:aws[a-z-]{0,20}:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    /** Where values are read. */
    final WebOrigin distribution;
    /** Where to connect for that. */
    final WebOrigin edge;
    final String bucket;
    /** Of the bucket; null if nobody says it: then only edges can be asked. */
    final String region;
    /** {@link #PUBLIC} or {@link #PRIVATE}. */
    final String visibility;
    /** Private only: the path of a PEM file, or the ARN of a parameter or secret; else null. */
    final String keySource;
    /** Private only; null if the secret brings it. */
    final String publicKeyId;
    /** Seconds. */
    final int edgeTtl;
    /** Of what is put (OBJ-5). */
    final String storageClass;
    /** Of JSON. */
    final int maxValueBytes;
    /** Seconds. */
    final int signatureLifetime;
    /** Of signatures: {@code sha256} or {@code sha1}. */
    final String hashAlgorithm;
    /** Seconds that a call may take (TIME-1). */
    final int deadline;
    /** Whether S3 is read when the edge cannot be read. */
    final boolean failover;
    /** Seconds that a copy may be served beyond its freshness while S3 cannot be read. */
    final int staleIfError;
    /** How many copies an object keeps. */
    final int localMaxItems;
    /** How many bytes of them. */
    final int localMaxBytes;
    /** Whether the service has a change record (section 14). */
    final boolean changes;
    /** For invalidations; null without. */
    final String distributionId;
    /** Of a role to assume before S3 or CloudFront's API is asked; null for none. */
    final String roleArn;
    /** Seconds that a grant may last. */
    final int maxGrant;
    /** {@code debug}, {@code info}, {@code warn}, {@code error} or {@code silent}; null for the platform's. */
    final String logLevel;

    private final Map<String, ?> parameters;
    private final Map<String, String> environment;

    private Config(Map<String, ?> parameters, Map<String, String> environment, Supplier<Given> platformRegion) {
        this.parameters = parameters;
        this.environment = environment;
        distribution = WebOrigin.read("DISTRIBUTION", required("DISTRIBUTION", "the host name of the CloudFront distribution"));
        String endpoint = text("EDGE_ENDPOINT");
        edge = endpoint == null ? distribution : WebOrigin.read("EDGE_ENDPOINT", endpoint);
        required("BUCKET_NAME", "the name of the S3 bucket");
        bucket = matching("BUCKET_NAME", BUCKET, "my-bucket");
        Given given = given("REGION");
        region = readRegion(given == null ? platformRegion.get() : given);
        visibility = readVisibility();
        keySource = visibility.equals(PRIVATE) ? readKeySource() : null;
        boolean isBrought = keySource == null || keySource.startsWith("arn:") && !isPresent("PUBLIC_KEY_ID");
        if (!isBrought) {
            required("PUBLIC_KEY_ID", "the id of the public key in CloudFront");
        }
        publicKeyId = isBrought ? null : matching("PUBLIC_KEY_ID", PUBLIC_KEY_ID, "K36X4X2EO997HM");
        edgeTtl = integer("EDGE_TTL", 5, 1, Options.MAX_EDGE_TTL);
        String named = text("STORAGE_CLASS");
        storageClass = named == null ? "STANDARD" : Options.checkStorageClass("STORAGE_CLASS", named);
        maxValueBytes = integer("MAX_VALUE_BYTES", 2 * MIB, 1, 256 * MIB);
        signatureLifetime = integer("SIGNATURE_LIFETIME", 900, 10, DAY);
        String hash = choice("HASH_ALGORITHM", "sha256", "sha1");
        hashAlgorithm = hash == null ? "sha256" : hash;
        deadline = integer("DEADLINE", 5, 1, 60);
        failover = flag("FAILOVER", true);
        staleIfError = integer("STALE_IF_ERROR", 300, 0, DAY);
        localMaxItems = integer("LOCAL_MAX_ITEMS", 10_000, 0, 10_000_000);
        localMaxBytes = integer("LOCAL_MAX_BYTES", 16 * MIB, 0, Integer.MAX_VALUE);
        changes = flag("CHANGES", false);
        distributionId = matching("DISTRIBUTION_ID", DISTRIBUTION_ID, "E1A2B3C4D5E6F7");
        roleArn = matching("ROLE_ARN", ROLE_ARN, "arn:aws:iam::111122223333:role/name");
        maxGrant = integer("MAX_GRANT", 3600, 1, DAY);
        logLevel = choice("LOG_LEVEL", "debug", "info", "warn", "error", "silent");
    }

    /**
     * Reads each key from the parameters, else from the environment as {@code MEMORY_<key>} (CFG-1).
     *
     * @param platformRegion the Region that variables or the profile name, and what names it; null if nobody says one (END-1)
     * @throws ConfigurationException CFG-2 to CFG-5, PRV-1, PRV-2
     */
    static Config read(Map<String, ?> parameters, Map<String, String> environment, Supplier<Given> platformRegion) {
        if (parameters == null) {
            throw new ConfigurationException("The parameters must be a Map like Map.of(\"DISTRIBUTION\", …), not null.");
        }
        for (String key : parameters.keySet()) {
            if (!KEYS.contains(key)) {
                throw new ConfigurationException("The parameter " + key + " is unknown. Did you mean " + DidYouMean.nearest(String.valueOf(key), KEYS) + "?");
            }
        }
        return new Config(parameters, environment, platformRegion);
    }

    /** Whether a key is as much as mentioned (PRV-1). */
    private boolean isPresent(String key) {
        return parameters.containsKey(key) || environment.containsKey("MEMORY_" + key);
    }

    /** Null also for what is empty: an unset variable often arrives as an empty text. */
    private Object value(String key) {
        Object value = parameters.get(key);
        String text = value instanceof String given ? trimmed(given) : null;
        if (value != null && !"".equals(text)) {
            return text == null ? value : text;
        }
        String variable = environment.get("MEMORY_" + key);
        return variable == null || trimmed(variable).isEmpty() ? null : trimmed(variable);
    }

    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isAround(text.charAt(start))) {
            start++;
        }
        while (start < end && isAround(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isAround(char letter) {
        return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
    }

    private String text(String key) {
        Object value = value(key);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new ConfigurationException(key + " must be a String, not a " + value.getClass().getSimpleName() + ".");
    }

    /** As it was given, with what is around it. */
    private Given given(String key) {
        if (text(key) == null) {
            return null;
        }
        String text = (String) parameters.get(key);
        return new Given(key, text == null || trimmed(text).isEmpty() ? environment.get("MEMORY_" + key) : text);
    }

    private String required(String key, String meaning) {
        String value = text(key);
        if (value != null) {
            return value;
        }
        throw missing(key, meaning);
    }

    private ConfigurationException missing(String key, String meaning) {
        String state = isPresent(key) ? "empty or null" : "missing";
        return new ConfigurationException(key + " is " + state + ": give " + meaning + " in the parameters or as MEMORY_" + key + ".");
    }

    private String matching(String key, Pattern form, String example) {
        String value = text(key);
        if (value == null || form.matcher(value).matches()) {
            return value;
        }
        throw new ConfigurationException(key + " must look like " + example + ", not " + Json.quote(value) + ".");
    }

    private int integer(String key, int fallback, int least, int most) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        boolean isText = value instanceof String text && NUMBER.matcher(text).matches();
        if (isText || value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            long number = Long.parseLong(value.toString());
            if (number >= least && number <= most) {
                return (int) number;
            }
        }
        throw new ConfigurationException(key + " must be an integer from " + least + " to " + most + ", not " + shown(value) + ".");
    }

    private boolean flag(String key, boolean fallback) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        String word = value instanceof Boolean || value instanceof String ? value.toString().toLowerCase(Locale.ROOT) : "";
        if (word.equals("true") || word.equals("false")) {
            return word.equals("true");
        }
        throw new ConfigurationException(key + " must be true or false, not " + shown(value) + ".");
    }

    private String choice(String key, String... choices) {
        String value = text(key);
        if (value == null) {
            return null;
        }
        for (String choice : choices) {
            if (choice.equals(value.toLowerCase(Locale.ROOT))) {
                return choice;
            }
        }
        throw new ConfigurationException(key + " must be one of " + String.join(", ", choices) + ", not " + Json.quote(value) + ".");
    }

    private static String shown(Object value) {
        return value instanceof String text ? Json.quote(text) : value instanceof Number ? value.toString() : "a " + value.getClass().getSimpleName();
    }

    /** A service is private if a key is as much as mentioned: an unset variable must never turn secrets public. */
    private String readVisibility() {
        String pinned = choice("VISIBILITY", PUBLIC, PRIVATE);
        if (pinned == null && isPresent("VISIBILITY")) {
            throw new ConfigurationException("VISIBILITY is empty or null: make it public or private, or leave it out.");
        }
        if (!isPresent("PK_PATH") && !isPresent("PUBLIC_KEY_ID")) {
            if (!PRIVATE.equals(pinned)) {
                return PUBLIC;
            }
            throw new ConfigurationException("VISIBILITY is private: give PK_PATH and PUBLIC_KEY_ID as well.");
        }
        if (PUBLIC.equals(pinned)) {
            throw new ConfigurationException("VISIBILITY is public: leave out PK_PATH and PUBLIC_KEY_ID, even empty ones.");
        }
        return PRIVATE;
    }

    private String readKeySource() {
        Object value = value("PK_PATH");
        if (value instanceof Path file) {
            return file.toAbsolutePath().toString(); // which no ARN begins
        }
        String source = required("PK_PATH", "the path of a PEM file or the ARN of a parameter or secret");
        if (!source.startsWith("arn:") || KEY_ARN.matcher(source).matches()) {
            return source;
        }
        throw new ConfigurationException("PK_PATH is neither the ARN of an SSM parameter nor of a Secrets Manager secret: " + Json.quote(source) + ".");
    }

    private static String readRegion(Given given) {
        if (given == null) {
            return null;
        }
        String value = given.value;
        if (REGION.matcher(value).matches() && !PSEUDO_REGION.matcher(value).matches()) {
            return value;
        }
        String shown = value.length() > MAX_SHOWN ? value.substring(0, MAX_SHOWN) : value;
        throw new ConfigurationException(given.name + " is no Region: " + Json.quote(shown) + ".");
    }
}
