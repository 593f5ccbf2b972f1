package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.List;

/** As much XML as AWS's answers need: elements without attributes, none within another of its name. */
final class Xml {
    private Xml() {}

    /** What is inside of each element of that name, as it stands there. */
    static List<String> elements(String xml, String tag) {
        List<String> found = new ArrayList<>();
        String open = '<' + tag + '>';
        String close = "</" + tag + '>';
        for (int at = xml.indexOf(open); at >= 0; ) {
            int end = xml.indexOf(close, at + open.length());
            if (end < 0) {
                break;
            }
            found.add(xml.substring(at + open.length(), end));
            at = xml.indexOf(open, end + close.length());
        }
        return found;
    }

    /** The text of the first element of that name; null without. */
    static String text(String xml, String tag) {
        String open = '<' + tag + '>';
        int start = xml.indexOf(open);
        int end = start < 0 ? -1 : xml.indexOf("</" + tag + '>', start);
        return end < 0 ? null : unescape(xml.substring(start + open.length(), end));
    }

    /** Whether the document is an element of that name, to its end. */
    static boolean isDocument(String xml, String tag) {
        String text = xml.strip();
        if (text.startsWith("<?")) {
            int end = text.indexOf('>');
            text = end < 0 ? "" : text.substring(end + 1).stripLeading();
        }
        String open = '<' + tag;
        if (!text.startsWith(open) || text.length() == open.length() || Character.isLetterOrDigit(text.charAt(open.length()))) {
            return false;
        }
        int end = text.indexOf('>');
        return text.endsWith("</" + tag + '>') || end == text.length() - 1 && text.charAt(end - 1) == '/';
    }

    private static String unescape(String text) {
        int ampersand = text.indexOf('&');
        if (ampersand < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int at = 0;
        while (ampersand >= 0) {
            plain.append(text, at, ampersand);
            int end = text.indexOf(';', ampersand);
            String reference = end < 0 ? "" : text.substring(ampersand + 1, end);
            int point = pointOf(reference);
            at = point < 0 ? ampersand + 1 : end + 1;
            plain.appendCodePoint(point < 0 ? '&' : point);
            ampersand = text.indexOf('&', at);
        }
        return plain.append(text, at, text.length()).toString();
    }

    /** The code point of a reference; -1 if it is none. */
    private static int pointOf(String reference) {
        switch (reference) {
            case "amp":
                return '&';
            case "lt":
                return '<';
            case "gt":
                return '>';
            case "quot":
                return '"';
            case "apos":
                return '\'';
            default:
                break;
        }
        if (reference.length() < 2 || reference.charAt(0) != '#' || reference.length() > 9) {
            return -1;
        }
        boolean isHex = reference.charAt(1) == 'x';
        try {
            int point = Integer.parseUnsignedInt(reference.substring(isHex ? 2 : 1), isHex ? 16 : 10);
            return Character.isValidCodePoint(point) ? point : -1;
        } catch (NumberFormatException none) {
            return -1;
        }
    }
}
