package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as the runner and the driver write it to each other. It is none of the SDK's, which may be broken. */
final class Lines {
    private final String text;
    private int at;

    private Lines(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        return new Lines(text).value();
    }

    private Object value() {
        blank();
        char first = text.charAt(at);
        if (first == '{') {
            return object();
        }
        if (first == '[') {
            return array();
        }
        if (first == '"') {
            return string();
        }
        int start = at;
        while (at < text.length() && ",]} \t".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        switch (word) {
            case "null":
                return null;
            case "true":
                return true;
            case "false":
                return false;
            default:
                return word.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        for (boolean isMore = opens('}'); isMore; isMore = goesOn()) {
            blank();
            String key = string();
            blank();
            at++; // the colon
            members.put(key, value());
        }
        return members;
    }

    private List<Object> array() {
        List<Object> elements = new ArrayList<>();
        for (boolean isMore = opens(']'); isMore; isMore = goesOn()) {
            elements.add(value());
        }
        return elements;
    }

    private boolean opens(char end) {
        at++;
        blank();
        if (text.charAt(at) != end) {
            return true;
        }
        at++;
        return false;
    }

    private boolean goesOn() {
        blank();
        return text.charAt(at++) == ',';
    }

    private void blank() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private String string() {
        StringBuilder letters = new StringBuilder();
        for (at++; text.charAt(at) != '"'; at++) {
            int start = at;
            char letter = text.charAt(at);
            while (letter != '"' && letter != '\\') {
                letter = text.charAt(++at);
            }
            letters.append(text, start, at);
            if (letter == '"') {
                break;
            }
            char escape = text.charAt(++at);
            int known = "bfnrt".indexOf(escape);
            if (known >= 0) {
                letters.append("\b\f\n\r\t".charAt(known));
            } else if (escape == 'u') {
                letters.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                letters.append(escape);
            }
        }
        at++;
        return letters.toString();
    }

    /** In ASCII, so that half a surrogate pair stays what it is. */
    static StringBuilder write(StringBuilder out, Object value) {
        if (value instanceof Map<?, ?> members) {
            char before = '{';
            for (Map.Entry<?, ?> member : members.entrySet()) {
                write(write(out.append(before), String.valueOf(member.getKey())).append(':'), member.getValue());
                before = ',';
            }
            return out.append(before == '{' ? "{}" : "}");
        }
        if (value instanceof Iterable<?> elements) {
            char before = '[';
            for (Object element : elements) {
                write(out.append(before), element);
                before = ',';
            }
            return out.append(before == '[' ? "[]" : "]");
        }
        if (!(value instanceof String letters)) {
            return out.append(value);
        }
        out.append('"');
        for (char letter : letters.toCharArray()) {
            if (letter == '"' || letter == '\\' || letter < ' ' || letter > '~') {
                out.append(String.format("\\u%04x", (int) letter));
            } else {
                out.append(letter);
            }
        }
        return out.append('"');
    }
}
