package io.github.memoryservice.memory;

import java.util.Locale;

/** A document, or that there is none, and what the headers of CloudFront or S3 say about it. Times are Unix milliseconds, NaN if it does not say. */
final class Answer {
    static final String EDGE = "edge";
    static final String S3 = "s3";

    /** RFC 9111, 1.2.2: what is longer is this. */
    private static final long LONGEST = 2_147_483_648L;
    private static final int DIGITS = 9;
    private static final double SECOND = 1000;

    private final byte[] document;
    private final String source;
    private final Headers headers;
    private final boolean isUnchanged;
    private final long age;
    private final String control;

    /**
     * Notes an answer.
     *
     * @throws UnavailableException its Age is no number (WIRE-4)
     */
    Answer(byte[] document, String source, Headers headers, boolean isUnchanged) {
        this.document = document;
        this.source = source;
        this.headers = headers;
        this.isUnchanged = isUnchanged;
        String told = headers.get("age");
        this.age = told == null || S3.equals(source) ? 0 : age(told);
        this.control = headers.text("cache-control").toLowerCase(Locale.ROOT);
    }

    /** The document; null if there is none. */
    byte[] document() {
        return document;
    }

    String source() {
        return source;
    }

    /** Whether there is no other version than was known, and so no document. */
    boolean isUnchanged() {
        return isUnchanged;
    }

    /** Whole seconds since the edge fetched its copy. */
    long age() {
        return age;
    }

    /** The ETag without its quotes, and without the mark of whoever re-encoded the body. */
    String version() {
        return versionOf(headers);
    }

    static String versionOf(Headers headers) {
        String tag = headers.text("etag");
        int start = tag.startsWith("W/") ? 2 : 0;
        int end = tag.length();
        start += start < end && tag.charAt(start) == '"' ? 1 : 0;
        end -= start < end && tag.charAt(end - 1) == '"' ? 1 : 0;
        return tag.substring(start, end);
    }

    /** For how many seconds a copy is fresh; 0 if the answer does not say. */
    long maxAge() {
        return Math.max(0, directive("max-age="));
    }

    /** For how many seconds more it may be served while S3 cannot be read; -1 if the answer does not say. */
    long staleIfError() {
        return directive("stale-if-error=");
    }

    /** Whether the edge served it longer than it should (STALE-1). */
    boolean isStale() {
        return (document != null || isUnchanged) && control.contains("max-age") && age > maxAge();
    }

    /** When the edge fetched its copy, at the earliest; minus infinity if nothing says so (EXP-1). */
    double fetchedAt(double started) {
        String cache = headers.text("x-cache").toLowerCase(Locale.ROOT);
        boolean isJustFetched = isWord(cache, "miss") || isWord(cache, "refreshhit");
        // Age counts whole seconds: the copy may be almost one second older.
        return headers.get("age") != null || isJustFetched ? started - (age + 1) * SECOND : Double.NEGATIVE_INFINITY;
    }

    /** When the object was written. */
    double storedAt() {
        return Dates.ofHttp(headers.get("last-modified"));
    }

    /** When the answer was made. */
    double date() {
        return Dates.ofHttp(headers.get("date"));
    }

    /** S3's storage class of the object, which it does not name if it is the usual one. */
    String storageClass() {
        String named = headers.get("x-amz-storage-class");
        return named == null ? "STANDARD" : named;
    }

    /** What a cache had to do with it, such as {@code hit, age 3 s}; for log lines, so nothing else of the headers. */
    String cache() {
        String cache = headers.text("x-cache").toLowerCase(Locale.ROOT);
        String word = "no cache";
        for (String known : new String[] {"hit", "miss", "refreshhit", "error"}) {
            if (isWord(cache, known)) {
                word = known;
            }
        }
        return headers.get("age") == null ? word : word + ", age " + age + " s";
    }

    private static boolean isWord(String text, String word) {
        return text.startsWith(word) && (text.length() == word.length() || !Character.isLetterOrDigit(text.charAt(word.length())));
    }

    private long directive(String name) {
        for (int at = control.indexOf(name); at >= 0; at = control.indexOf(name, at + 1)) {
            char before = at == 0 ? ',' : control.charAt(at - 1);
            if (before != ',' && before > ' ') {
                continue;
            }
            int start = at + name.length();
            start += start < control.length() && control.charAt(start) == '"' ? 1 : 0;
            int end = start;
            while (end < control.length() && control.charAt(end) >= '0' && control.charAt(end) <= '9') {
                end++;
            }
            if (end > start) {
                return seconds(control.substring(start, end));
            }
        }
        return -1;
    }

    private static long age(String text) {
        int comma = text.indexOf(',');
        String first = (comma < 0 ? text : text.substring(0, comma)).strip();
        for (int at = 0; at < first.length(); at++) {
            if (first.charAt(at) < '0' || first.charAt(at) > '9') {
                first = "";
            }
        }
        if (first.isEmpty()) {
            throw new UnavailableException("the answer's Age is no number of seconds");
        }
        return seconds(first);
    }

    private static long seconds(String digits) {
        int start = 0;
        while (start < digits.length() - 1 && digits.charAt(start) == '0') {
            start++;
        }
        return digits.length() - start > DIGITS ? LONGEST : Long.parseLong(digits.substring(start));
    }
}
