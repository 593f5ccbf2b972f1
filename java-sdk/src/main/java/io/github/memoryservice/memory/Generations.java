package io.github.memoryservice.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/** The tags of a document, each with the generation that it is valid with (CTAG-4, CTAG-5). */
final class Generations {
    static final int MAX_TAGS = 16;

    private Generations() {}

    /**
     * Those of a document.
     *
     * @throws CorruptValueException CTAG-4
     */
    static Map<String, String> read(Object given) {
        if (!(given instanceof Map<?, ?> tags) || tags.isEmpty() || tags.size() > MAX_TAGS) {
            throw new CorruptValueException("its \"tags\" are not 1 to " + MAX_TAGS + " of them");
        }
        Map<String, String> generations = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : tags.entrySet()) {
            String tag = (String) entry.getKey();
            if (!Names.isName(tag) || !Envelope.isId(entry.getValue())) {
                throw new CorruptValueException("one of its \"tags\" is no name, or its generation is not 16 hexadecimal digits");
            }
            generations.put(tag, (String) entry.getValue());
        }
        return generations;
    }

    /** The member that a document has of them, after others. */
    static String member(Map<String, String> tags) {
        StringBuilder member = new StringBuilder(",\"tags\":");
        char before = '{';
        for (Map.Entry<String, String> entry : tags.entrySet()) {
            Json.quote(member.append(before), entry.getKey()).append(":\"").append(entry.getValue()).append('"');
            before = ',';
        }
        return member.append('}').toString();
    }
}
