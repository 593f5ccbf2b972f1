package io.github.memoryservice.memory;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes a value as JSON in UTF-8, and refuses what would not come back (sections 2 and 3.3). */
final class ValueWriter {
    private static final int MAX_LEVELS = 100;
    private static final int MAX_DIGITS = 4300;
    /** An integer of fewer bits surely has fewer digits: nobody has to count them. */
    private static final int FEW_BITS = 14_000;
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private byte[] out = new byte[128];
    private int size;
    private boolean tagged;
    /** The containers around the value at hand, outermost first, and the key or index that leads further from each. */
    private final Object[] open = new Object[MAX_LEVELS + 1];
    private final Object[] path = new Object[MAX_LEVELS + 1];
    private int level;

    /**
     * Writes a value.
     *
     * @throws UnsupportedTypeException VAL-2 to VAL-7, VAL-9
     */
    void write(Object value) {
        if (value instanceof String text) {
            string(text, false);
        } else if (value instanceof Long number) {
            integer(number);
        } else if (value instanceof Map<?, ?> members) {
            dict(members);
        } else if (value instanceof List<?> elements) {
            list(elements);
        } else if (value instanceof Double number) {
            floating(number);
        } else if (value == null || value instanceof Boolean) {
            ascii(String.valueOf(value));
        } else if (value instanceof byte[] bytes) {
            tag("$bytes", Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            integer(((Number) value).longValue());
        } else if (value instanceof BigInteger number) {
            integer(number);
        } else {
            throw refusal("a value of the class " + value.getClass().getName() + " cannot be stored: store " + Advice.insteadOf(value) + " instead");
        }
    }

    /** Whether a node was tagged (TAG-1). */
    boolean isTagged() {
        return tagged;
    }

    /** What was written so far. */
    byte[] written() {
        return Arrays.copyOf(out, size);
    }

    private void integer(long number) {
        if (number >= -Envelope.MAX_SAFE && number <= Envelope.MAX_SAFE) {
            ascii(Long.toString(number));
        } else {
            tag("$int", Long.toString(number));
        }
    }

    private void integer(BigInteger number) {
        if (number.bitLength() < Long.SIZE) {
            throw refusal("a BigInteger this small would come back as a Long: store its longValue()");
        }
        if (number.bitLength() > FEW_BITS && (number.bitLength() > 2 * FEW_BITS || digitsOf(number) > MAX_DIGITS)) {
            throw refusal("an integer of more than " + MAX_DIGITS + " digits cannot be stored");
        }
        tag("$int", number.toString());
    }

    private static int digitsOf(BigInteger number) {
        return number.abs().toString().length();
    }

    private void floating(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            tag("$float", Double.toString(number));
        } else if (number == 0 && 1 / number < 0) {
            tag("$float", "-0.0");
        } else {
            ascii(Double.toString(number)); // which always has a fraction
        }
    }

    private void tag(String tag, String content) {
        tagged = true;
        ascii("{\"");
        ascii(tag);
        ascii("\":\"");
        ascii(content);
        ascii("\"}");
    }

    private void list(List<?> elements) {
        enter(elements);
        octet('[');
        int index = 0;
        for (Object element : elements) {
            if (index > 0) {
                octet(',');
            }
            path[level - 1] = index++;
            write(element);
        }
        octet(']');
        level--;
    }

    private void dict(Map<?, ?> members) {
        boolean isLikeATag = members.size() == 1 && members.keySet().iterator().next() instanceof String key && key.startsWith("$");
        enter(members);
        if (isLikeATag) {
            tagged = true;
            ascii("{\"$dict\":");
        }
        char before = '{';
        for (Map.Entry<?, ?> member : members.entrySet()) {
            octet(before);
            before = ',';
            if (!(member.getKey() instanceof String key)) {
                level--;
                throw refusal("a key is no String: store a Map whose keys are texts");
            }
            string(key, true);
            octet(':');
            path[level - 1] = key;
            write(member.getValue());
        }
        ascii(before == '{' ? "{}" : "}");
        if (isLikeATag) {
            octet('}');
        }
        level--;
    }

    private void enter(Object container) {
        open[level] = container;
        if (level == MAX_LEVELS) {
            throw tooDeep();
        }
        level++;
    }

    /** What contains itself is always too deep, so nobody has to look for that before. */
    private UnsupportedTypeException tooDeep() {
        for (int inner = 1; inner <= MAX_LEVELS; inner++) {
            for (int outer = 0; outer < inner; outer++) {
                if (open[outer] == open[inner]) {
                    level = inner;
                    return refusal("the value contains itself");
                }
            }
        }
        return refusal("more than " + MAX_LEVELS + " levels are nested");
    }

    private void string(String letters, boolean isKey) {
        octet('"');
        int length = letters.length();
        reserve(length + 1);
        for (int at = 0; at < length; at++) {
            char letter = letters.charAt(at);
            if (letter < 0x80) {
                if (letter >= ' ' && letter != '"' && letter != '\\') {
                    octet(letter);
                } else {
                    ascii(Json.escapeOf(letter));
                }
            } else if (letter < 0x800) {
                octet(0xc0 | letter >> 6);
                octet(0x80 | letter & 0x3f);
            } else if (!Character.isSurrogate(letter)) {
                octet(0xe0 | letter >> 12);
                octet(0x80 | letter >> 6 & 0x3f);
                octet(0x80 | letter & 0x3f);
            } else {
                if (Character.isLowSurrogate(letter) || ++at == length || !Character.isLowSurrogate(letters.charAt(at))) {
                    throw halfPair(isKey);
                }
                int point = Character.toCodePoint(letter, letters.charAt(at));
                octet(0xf0 | point >> 18);
                octet(0x80 | point >> 12 & 0x3f);
                octet(0x80 | point >> 6 & 0x3f);
                octet(0x80 | point & 0x3f);
            }
        }
        octet('"');
    }

    private UnsupportedTypeException halfPair(boolean isKey) {
        if (isKey) {
            level--;
        }
        return refusal((isKey ? "a key" : "the string") + " has half a surrogate pair");
    }

    private void ascii(String letters) {
        int length = letters.length();
        reserve(length);
        System.arraycopy(letters.getBytes(StandardCharsets.ISO_8859_1), 0, out, size, length);
        size += length;
    }

    private void octet(int octet) {
        if (size == out.length) {
            reserve(1);
        }
        out[size++] = (byte) octet;
    }

    private void reserve(int more) {
        if (out.length - size < more) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, size + more));
        }
    }

    private UnsupportedTypeException refusal(String why) {
        StringBuilder where = new StringBuilder("$");
        for (int at = 0; at < level; at++) {
            if (!(path[at] instanceof String key)) {
                where.append('[').append(path[at]).append(']');
            } else if (IDENTIFIER.matcher(key).matches()) {
                where.append('.').append(key);
            } else {
                Json.quote(where.append('['), key).append(']');
            }
        }
        return new UnsupportedTypeException(where.toString(), where + ": " + why + ".");
    }
}
