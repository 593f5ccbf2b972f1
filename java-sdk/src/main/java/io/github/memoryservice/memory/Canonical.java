package io.github.memoryservice.memory;

import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A value as text, the same for the same value in every language (CALL-2). */
final class Canonical {
    private final StringBuilder text = new StringBuilder();

    private Canonical() {}

    /**
     * That text.
     *
     * @throws UnsupportedTypeException for what could not be stored
     */
    static String of(Object value) {
        new ValueWriter().write(value); // refuses that
        Canonical canonical = new Canonical();
        canonical.append(value);
        return canonical.text.toString();
    }

    private void append(Object value) {
        if (value instanceof String letters) {
            Json.quote(text, letters);
        } else if (value instanceof Long number && Math.abs(number) <= Envelope.MAX_SAFE && number != Long.MIN_VALUE) {
            text.append(number);
        } else if (value instanceof Long || value instanceof BigInteger) {
            tag("$int", value.toString());
        } else if (value instanceof Double number) {
            tag("$float", String.format("%016x", Double.doubleToLongBits(number)));
        } else if (value instanceof byte[] bytes) {
            tag("$bytes", Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof List<?> elements) {
            appendList(elements);
        } else if (value instanceof Map<?, ?> members) {
            appendDict(members);
        } else {
            text.append(value); // null, true, false
        }
    }

    private void appendList(List<?> elements) {
        String before = "";
        text.append('[');
        for (Object element : elements) {
            text.append(before);
            append(element);
            before = ",";
        }
        text.append(']');
    }

    private void appendDict(Map<?, ?> members) {
        Map<String, Object> sorted = new TreeMap<>(Canonical::compareCodePoints);
        members.forEach((key, member) -> sorted.put((String) key, member));
        boolean isLikeATag = sorted.size() == 1 && sorted.keySet().iterator().next().startsWith("$");
        String before = isLikeATag ? "{\"$dict\":{" : "{";
        if (sorted.isEmpty()) {
            text.append(before);
        }
        for (Map.Entry<String, Object> member : sorted.entrySet()) {
            Json.quote(text.append(before), member.getKey()).append(':');
            append(member.getValue());
            before = ",";
        }
        text.append(isLikeATag ? "}}" : "}");
    }

    private void tag(String tag, String content) {
        text.append("{\"").append(tag).append("\":\"").append(content).append("\"}");
    }

    /** Java compares code units, by which a surrogate comes before U+E000. */
    private static int compareCodePoints(String one, String other) {
        int end = Math.min(one.length(), other.length());
        for (int at = 0; at < end; at++) {
            if (one.charAt(at) != other.charAt(at)) {
                return Integer.compare(one.codePointAt(at), other.codePointAt(at));
            }
        }
        return one.length() - other.length();
    }
}
