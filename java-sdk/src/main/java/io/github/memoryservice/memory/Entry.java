package io.github.memoryservice.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A value with what is known of it (GET-6).
 *
 * @param <T> what the value is
 */
public final class Entry<T> {
    private final T value;
    private final String type;
    private final String version;
    private final String source;
    private final long age;
    private final Instant storedAt;
    private final Instant expiresAt;
    private final List<String> tags;

    Entry(T value, String type, String version, String source, long age, Instant storedAt, Instant expiresAt, List<String> tags) {
        this.value = value;
        this.type = type;
        this.version = version;
        this.source = source;
        this.age = age;
        this.storedAt = storedAt;
        this.expiresAt = expiresAt;
        this.tags = tags;
    }

    /**
     * The value.
     *
     * @return the caller's own; {@code null} if null was stored
     */
    public T value() {
        return value;
    }

    /**
     * The type that was stored.
     *
     * @return {@code null}, {@code bool}, {@code int}, {@code float}, {@code str}, {@code bytes}, {@code list} or {@code dict}
     */
    public String type() {
        return type;
    }

    /**
     * The version, as a put returns it.
     *
     * @return what a put with {@code ifVersion} takes
     */
    public String version() {
        return version;
    }

    /**
     * Where the value came from.
     *
     * @return {@code memory}, {@code edge}, {@code s3} or {@code stale}
     */
    public String source() {
        return source;
    }

    /**
     * How long ago it was fetched from S3.
     *
     * @return whole seconds
     */
    public Duration age() {
        return Duration.ofSeconds(age);
    }

    /**
     * When it was stored.
     *
     * @return by S3's clock; empty if nobody said
     */
    public Optional<Instant> storedAt() {
        return Optional.ofNullable(storedAt);
    }

    /**
     * When it ends.
     *
     * @return empty if it has no end
     */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(expiresAt);
    }

    /**
     * What it can be invalidated by (CTAG-10).
     *
     * @return in the document's order
     */
    public List<String> tags() {
        return tags;
    }

    @Override
    public String toString() {
        return "Entry[" + type + ", version " + version + ", from " + source + ", " + age + " s old]";
    }
}
