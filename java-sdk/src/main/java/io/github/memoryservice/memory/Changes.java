package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * What writers have announced, as a change record says it that is believed (section 14.1). It never changes. All times are whole seconds of
 * S3's time; where a double stands, NaN is a time that nobody knows.
 */
final class Changes {
    /** Seconds of which a record remembers single announcements. */
    static final long DAY = 86_400;

    /** Seconds after an announcement until what it announced has landed, or never will (CHG-15). */
    private static final long QUIET = 120;
    /** Seconds after its announcement at which a value may be dated (CHG-19). */
    private static final long FOREIGN = 121;
    /** Seconds after its newest announcement at which a writer may have put a record (CHG-4). */
    private static final long LATE = 30;
    /** Seconds by which the first record is ahead of its announcement (CHG-6). */
    private static final long LEAD = 1000;
    private static final int BUCKETS = 4096;
    /** Bytes of a bucket. */
    private static final int WIDTH = 3;
    /** The digits of a hash that make the number of a bucket. */
    private static final int DIGITS = 3;
    private static final int MARK_DIGITS = 16;
    /** The end of the year 9999. */
    private static final long LAST_TIME = 253_402_300_799L;

    /** The latest time with which it was put. */
    final long newest;
    /** The time that stands for everything announced before. */
    final long since;
    /** The latest announcement of everything; 0 for none. */
    final long all;

    /** The buckets as the document has them, before base64. */
    private final byte[] octets;

    private Changes(long newest, long since, long all, byte[] octets) {
        this.newest = newest;
        this.since = since;
        this.all = all;
        this.octets = octets;
    }

    /** The record of a writer that found none, before it is raised (CHG-6). */
    static Changes first(long e) {
        return new Changes(e, e + LEAD, 0, new byte[BUCKETS * WIDTH]);
    }

    /**
     * The record that a document is.
     *
     * @param lastModified of its object
     * @param place what it has to say of where it is
     * @return null if it is not believed (CHG-4)
     */
    static Changes believed(byte[] document, double lastModified, String place) {
        Changes record = read(document, place);
        return record != null && record.isOf(lastModified) ? record : null;
    }

    /** Whether a writer may have put it then. */
    boolean isOf(double lastModified) {
        return lastModified <= newest + LATE;
    }

    /** When a bucket was announced last; 0 if it was not after {@link #since}. */
    long timeOf(int bucket) {
        int at = bucket * WIDTH;
        long seconds = (octets[at] & 0xff) << 16 | (octets[at + 1] & 0xff) << 8 | octets[at + 2] & 0xff;
        return seconds == 0 ? 0 : since + seconds;
    }

    /** The latest announcement that a name in it may have had (CHG-3). */
    long base(int bucket) {
        return Math.max(timeOf(bucket), Math.max(since, all));
    }

    /**
     * With one more announcement (CHG-5).
     *
     * @param e when
     * @param buckets of the names that are announced
     * @param until what {@link #all} is raised to, if everything is announced; else 0
     */
    Changes raised(long e, int[] buckets, long until) {
        long latest = Math.max(newest, e);
        long from = Math.max(since, latest - DAY);
        boolean[] announced = new boolean[BUCKETS];
        for (int bucket : buckets) {
            announced[bucket] = true;
        }
        byte[] raised = new byte[BUCKETS * WIDTH];
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            long time = announced[bucket] ? Math.max(timeOf(bucket), e) : timeOf(bucket);
            if (time > from) {
                long seconds = time - from;
                raised[bucket * WIDTH] = (byte) (seconds >> 16);
                raised[bucket * WIDTH + 1] = (byte) (seconds >> 8);
                raised[bucket * WIDTH + 2] = (byte) seconds;
            }
        }
        return new Changes(latest, from, Math.max(all, until), raised);
    }

    /** The document (CHG-2). */
    byte[] document(String place) {
        String text = "{\"v\":1,\"place\":\"" + place + "\",\"newest\":" + newest + ",\"since\":" + since + ",\"all\":" + all + ",\"buckets\":\""
                + Base64.getEncoder().encodeToString(octets) + "\"}";
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Whether a copy of a name counts as read when the record was (CHG-15).
     *
     * @param f since when the copy has surely been read
     */
    boolean confirms(int bucket, double f) {
        return f >= base(bucket) + QUIET;
    }

    /**
     * Whether somebody has written past this record (CHG-19).
     *
     * @param f since when this record has surely been read
     * @param name of a value
     * @param lastModified of that value
     */
    boolean isContradictedBy(double f, String name, double lastModified) {
        // The bucket is a hash: it is asked for last.
        return f >= lastModified + 1 && lastModified > Math.max(since, all) + FOREIGN && lastModified > base(bucketOf(name)) + FOREIGN;
    }

    /** The times of the buckets that have one, by number. */
    Map<Integer, Long> buckets() {
        Map<Integer, Long> times = new TreeMap<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (timeOf(bucket) > 0) {
                times.put(bucket, timeOf(bucket));
            }
        }
        return times;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Changes that
                && newest == that.newest
                && since == that.since
                && all == that.all
                && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(newest) ^ Arrays.hashCode(octets);
    }

    /** The number of a name's bucket (CHG-3). */
    static int bucketOf(String name) {
        return Integer.parseInt(Platform.sha256(name).substring(0, DIGITS), 16);
    }

    /** What a record says of where it is (CHG-2). */
    static String placeMark(String bucketName, String key) {
        return Platform.sha256(bucketName + "/" + key).substring(0, MARK_DIGITS);
    }

    /**
     * Since when what an answer says has surely been read (CHG-14).
     *
     * @param date its {@code Date}
     * @param elapsed seconds from the start of the request to the head of the answer; less than 0 if the clock was set back
     * @param age its {@code Age}
     * @param maxAge its {@code max-age}, if it is an edge's; else 0
     * @return NaN if nobody knows
     */
    static double readSince(double date, double elapsed, double age, double maxAge) {
        return elapsed >= 0 ? date - elapsed - age - 1 - maxAge : Double.NaN;
    }

    /**
     * Whether of two records the one that was read later is not what the other had become (CHG-20).
     *
     * @param date of the answer that had the older one
     * @param f since when the newer one has surely been read
     */
    static boolean isPutBack(Changes older, double date, Changes newer, double f) {
        return f > date && newer.newest < older.newest;
    }

    private static Changes read(byte[] document, String place) {
        Map<String, Object> told;
        try {
            told = Json.parseObject(document);
        } catch (CorruptValueException none) {
            return null;
        }
        if (!(told.get("v") instanceof Number version) || version.doubleValue() != 1 || !place.equals(told.get("place"))) {
            return null;
        }
        long newest = timeIn(told.get("newest"));
        long since = timeIn(told.get("since"));
        long all = timeIn(told.get("all"));
        byte[] octets = octetsIn(told.get("buckets"));
        return newest < 0 || since < 0 || all < 0 || octets == null ? null : new Changes(newest, since, all, octets);
    }

    /** -1 if it is none. */
    private static long timeIn(Object told) {
        if (told instanceof Number time && time.doubleValue() == Math.rint(time.doubleValue())) {
            return time.doubleValue() >= 0 && time.doubleValue() <= LAST_TIME ? time.longValue() : -1;
        }
        return -1;
    }

    private static byte[] octetsIn(Object told) {
        try {
            byte[] octets = told instanceof String text && text.length() == BUCKETS * WIDTH / 3 * 4 ? Base64.getDecoder().decode(text) : null;
            return octets != null && octets.length == BUCKETS * WIDTH ? octets : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
