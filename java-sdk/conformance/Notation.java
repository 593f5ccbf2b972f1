package io.github.memoryservice.memory;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The notation in which vectors say values (spec/VECTORS.md), both ways. */
final class Notation {
    /** A value that Java does not have. */
    static final class LacksType extends RuntimeException {
        private static final long serialVersionUID = 1;

        LacksType(String kind) {
            super("Java has no " + kind);
        }
    }

    private enum Order {
        FIRST
    }

    private Notation() {}

    /** The value that a notation means. */
    static Object build(Object notation) {
        List<?> parts = (List<?>) notation;
        Object first = parts.size() > 1 ? parts.get(1) : null;
        switch ((String) parts.get(0)) {
            case "null":
                return null;
            case "bool":
            case "str":
                return first;
            case "int":
                BigInteger integer = new BigInteger((String) first);
                return integer.bitLength() < Long.SIZE ? (Object) integer.longValue() : integer;
            case "float":
                return Double.longBitsToDouble(Long.parseUnsignedLong((String) first, 16));
            case "bytes":
                return HexFormat.of().parseHex((String) first);
            case "str16":
                return units((String) first);
            case "list":
                List<Object> list = new ArrayList<>();
                ((List<?>) first).forEach(element -> list.add(build(element)));
                return list;
            case "dict":
                return dict((List<?>) first);
            case "nest":
                Object value = build(parts.get(3));
                for (long level = (Long) parts.get(2); level > 0; level--) {
                    value = "list".equals(first) ? new ArrayList<>(java.util.Collections.singletonList(value)) : single("k", value);
                }
                return value;
            case "repeat":
                return ((String) first).repeat(((Long) parts.get(2)).intValue());
            case "repeat-int":
                return new BigInteger(((String) first).repeat(((Long) parts.get(2)).intValue()));
            case "native":
                return special((String) first);
            default:
                throw new IllegalArgumentException("unknown notation " + parts.get(0));
        }
    }

    private static String units(String digits) {
        StringBuilder letters = new StringBuilder();
        for (int at = 0; at < digits.length(); at += 4) {
            letters.append((char) Integer.parseInt(digits.substring(at, at + 4), 16));
        }
        return letters.toString();
    }

    private static Map<Object, Object> dict(List<?> pairs) {
        Map<Object, Object> members = new LinkedHashMap<>();
        for (Object pair : pairs) {
            Object key = ((List<?>) pair).get(0);
            members.put(key instanceof String ? key : build(key), build(((List<?>) pair).get(1)));
        }
        return members;
    }

    private static Map<String, Object> single(String key, Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(key, value);
        return members;
    }

    private static Object special(String kind) {
        switch (kind) {
            case "instance":
                return new Object();
            case "function":
                return (Supplier<Integer>) () -> 1;
            case "generator":
                return List.of(1L).iterator();
            case "set":
                return Set.of(1L);
            case "decimal":
                return new BigDecimal("1.5");
            case "date":
                return LocalDate.EPOCH;
            case "str-enum":
                return Order.FIRST;
            case "regexp":
                return Pattern.compile("a");
            case "array-buffer":
                return ByteBuffer.allocate(1);
            case "float32-array":
                return new float[1];
            case "small-bigint":
                return BigInteger.valueOf(5);
            case "unbounded-int64":
                return BigInteger.valueOf(Long.MAX_VALUE);
            case "float32":
                return 0.5f;
            case "cycle-list":
                List<Object> list = new ArrayList<>();
                list.add(list);
                return list;
            case "cycle-dict":
                Map<String, Object> dict = new LinkedHashMap<>();
                dict.put("a", single("b", dict));
                return dict;
            default:
                throw new LacksType(kind);
        }
    }

    /** The notation of a value; dicts sorted by key, since their order means nothing. */
    static List<Object> describe(Object value) {
        if (value == null) {
            return List.of("null");
        }
        if (value instanceof Boolean) {
            return List.of("bool", value);
        }
        if (value instanceof String) {
            return List.of("str", value);
        }
        if (value instanceof Long || value instanceof BigInteger) {
            return List.of("int", value.toString());
        }
        if (value instanceof Double number) {
            return List.of("float", String.format("%016x", Double.doubleToRawLongBits(number)));
        }
        if (value instanceof byte[] bytes) {
            return List.of("bytes", HexFormat.of().formatHex(bytes));
        }
        if (value instanceof List<?> elements) {
            List<Object> described = new ArrayList<>();
            elements.forEach(element -> described.add(describe(element)));
            return List.of("list", described);
        }
        if (value instanceof Map<?, ?> members) {
            Map<String, Object> sorted = new TreeMap<>();
            members.forEach((key, member) -> sorted.put((String) key, describe(member)));
            List<Object> pairs = new ArrayList<>();
            sorted.forEach((key, described) -> pairs.add(List.of(key, described)));
            return List.of("dict", pairs);
        }
        throw new IllegalArgumentException("no value of the specification: " + value.getClass());
    }

    /** What Java calls the type of a value. */
    static String nativeOf(Object value) {
        return value == null ? "null" : value.getClass().getSimpleName();
    }
}
