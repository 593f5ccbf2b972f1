package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * RFC 8259, read from bytes, strictly: UTF-8 without a byte order mark, one value and nothing behind it, at most 256 levels (ENV-1, ENV-8).
 * An integer token becomes a {@link Long} if it fits, every other number a {@link Double}.
 */
final class Json {
    private static final int MAX_LEVELS = 256;
    /** So many digits always fit a long. */
    private static final int SHORT_DIGITS = 18;
    private static final String HEX = "0123456789abcdef";

    private final byte[] text;
    private int at;
    private int level;
    private boolean isSuspect;

    private Json(byte[] text) {
        this.text = text;
    }

    /**
     * Parses what is trusted to have whole surrogate pairs and no number that overflows, or where that does not matter.
     *
     * @throws CorruptValueException never quoting the text, which may be secret
     */
    static Object parse(byte[] text) {
        return new Json(text).document();
    }

    /** Parses an object. Of a member that is there twice the last counts (ENV-2). */
    @SuppressWarnings("unchecked")
    static Map<String, Object> parseObject(byte[] text) {
        if (parse(text) instanceof Map<?, ?> members) {
            return (Map<String, Object>) members;
        }
        throw new CorruptValueException("the document is no object");
    }

    /** Like {@link #parseObject}, and refuses a member of that name with half a surrogate pair or a number that overflows (STR-1, FLT-2). */
    @SuppressWarnings("unchecked")
    static Map<String, Object> parseObject(byte[] text, String strict) {
        Json json = new Json(text);
        if (json.document() instanceof Map<?, ?> members) {
            if (json.isSuspect) {
                refuseSuspects(members.get(strict));
            }
            return (Map<String, Object>) members;
        }
        throw new CorruptValueException("the document is no object");
    }

    private Object document() {
        Object value = value(next());
        if (next() != -1) {
            throw none();
        }
        return value;
    }

    /** Passes over white space, and gives the byte behind it without passing over that; -1 at the end. */
    private int next() {
        while (at < text.length) {
            byte octet = text[at];
            if (octet != ' ' && octet != '\n' && octet != '\t' && octet != '\r') {
                return octet & 0xff;
            }
            at++;
        }
        return -1;
    }

    private Object value(int first) {
        switch (first) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Object object() {
        enter();
        Map<String, Object> members = new LinkedHashMap<>();
        int next = next();
        if (next == '}') {
            return leave(members);
        }
        for (; ; ) {
            if (next != '"') {
                throw none();
            }
            String key = string();
            if (next() != ':') {
                throw none();
            }
            at++;
            members.put(key, value(next()));
            next = next();
            if (next == '}') {
                return leave(members);
            }
            if (next != ',') {
                throw none();
            }
            at++;
            next = next();
        }
    }

    private Object array() {
        enter();
        List<Object> elements = new ArrayList<>();
        int next = next();
        if (next == ']') {
            return leave(elements);
        }
        for (; ; ) {
            elements.add(value(next));
            next = next();
            if (next == ']') {
                return leave(elements);
            }
            if (next != ',') {
                throw none();
            }
            at++;
            next = next();
        }
    }

    private void enter() {
        at++;
        if (++level > MAX_LEVELS) {
            throw new CorruptValueException("the document is nested in more than " + MAX_LEVELS + " levels");
        }
    }

    private Object leave(Object container) {
        at++;
        level--;
        return container;
    }

    private Object word(String word, Object meaning) {
        for (int letter = 0; letter < word.length(); letter++) {
            if (at == text.length || text[at++] != word.charAt(letter)) {
                throw none();
            }
        }
        return meaning;
    }

    private Object number() {
        int start = at;
        boolean isNegative = octet() == '-';
        if (isNegative) {
            at++;
        }
        int digits = at;
        if (octet() == '0') {
            at++;
        } else {
            digits();
        }
        int length = at - digits;
        int next = octet();
        if (next != '.' && next != 'e' && next != 'E') {
            return integer(start, digits, length, isNegative);
        }
        if (next == '.') {
            at++;
            digits();
            next = octet();
        }
        if (next == 'e' || next == 'E') {
            at++;
            int sign = octet();
            if (sign == '+' || sign == '-') {
                at++;
            }
            digits();
        }
        return floating(start);
    }

    private Object integer(int start, int digits, int length, boolean isNegative) {
        if (length <= SHORT_DIGITS) {
            long number = 0;
            for (int digit = digits; digit < at; digit++) {
                number = number * 10 + text[digit] - '0';
            }
            return isNegative ? -number : number;
        }
        if (length == SHORT_DIGITS + 1) {
            try {
                return Long.valueOf(new String(text, start, at - start, StandardCharsets.ISO_8859_1));
            } catch (NumberFormatException tooLarge) {
                return floating(start);
            }
        }
        return floating(start);
    }

    private Double floating(int start) {
        double number = Double.parseDouble(new String(text, start, at - start, StandardCharsets.ISO_8859_1));
        isSuspect |= Double.isInfinite(number);
        return number;
    }

    private void digits() {
        int start = at;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw none();
        }
    }

    private int octet() {
        return at < text.length ? text[at] : -1;
    }

    private String string() {
        int start = ++at;
        while (at < text.length) {
            byte octet = text[at];
            if (octet == '"') {
                return new String(text, start, at++ - start, StandardCharsets.ISO_8859_1);
            }
            if (octet == '\\' || octet < ' ') { // a byte beyond ASCII is less than zero
                return unusual(start);
            }
            at++;
        }
        throw none();
    }

    /** A string that has more than printable ASCII. */
    private String unusual(int start) {
        StringBuilder letters = new StringBuilder(at - start + 16);
        letters.append(new String(text, start, at - start, StandardCharsets.ISO_8859_1));
        while (at < text.length) {
            int octet = text[at++];
            if (octet == '"') {
                return letters.toString();
            }
            if (octet == '\\') {
                letters.append(escaped());
            } else if (octet >= ' ') {
                letters.append((char) octet);
            } else if (octet >= 0) {
                throw none();
            } else {
                letters.appendCodePoint(codePoint(octet & 0xff));
            }
        }
        throw none();
    }

    private char escaped() {
        if (at == text.length) {
            throw none();
        }
        int octet = text[at++];
        switch (octet) {
            case '"':
            case '\\':
            case '/':
                return (char) octet;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                return unit();
            default:
                throw none();
        }
    }

    private char unit() {
        if (text.length - at < 4) {
            throw none();
        }
        int unit = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = Character.digit((char) text[at], 16);
            if (digit < 0 || text[at] < 0) {
                throw none();
            }
            unit = unit << 4 | digit;
        }
        isSuspect |= Character.isSurrogate((char) unit);
        return (char) unit;
    }

    /** The rest of a code point in UTF-8, neither overlong nor a surrogate nor beyond the last. */
    private int codePoint(int first) {
        int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || text.length - at < more) {
            throw noUtf8();
        }
        int point = first & (0x3f >> more);
        for (int end = at + more; at < end; at++) {
            if ((text[at] & 0xc0) != 0x80) {
                throw noUtf8();
            }
            point = point << 6 | text[at] & 0x3f;
        }
        boolean isOverlong = more == 2 && point < 0x800 || more == 3 && point < 0x10000;
        if (isOverlong || point > Character.MAX_CODE_POINT || point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
            throw noUtf8();
        }
        return point;
    }

    private static void refuseSuspects(Object node) {
        if (node instanceof String letters) {
            if (!isWellFormed(letters)) {
                throw new CorruptValueException("a string has half a surrogate pair");
            }
        } else if (node instanceof Double number) {
            if (number.isInfinite()) {
                throw new CorruptValueException("a number is beyond the range of binary64");
            }
        } else if (node instanceof List<?> elements) {
            elements.forEach(Json::refuseSuspects);
        } else if (node instanceof Map<?, ?> members) {
            members.keySet().forEach(Json::refuseSuspects);
            members.values().forEach(Json::refuseSuspects);
        }
    }

    private static CorruptValueException none() {
        return new CorruptValueException("the document is no JSON");
    }

    private static CorruptValueException noUtf8() {
        return new CorruptValueException("the document is no UTF-8");
    }

    /** Whether each surrogate is half of a pair. */
    static boolean isWellFormed(String letters) {
        for (int at = 0; at < letters.length(); at++) {
            char letter = letters.charAt(at);
            if (!Character.isSurrogate(letter)) {
                continue;
            }
            if (Character.isLowSurrogate(letter) || ++at == letters.length() || !Character.isLowSurrogate(letters.charAt(at))) {
                return false;
            }
        }
        return true;
    }

    /** A text as a JSON string, with the escapes of CALL-2. */
    static String quote(String letters) {
        return quote(new StringBuilder(letters.length() + 2), letters).toString();
    }

    /** Appends a text as {@link #quote(String)} has it. */
    static StringBuilder quote(StringBuilder out, String letters) {
        out.append('"');
        for (int at = 0; at < letters.length(); at++) {
            char letter = letters.charAt(at);
            if (letter >= ' ' && letter != '"' && letter != '\\') {
                out.append(letter);
            } else {
                out.append(escapeOf(letter));
            }
        }
        return out.append('"');
    }

    /** What stands in a JSON string for a letter that cannot stand there itself. */
    static String escapeOf(char letter) {
        switch (letter) {
            case '"':
                return "\\\"";
            case '\\':
                return "\\\\";
            case '\b':
                return "\\b";
            case '\f':
                return "\\f";
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            default:
                return "\\u00" + HEX.charAt(letter >> 4) + HEX.charAt(letter & 15);
        }
    }
}
