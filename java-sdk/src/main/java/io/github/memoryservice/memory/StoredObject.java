package io.github.memoryservice.memory;

import java.util.Map;

/** An object of the cloud in memory. */
public final class StoredObject {
    final byte[] body;
    final Map<String, String> headers;
    final String version;
    final double modified;
    final String storageClass;
    final Map<String, String> tags;

    StoredObject(
            byte[] body, Map<String, String> headers, String version, double modified, String storageClass, Map<String, String> tags) {
        this.body = body;
        this.headers = headers;
        this.version = version;
        this.modified = modified;
        this.storageClass = storageClass;
        this.tags = tags;
    }

    /**
     * Its bytes, as they are stored.
     *
     * @return a copy
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * {@code content-type}, {@code content-encoding} and {@code cache-control}, as far as they are set.
     *
     * @return those
     */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * The ETag without its quotes.
     *
     * @return that
     */
    public String version() {
        return version;
    }

    /**
     * Its storage class.
     *
     * @return such as {@code STANDARD}
     */
    public String storageClass() {
        return storageClass;
    }

    /**
     * Its tags.
     *
     * @return those
     */
    public Map<String, String> tags() {
        return tags;
    }
}
