package io.github.memoryservice.memory;

import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Values out of parsed documents (sections 3.2 and 3.3). */
final class ValueReader {
    private static final int MAX_LEVELS = 100;
    private static final Pattern INT = Pattern.compile("0|-?[1-9][0-9]{0,4299}");
    private static final Pattern FLOAT = Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?");

    private ValueReader() {}

    /**
     * The value of a root node: NUL-1, BOOL-1, INT-2, FLT-2, STR-1, LST-1, DCT-1 and section 3.3.
     *
     * @throws CorruptValueException if it is not of that type
     */
    static Object read(String type, Object node, boolean tagged) {
        if (node instanceof Number number && (type.equals("int") || type.equals("float"))) {
            return type.equals("int") ? (Object) integral(number) : floating(number); // without the cast both become doubles
        }
        Object value = tagged ? readTagged(node, 0) : node;
        if (!(node instanceof Number) && type.equals(typeOf(value))) {
            return value;
        }
        throw misfit();
    }

    /** The type of a value that can be stored, as section 2 names it; null of any other. */
    static String typeOf(Object value) {
        if (value instanceof String) {
            return "str";
        }
        if (value instanceof Map) {
            return "dict";
        }
        if (value instanceof List) {
            return "list";
        }
        if (value instanceof Long || value instanceof BigInteger || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return "int";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof byte[]) {
            return "bytes";
        }
        return value == null ? "null" : null;
    }

    private static Long integral(Number number) {
        double floating = number.doubleValue();
        if (floating == Math.rint(floating) && Math.abs(floating) <= Envelope.MAX_SAFE && Math.abs(number.longValue()) <= Envelope.MAX_SAFE) {
            return number.longValue();
        }
        throw misfit();
    }

    private static Double floating(Number number) {
        double floating = number.doubleValue();
        if (Double.isInfinite(floating)) {
            throw misfit();
        }
        return floating;
    }

    private static CorruptValueException misfit() {
        return new CorruptValueException("its \"value\" does not fit its \"type\"");
    }

    /**
     * Replaces the tagged nodes of a parsed value by what they mean, in place. Tags are no levels (TAG-7).
     *
     * @throws CorruptValueException TAG-1, TAG-3 to TAG-7
     */
    static Object readTagged(Object node, int level) {
        if (node instanceof List<?> elements) {
            return readElements(elements, level);
        }
        if (!(node instanceof Map<?, ?> members)) {
            return node;
        }
        String tag = tagOf(members);
        if (tag == null) {
            return readMembers(members, level);
        }
        Object content = members.get(tag);
        if (tag.equals("$dict")) {
            if (content instanceof Map<?, ?> inner) {
                return readMembers(inner, level);
            }
            throw new CorruptValueException("a $dict holds no object");
        }
        if (!(content instanceof String text)) {
            throw new CorruptValueException("a tag holds no text");
        }
        switch (tag) {
            case "$int":
                return readInt(text);
            case "$float":
                return readFloat(text);
            case "$bytes":
                return readBytes(text);
            default:
                throw new CorruptValueException("it has a tag this version does not know");
        }
    }

    private static String tagOf(Map<?, ?> members) {
        if (members.size() != 1) {
            return null;
        }
        String key = (String) members.keySet().iterator().next();
        return key.startsWith("$") ? key : null;
    }

    @SuppressWarnings("unchecked")
    private static Object readElements(List<?> list, int level) {
        List<Object> elements = (List<Object>) list;
        checkLevel(level);
        for (int at = 0; at < elements.size(); at++) {
            Object element = elements.get(at);
            if (element instanceof Map || element instanceof List) {
                elements.set(at, readTagged(element, level + 1));
            }
        }
        return list;
    }

    @SuppressWarnings("unchecked")
    private static Object readMembers(Map<?, ?> dict, int level) {
        checkLevel(level);
        for (Map.Entry<String, Object> member : ((Map<String, Object>) dict).entrySet()) {
            Object node = member.getValue();
            if (node instanceof Map || node instanceof List) {
                member.setValue(readTagged(node, level + 1));
            }
        }
        return dict;
    }

    private static void checkLevel(int level) {
        if (level == MAX_LEVELS) {
            throw new CorruptValueException("more than " + MAX_LEVELS + " levels are nested");
        }
    }

    private static Object readInt(String text) {
        if (!INT.matcher(text).matches()) {
            throw new CorruptValueException("an $int is no integer of up to 4,300 digits");
        }
        BigInteger number = new BigInteger(text);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private static Double readFloat(String text) {
        switch (text) {
            case "NaN":
                return Double.NaN;
            case "Infinity":
                return Double.POSITIVE_INFINITY;
            case "-Infinity":
                return Double.NEGATIVE_INFINITY;
            default:
                double number = FLOAT.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
                if (Double.isNaN(number) || Double.isInfinite(number)) {
                    throw new CorruptValueException("a $float is no number within the range of binary64");
                }
                return number;
        }
    }

    private static byte[] readBytes(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            // The decoder needs no padding, and ignores what is in its unused bits (TAG-5).
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            // said below, without the text
        }
        throw new CorruptValueException("a $bytes is no padded base64");
    }
}
