package io.github.memoryservice.memory;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Changes what is stored, and loses no change that others make at the same time (section 8.2). */
final class Updates {
    static final int ATTEMPTS = 100;

    /** What the running code is part of the change of: the updates of objects, and keys, in turn. */
    private static final ThreadLocal<List<Object>> CHANGING = ThreadLocal.withInitial(List::of);

    private final Reader reader;
    private final Writer writer;
    private final Conditional conditional;
    private final TagWriter tags;
    private final Clock clock;
    private final Log log;

    Updates(Reader reader, Writer writer, Conditional conditional, TagWriter tags, Clock clock, Log log) {
        this.reader = reader;
        this.writer = writer;
        this.conditional = conditional;
        this.tags = tags;
        this.clock = clock;
        this.log = log;
    }

    /** What this thread changes now; for another one that goes on with its work. */
    static List<Object> changing() {
        return CHANGING.get();
    }

    static void setChanging(List<Object> those) {
        CHANGING.set(those);
    }

    /** Replaces a value by what a function makes of it, and returns that (UPD-1 to UPD-6). */
    Object update(String name, String key, UnaryOperator<Object> change, Object fallback, PutOptions options, int attempts) {
        Draft original = fallback == null ? null : new Draft(fallback);
        return replaced(name, key, attempts, found -> {
            double now = clock.wallMillis();
            boolean isPresent = found.isPresent(now);
            Tagging own = isPresent ? tagging(found) : null;
            Tagging tagging = options.tags == null ? own : tagging(options.tags, own);
            Object given = given(found, isPresent, original);
            Object value = outcome(name, given, change.apply(given), () -> given(found, isPresent, original));
            Long end = isPresent ? found.envelope.expiresAt : null;
            boolean isFirst = end == null && !Double.isNaN(options.ttlIfNew);
            PutOptions its = isFirst ? options.withTtl(options.ttlIfNew) : options;
            Form form = Form.of(its, clock.wallMillis(), end, tagging);
            return writer.prepared(name, key, value, form, null);
        }).draft.take();
    }

    /** Adds to an int (UPD-4). */
    Number increment(String name, String key, BigInteger by, PutOptions options, int attempts) {
        return (Number) update(name, key, number -> add(name, number, by), 0L, options, attempts);
    }

    /** Changes how long a value lives, and returns its new version; null if there is no value (TOUCH-1). */
    String touch(String name, String key, PutOptions options) {
        Sent sent = replaced(name, key, ATTEMPTS, found -> {
            double now = clock.wallMillis();
            if (!found.isPresent(now)) {
                return null;
            }
            Answer answer = found.answer;
            Envelope envelope = found.envelope;
            Form form = Form.touching(options, now, answer, tagging(found));
            Touched draft = new Touched(envelope, answer.document());
            return new Prepared(name, key, draft, Platform.writeId(), envelope.took == 0 ? null : envelope.took, form);
        });
        return sent == null ? null : sent.version;
    }

    /** What was put in place of what was read. */
    private static final class Sent {
        final Draft draft;
        final String version;

        Sent(Draft draft, String version) {
            this.draft = draft;
            this.version = version;
        }
    }

    private Sent replaced(String name, String key, int attempts, Function<Found, Prepared> draftOf) {
        List<Object> outer = CHANGING.get();
        refuseItself(name, key, outer);
        for (int attempt = 0; attempt < attempts; attempt++) {
            if (attempt > 0) {
                Backoff.pause(clock, attempt);
            }
            Found found = reader.find(name, key, writer.until());
            Prepared draft;
            List<Object> inner = new ArrayList<>(outer);
            inner.add(this);
            inner.add(key);
            CHANGING.set(inner);
            try {
                draft = draftOf.apply(found);
            } finally {
                CHANGING.set(outer);
            }
            if (draft == null) {
                return null;
            }
            try {
                List<String> previous = Lineage.of(found.answer, found.envelope);
                String version = conditional.put(draft, found.version(), previous, writer.until());
                return new Sent(draft.draft, version);
            } catch (ConflictException error) {
                log.debug("the update of " + key + " met another writer, attempt " + (attempt + 1));
            }
        }
        throw new ConflictException(Names.show(name) + ": other writers were faster in each of " + attempts
                + " attempts. Change it less often");
    }

    private void refuseItself(String name, String key, List<Object> outer) {
        for (int at = 0; at < outer.size(); at += 2) {
            if (outer.get(at) == this && outer.get(at + 1).equals(key)) {
                throw new ConfigurationException("the change of " + Names.show(name) + " changes " + Names.show(name)
                        + " itself, and would start over for ever: let the function return the new value");
            }
        }
    }

    /** The tags that the value has, as S3 has them; null without. */
    private static Tagging tagging(Found found) {
        Map<String, String> generations = found.envelope.tags;
        return generations == null ? null : new Tagging(generations, found.verdict.until, found.verdict.turn);
    }

    /** The tags that an update sets: of those that the value has, what it has of them (CTAG-12). */
    private Tagging tagging(Collection<String> names, Tagging own) {
        List<String> others = new ArrayList<>();
        for (String tag : names) {
            if (own == null || !own.generations.containsKey(tag)) {
                others.add(tag);
            }
        }
        Tagging taken = tags.take(others);
        if (names.isEmpty()) {
            return null;
        }
        Map<String, String> generations = new LinkedHashMap<>();
        for (String tag : names) {
            boolean isOwn = own != null && own.generations.containsKey(tag);
            generations.put(tag, (isOwn ? own : taken).generations.get(tag));
        }
        double until = Math.min(own == null ? taken.until : own.until, taken == null ? own.until : taken.until);
        return new Tagging(generations, until, Math.min(own == null ? taken.turn : own.turn, taken == null ? own.turn : taken.turn));
    }

    private static Number add(String name, Object number, BigInteger by) {
        if (!(number instanceof Long) && !(number instanceof BigInteger)) {
            throw new UnsupportedTypeException(Names.show(name) + " is " + typeOf(number) + ": only an int can be incremented");
        }
        BigInteger total = number instanceof Long ? BigInteger.valueOf((Long) number) : (BigInteger) number;
        total = total.add(by);
        if (total.bitLength() < Long.SIZE) {
            return total.longValue();
        }
        return total;
    }

    /** The new value (UPD-5). */
    private static Object outcome(String name, Object given, Object returned, Supplier<Object> original) {
        boolean mayChange = given instanceof List || given instanceof Map;
        if (returned == given && returned != null) {
            return returned;
        }
        if (returned == null && mayChange) {
            return given;
        }
        if (returned == null) {
            throw new UnsupportedTypeException(Names.show(name) + ": the function of the update returned nothing, and "
                    + typeOf(given) + " cannot be changed in place: return the new value (null itself can be put)");
        }
        if (mayChange && !isSame(given, original.get()) && !isSame(returned, given)) {
            throw new UnsupportedTypeException(Names.show(name) + ": the function of the update changed "
                    + typeOf(given) + " that it was given, and returned something else, " + typeOf(returned)
                    + ": return the one or the other");
        }
        return returned;
    }

    /** What the function is given, a value of its own each time. */
    private static Object given(Found found, boolean isPresent, Draft fallback) {
        if (isPresent) {
            return Envelope.decode(found.answer.document()).value;
        }
        return fallback == null ? null : fallback.take();
    }

    /** What kind of value something is, for a message. */
    private static String typeOf(Object value) {
        return value == null ? "null" : "a " + value.getClass().getSimpleName();
    }

    private static boolean isSame(Object one, Object other) {
        try {
            return Canonical.of(one).equals(Canonical.of(other));
        } catch (UnsupportedTypeException error) {
            return false;
        }
    }
}
