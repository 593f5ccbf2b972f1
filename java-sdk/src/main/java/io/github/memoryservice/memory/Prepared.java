package io.github.memoryservice.memory;

import java.util.List;
import java.util.Map;

/** A value on its way to S3: all that its documents share, whatever they turn out to replace. */
final class Prepared {
    final String name;
    final String key;
    final Draft draft;
    final String write;
    /** Milliseconds that computing it took; null if it was not computed. */
    final Long took;
    final Form form;

    Prepared(String name, String key, Draft draft, String write, Long took, Form form) {
        this.name = name;
        this.key = key;
        this.draft = draft;
        this.write = write;
        this.took = took;
        this.form = form;
    }

    /** The same put with another id (CTAG-14). */
    Prepared anew() {
        return new Prepared(name, key, draft, Platform.writeId(), took, form);
    }

    /** The document of a put that replaces these, newest first (COND-5). */
    byte[] document(List<String> previous, int maxBytes) {
        Map<String, String> generations = form.tagging == null ? null : form.tagging.generations;
        return draft.prepare(write, maxBytes, form.expiresAt, previous, took, generations);
    }

    /** What memory keeps of a document of this when it is stored, by a request of then. */
    CachedValue copy(byte[] document, Stored stored, double started, int turn) {
        CachedValue copy = CachedValue.of(this, document, stored, started);
        if (form.tagging != null && form.tagging.turn == turn) {
            copy.judge(form.tagging.until);
        }
        return copy;
    }
}
