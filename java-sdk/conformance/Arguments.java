package io.github.memoryservice.memory;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Arguments and options of requests as Java has them. What no compiler lets pass is refused here, as the SDK would. */
final class Arguments {
    private static final double NANOS = 1e9;
    private static final double LONGEST = 9e9;

    private Arguments() {}

    /** The options of a request; null without. */
    static Options options(Map<String, Object> request) {
        Map<String, Object> given = Driver.map(request, "options");
        if (given.isEmpty()) {
            return null;
        }
        Options options = new Options();
        given.forEach((name, value) -> add(options, name, value));
        return options;
    }

    private static void add(Options options, String name, Object value) {
        switch (name) {
            case "ttl":
            case "value_ttl":
                options.ttl(seconds(value));
                break;
            case "ttl_if_new":
                options.ttlIfNew(seconds(value));
                break;
            case "edge_ttl":
                options.edgeTtl(seconds(value));
                break;
            case "storage_class":
                options.storageClass(text(value));
                break;
            case "tags":
                if (!(value instanceof List<?> tags)) {
                    throw refused(value);
                }
                options.tags(tags.stream().map(Arguments::text).toList());
                break;
            case "if_absent":
                if (flag(value)) {
                    options.ifAbsent();
                }
                break;
            case "invalidate":
                if (flag(value)) {
                    options.invalidate();
                }
                break;
            case "if_version":
                options.ifVersion(text(value));
                break;
            case "attempts":
                options.attempts(Math.toIntExact(Math.min(whole(value), Integer.MAX_VALUE)));
                break;
            default:
                throw refused(name);
        }
    }

    /** A time in seconds; null of null. */
    static Duration seconds(Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Number number && Math.abs(number.doubleValue()) <= LONGEST) {
            return Duration.ofNanos((long) (number.doubleValue() * NANOS));
        }
        if (value instanceof Number number && !Double.isNaN(number.doubleValue())) {
            return Duration.ofSeconds((long) number.doubleValue());
        }
        throw refused(value);
    }

    static long whole(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw refused(value);
    }

    static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw refused(value);
    }

    static boolean flag(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw refused(value);
    }

    private static ConfigurationException refused(Object value) {
        return new ConfigurationException("no compiler lets this pass: " + value);
    }
}
