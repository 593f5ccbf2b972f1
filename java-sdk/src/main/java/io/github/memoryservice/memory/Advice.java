package io.github.memoryservice.memory;

import java.math.BigDecimal;
import java.util.Date;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.BaseStream;

/** What to store in place of what cannot be stored. */
final class Advice {
    private Advice() {}

    static String insteadOf(Object value) {
        if (value instanceof Float) {
            return "its doubleValue(), which is what comes back,";
        }
        if (value instanceof BigDecimal) {
            return "its toString(), or its doubleValue()";
        }
        if (value instanceof Number) {
            return "its longValue() or doubleValue()";
        }
        if (value instanceof Enum) {
            return "its name()";
        }
        if (value instanceof Optional) {
            return "what is in it, orElse(null)";
        }
        if (value instanceof Iterable || value instanceof Iterator || value instanceof BaseStream) {
            return "a List of what it has";
        }
        if (value.getClass().isArray()) {
            return "a List of its elements";
        }
        if (value instanceof Date) {
            return "its toInstant().toString(), or its getTime()";
        }
        if (value instanceof CharSequence || value instanceof Character || value.getClass().getName().startsWith("java.time.")) {
            return "its toString()";
        }
        return "a Map of what is to be kept";
    }
}
