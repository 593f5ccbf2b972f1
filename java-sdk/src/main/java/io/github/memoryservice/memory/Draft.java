package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A value as it is when this is made, ready to be put into a document (section 3). */
class Draft {
    /** As section 2 names it. */
    final String type;
    /** Whether there are tagged nodes in it (TAG-1). */
    final boolean tagged;

    private final byte[] json;

    /**
     * Checks a value and notes it.
     *
     * @throws UnsupportedTypeException VAL-2 to VAL-9, naming the path of the offender
     */
    Draft(Object value) {
        ValueWriter writer = new ValueWriter();
        writer.write(value);
        type = ValueReader.typeOf(value);
        tagged = writer.isTagged();
        json = writer.written();
    }

    /** For a value that stays as it was written: JSON that has been read. */
    Draft(String type, boolean tagged, byte[] json) {
        this.type = type;
        this.tagged = tagged;
        this.json = json;
    }

    /** The value, the caller's own and as a get gives it. */
    final Object take() {
        return ValueReader.read(type, Json.parse(json), tagged);
    }

    /**
     * Makes the document.
     *
     * @param writeId 16 hexadecimal digits, new with every put (ENV-6)
     * @param maxBytes what it may take (OBJ-4)
     * @param expiresAt Unix milliseconds; null for no end
     * @param previous the ids of the values that this one was made from (COND-5)
     * @param took milliseconds that computing it took; null unless it was computed (COMP-4)
     * @param tags with their generations; null for none
     * @return compact JSON in UTF-8
     * @throws ValueTooLargeException OBJ-4
     */
    byte[] prepare(String writeId, int maxBytes, Long expiresAt, List<String> previous, Long took, Map<String, String> tags) {
        int version = tags == null || tags.isEmpty() ? Envelope.VERSION : Envelope.VERSION_WITH_TAGS;
        StringBuilder rest = new StringBuilder(64).append(",\"write\":\"").append(writeId).append('"');
        if (tagged) {
            rest.append(",\"tagged\":true");
        }
        if (expiresAt != null) {
            rest.append(",\"expires_at\":").append(expiresAt);
        }
        if (!previous.isEmpty()) {
            rest.append(",\"previous\":[\"").append(String.join("\",\"", previous)).append("\"]");
        }
        if (took != null) {
            rest.append(",\"took\":").append(took);
        }
        if (version == Envelope.VERSION_WITH_TAGS) {
            rest.append(Generations.member(tags));
        }
        byte[] head = ("{\"v\":" + version + ",\"type\":\"" + type + "\",\"value\":").getBytes(StandardCharsets.ISO_8859_1);
        byte[] tail = rest.append('}').toString().getBytes(StandardCharsets.UTF_8);
        byte[] document = new byte[checkSize((long) head.length + json.length + tail.length, maxBytes)];
        System.arraycopy(head, 0, document, 0, head.length);
        System.arraycopy(json, 0, document, head.length, json.length);
        System.arraycopy(tail, 0, document, head.length + json.length, tail.length);
        return document;
    }

    /**
     * Holds a document to its limit.
     *
     * @throws ValueTooLargeException OBJ-4
     */
    static int checkSize(long size, int maxBytes) {
        if (size <= maxBytes) {
            return (int) size;
        }
        throw new ValueTooLargeException(
                "The value takes " + size + " bytes as JSON; MAX_VALUE_BYTES allows " + maxBytes + ". Store it in parts.");
    }
}
