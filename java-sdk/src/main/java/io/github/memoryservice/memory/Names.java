package io.github.memoryservice.memory;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Names as object keys and paths of URLs (section 1). */
final class Names {
    private static final int MAX_SERVICE = 64;
    private static final int MAX_KEY_BYTES = 1024;
    private static final int MAX_SHOWN = 80;
    private static final String PLACE_WITH_RECORD = ".changes";
    /** The record's in its place: no name makes it, since a dot is escaped (CHG-1). */
    private static final String RECORD = "/.changes.json";
    /** Where the records of tags are; no name makes such a key either (CTAG-1). */
    private static final String TAGS = "/.tags";
    private static final String RESERVED = "cached/";
    private static final String ENDING = ".json";
    private static final int HASH_DIGITS = 32;
    private static final String HEX = "0123456789ABCDEF";

    private Names() {}

    /**
     * Checks a service name (NAME-1).
     *
     * @return the same
     * @throws InvalidNameException unless it is one
     */
    static String checkServiceName(String service) {
        boolean isOne = service != null && !service.isEmpty() && service.length() <= MAX_SERVICE;
        for (int at = 0; isOne && at < service.length(); at++) {
            isOne = isPlain(service.charAt(at)) && service.charAt(at) != '/';
        }
        if (isOne) {
            return service;
        }
        throw new InvalidNameException("The service name must be 1 to 64 of A-Z a-z 0-9 _ -, not " + show(service) + ".");
    }

    /** The place of all that a service stores (KEY-1). */
    static String placeOf(String service, boolean changes) {
        return changes ? service + PLACE_WITH_RECORD : service;
    }

    /**
     * The path of a value's URL (NAME-2 to NAME-4, KEY-2, URL-1); with the visibility before it, its key.
     *
     * @throws InvalidNameException if it is no name, or makes a key that is too long for that visibility (KEY-3)
     */
    static String path(String visibility, String place, String name) {
        if (name == null) {
            throw new InvalidNameException("A name must be a String, not null.");
        }
        if (hasEmptySegment(name)) {
            throw new InvalidNameException("The name " + show(name) + " has an empty segment: write it like \"a\" or \"a/b\".");
        }
        if (!Json.isWellFormed(name)) {
            throw new InvalidNameException("The name " + show(name) + " has half a surrogate pair: it is no valid Unicode text.");
        }
        String path = "/" + place + "/" + escape(name) + ENDING;
        int length = visibility.length() + path.length();
        if (length > MAX_KEY_BYTES) {
            throw new InvalidNameException(
                    "The name " + show(name) + " makes an object key of " + length + " bytes; S3 allows " + MAX_KEY_BYTES + ". Shorten it.");
        }
        return path;
    }

    /**
     * The key of a value (KEY-1).
     *
     * @throws InvalidNameException as of {@link #path}
     */
    static String key(String visibility, String place, String name) {
        return visibility + path(visibility, place, name);
    }

    /** The path of the change record of a place (CHG-1); with the visibility before it, its key. */
    static String recordPath(String place) {
        return "/" + place + RECORD;
    }

    /** What a tag's record has for a name: one that no value has (CTAG-1). */
    static String tagName(String tag) {
        return "/" + tag;
    }

    /** Whether it is that of a tag's record. */
    static boolean isTagRecord(String name) {
        return name.startsWith("/");
    }

    /**
     * The path of a tag's record (CTAG-1); with the visibility before it, its key.
     *
     * @throws InvalidNameException unless the tag is a text by the rules of names
     */
    static String tagPath(String visibility, String place, String tag) {
        try {
            return path(visibility, place + TAGS, tag);
        } catch (InvalidNameException error) {
            throw new InvalidNameException("A tag is a text by the rules of names. " + error.getMessage());
        }
    }

    /** Whether it is a name, or a tag (NAME-2, NAME-3). */
    static boolean isName(String text) {
        return !hasEmptySegment(text) && Json.isWellFormed(text);
    }

    /**
     * Lets nothing be stored among the results of cached functions that is none (CALL-5).
     *
     * @throws InvalidNameException for such a name
     */
    static void refuseReserved(String name) {
        if (name == null || !name.startsWith(RESERVED) || isOfACall(name)) {
            return;
        }
        throw new InvalidNameException("The name " + show(name) + " is reserved: below " + RESERVED
                + " are the results of cached functions, and nothing else can be stored there. Begin it with another word, or take what"
                + " cacheName of the function returns.");
    }

    private static boolean isOfACall(String name) {
        int slash = name.lastIndexOf('/');
        return slash > RESERVED.length() && name.length() == slash + 1 + HASH_DIGITS && isHex(name, slash + 1);
    }

    private static boolean isHex(String text, int from) {
        for (int at = from; at < text.length(); at++) {
            char digit = text.charAt(at);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is meant as a prefix and not as a name (LIST-1). */
    static boolean isPrefix(String name) {
        return name != null && (name.isEmpty() || name.endsWith("/"));
    }

    /**
     * What the paths of all values under a prefix begin with; with the visibility before it, their keys (LIST-1).
     *
     * @throws InvalidNameException unless it is empty, or a name and a slash
     */
    static String prefixPath(String visibility, String place, String prefix) {
        if (!isPrefix(prefix)) {
            throw new InvalidNameException("A prefix must be empty or end with a slash like \"a/\", not " + show(prefix) + ".");
        }
        if (prefix.isEmpty()) {
            return "/" + place + "/";
        }
        String path = path(visibility, place, prefix.substring(0, prefix.length() - 1));
        return path.substring(0, path.length() - ENDING.length()) + "/";
    }

    /** The name that a writer makes a key of; null if no writer there makes it (LIST-2). */
    static String nameOf(String visibility, String place, String key) {
        String start = visibility + "/" + place + "/";
        if (!key.startsWith(start) || !key.endsWith(ENDING) || key.length() < start.length() + ENDING.length()) {
            return null;
        }
        String name = unescape(key.substring(start.length(), key.length() - ENDING.length()));
        return isName(name) && key.equals(start + escape(name) + ENDING) ? name : null;
    }

    private static boolean hasEmptySegment(String name) {
        return name.isEmpty() || name.startsWith("/") || name.endsWith("/") || name.contains("//");
    }

    /** So that key, path and signed resource are the same text everywhere (KEY-2). */
    private static String escape(String name) {
        int at = 0;
        while (at < name.length() && isPlain(name.charAt(at))) {
            at++;
        }
        if (at == name.length()) {
            return name;
        }
        StringBuilder escaped = new StringBuilder(name.length() + 16);
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain((char) octet)) {
                escaped.append((char) octet);
            } else {
                escaped.append('.').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
            }
        }
        return escaped.toString();
    }

    /** What need not be a name: what is no escape or no UTF-8 becomes a text that is escaped otherwise. */
    private static String unescape(String escaped) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(escaped.length());
        for (int at = 0; at < escaped.length(); at++) {
            char letter = escaped.charAt(at);
            if (letter == '.' && at + 2 < escaped.length()) {
                octets.write(HEX.indexOf(escaped.charAt(at + 1)) << 4 | HEX.indexOf(escaped.charAt(at + 2)) & 15);
                at += 2;
            } else {
                octets.write(letter);
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    private static boolean isPlain(char letter) {
        return letter >= 'a' && letter <= 'z'
                || letter >= 'A' && letter <= 'Z'
                || letter >= '0' && letter <= '9'
                || letter == '_'
                || letter == '-'
                || letter == '/';
    }

    /** A name for an error message. */
    static String show(String name) {
        if (name == null) {
            return "null";
        }
        return Json.quote(name.length() > MAX_SHOWN ? name.substring(0, MAX_SHOWN) + "…" : name);
    }
}
