package io.github.memoryservice.memory;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The headers of an answer by their names in lower case (WIRE-4). */
final class Headers {
    private final Map<String, String> values = new HashMap<>();

    /** Adds one line. Of several of a name the values are joined as a list, or the first counts. */
    void add(String name, String value) {
        String key = name.toLowerCase(Locale.ROOT);
        String before = values.putIfAbsent(key, value);
        if (before != null && !isSingle(key)) {
            values.put(key, before + ", " + value);
        }
    }

    /** The value of a name in lower case; null without. */
    String get(String name) {
        return values.get(name);
    }

    /** The value of a name in lower case; empty without. */
    String text(String name) {
        return values.getOrDefault(name, "");
    }

    private static boolean isSingle(String name) {
        switch (name) {
            case "age":
            case "date":
            case "etag":
            case "last-modified":
            case "location":
            case "x-amz-bucket-region":
            case "x-amz-storage-class":
                return true;
            default:
                return false;
        }
    }
}
