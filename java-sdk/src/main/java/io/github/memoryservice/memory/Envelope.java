package io.github.memoryservice.memory;

import java.util.List;
import java.util.Map;

/** A document taken apart (section 3). */
final class Envelope {
    /** Beyond it an integer is tagged (TAG-4). */
    static final long MAX_SAFE = (1L << 53) - 1;
    static final int VERSION = 1;
    /** That of a document with tags, so that whoever knows none refuses it (CTAG-4). */
    static final int VERSION_WITH_TAGS = 2;

    private static final int ID_DIGITS = 16;

    /** As section 2 names it. */
    final String type;
    final Object value;
    /** The id of its put; null without. */
    final String write;
    /** Unix milliseconds after which there is no value; null for no end. */
    final Long expiresAt;
    /** The ids of the values that this one was made from, newest first; empty without (COND-5). */
    final List<String> previous;
    /** Milliseconds that computing it took; 0 if it does not say (COMP-4). */
    final long took;
    /** The generation of each of its tags, in its order; null of a document without (CTAG-4). */
    final Map<String, String> tags;
    /** Whether there are tagged nodes in it (TAG-1). */
    final boolean tagged;

    private Envelope(Map<String, Object> members) {
        boolean hasTags = checkVersion(members.get("v"));
        type = textOf(members, "type");
        if (type == null || !members.containsKey("value")) {
            throw new CorruptValueException("it has no \"type\" or no \"value\"");
        }
        write = textOf(members, "write");
        if (members.containsKey("write") && !isId(write)) {
            throw new CorruptValueException("its \"write\" is not 16 hexadecimal digits");
        }
        Object flag = members.getOrDefault("tagged", false);
        if (!(flag instanceof Boolean)) {
            throw new CorruptValueException("its \"tagged\" is neither true nor false");
        }
        tagged = (Boolean) flag;
        expiresAt = members.containsKey("expires_at") ? moment(members.get("expires_at")) : null;
        // Nothing in these two is a reason to refuse a document (ENV-7).
        previous = idsIn(members.get("previous"));
        took = members.get("took") instanceof Long millis && millis > 0 && millis <= MAX_SAFE ? millis : 0;
        tags = hasTags ? Generations.read(members.get("tags")) : null;
        value = ValueReader.read(type, members.get("value"), tagged);
    }

    /**
     * Takes a document apart.
     *
     * @throws CorruptValueException ENV-1, ENV-4
     */
    static Envelope decode(byte[] document) {
        return new Envelope(Json.parseObject(document, "value"));
    }

    /** Whether the value no longer exists (ENV-5). */
    boolean isExpired(double now) {
        return expiresAt != null && expiresAt <= now;
    }

    /** Whether it is 16 lower-case hexadecimal digits. */
    static boolean isId(Object text) {
        if (!(text instanceof String id) || id.length() != ID_DIGITS) {
            return false;
        }
        for (int at = 0; at < ID_DIGITS; at++) {
            char digit = id.charAt(at);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean checkVersion(Object version) {
        if (version instanceof Number number && (number.doubleValue() == VERSION || number.doubleValue() == VERSION_WITH_TAGS)) {
            return number.intValue() == VERSION_WITH_TAGS;
        }
        throw new CorruptValueException("its version \"v\" is neither 1 nor 2; a newer SDK may read it");
    }

    private static String textOf(Map<String, Object> members, String name) {
        return members.get(name) instanceof String text ? text : null;
    }

    private static Long moment(Object given) {
        if (given instanceof Long millis) {
            return millis;
        }
        // What is too large for a long is an integer all the same, and beyond every clock.
        if (given instanceof Double number && number == Math.rint(number) && !number.isInfinite()) {
            return number.longValue();
        }
        throw new CorruptValueException("its \"expires_at\" is no integer");
    }

    @SuppressWarnings("unchecked")
    private static List<String> idsIn(Object given) {
        return given instanceof List<?> ids && ids.stream().allMatch(Envelope::isId) ? (List<String>) ids : List.of();
    }
}
