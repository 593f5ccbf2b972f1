package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value that stays as whoever stored it has written it, with all else in its document but its end (TOUCH-1). */
final class Touched extends Draft {
    private final Map<String, String> members;

    Touched(Envelope envelope, byte[] document) {
        this(envelope, spelt(new String(document, StandardCharsets.UTF_8)));
    }

    private Touched(Envelope envelope, Map<String, String> members) {
        super(envelope.type, envelope.tagged, members.get("value").getBytes(StandardCharsets.UTF_8));
        this.members = members;
    }

    @Override
    byte[] prepare(String writeId, int maxBytes, Long expiresAt, List<String> previous, Long took, Map<String, String> tags) {
        Map<String, String> all = new LinkedHashMap<>(members);
        all.put("write", '"' + writeId + '"');
        all.remove("expires_at");
        all.remove("previous");
        if (expiresAt != null) {
            all.put("expires_at", expiresAt.toString());
        }
        if (!previous.isEmpty()) {
            all.put("previous", "[\"" + String.join("\",\"", previous) + "\"]");
        }
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<String, String> member : all.entrySet()) {
            text.append(text.length() == 1 ? "" : ",").append(Json.quote(member.getKey())).append(':').append(member.getValue());
        }
        byte[] document = text.append('}').toString().getBytes(StandardCharsets.UTF_8);
        checkSize(document.length, maxBytes);
        return document;
    }

    /** The members of an object as its text has them: parsing could change how a number is written. */
    private static Map<String, String> spelt(String text) {
        Map<String, String> members = new LinkedHashMap<>();
        int at = text.indexOf('{') + 1;
        while (true) {
            at = skip(text, at);
            if (text.charAt(at) == '}') {
                break;
            }
            int end = endOfText(text, at);
            String name = (String) Json.parse(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
            int start = skip(text, text.indexOf(':', end) + 1);
            at = endOfValue(text, start);
            members.put(name, text.substring(start, at));
        }
        return members;
    }

    private static int skip(String text, int from) {
        int at = from;
        while (" \t\r\n,".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    /** Behind the last quote of a text that begins there. */
    private static int endOfText(String text, int quote) {
        int at = quote + 1;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static int endOfValue(String text, int start) {
        int depth = 0;
        int at = start;
        while (true) {
            char letter = text.charAt(at);
            if (letter == '"') {
                at = endOfText(text, at) - 1;
            } else if (letter == '[' || letter == '{') {
                depth++;
            } else if (letter == ']' || letter == '}') {
                depth--;
            } else if (depth == 0) {
                while (" \t\r\n,}".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return at;
            }
            at++;
            if (depth == 0) {
                return at;
            }
        }
    }
}
