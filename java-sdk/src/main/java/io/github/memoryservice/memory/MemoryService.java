package io.github.memoryservice.memory;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A cache of typed values, kept in S3 and read through CloudFront.
 *
 * <p>Construct it once, in a static field: memory and connections are reused by all calls, from any thread, and what it guarantees (a get
 * never goes back behind what this object has put or read) holds for one object. Calls block, which a virtual thread may well do; each
 * that asks somebody has a twin that returns a {@link CompletableFuture}.
 *
 * <p>Values are null, Boolean, Long, BigInteger (for what no Long holds), Double, String, byte[], and Lists and Maps of these with String
 * keys. A reader gets what was stored, of the same type (VAL-1), but for Integer, Short and Byte, which come back as Long (VAL-9): {@code
 * ((Number) value).intValue()} is what code that wants an {@code int} back asks for. A Float is refused.
 *
 * <p>Every call raises a {@link MemoryServiceException}: {@link InvalidNameException} for what is no name (NAME-2, NAME-3, KEY-3), {@link
 * ConfigurationException} for an option that is not allowed, {@link AccessDeniedException} where S3 or CloudFront refuses, and {@link
 * UnavailableException} where nobody answers in time.
 */
public final class MemoryService implements AutoCloseable {
    private static final Object MISSING = new Object();

    private final Config config;
    private final String service;
    private final String place;
    private final Clock clock;
    private final Log log;
    private final Observer observer;
    private final Components parts;
    private final Map<String, Object> functions = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    /**
     * Makes a service, and loads what its calls need (CFG-6).
     *
     * @param parameters the configuration by the keys of section 5; what it leaves out is taken from the environment
     * @param service the namespace of the names: 1 to 64 of {@code A-Z a-z 0-9 _ -}
     * @throws ConfigurationException the configuration cannot work (CFG-2 to CFG-5, PRV-1, PRV-2)
     * @throws InvalidNameException the service name is not allowed (NAME-1)
     */
    public MemoryService(Map<String, ?> parameters, String service) {
        this(parameters, service, null, null);
    }

    /**
     * Makes a service that is observed, or has its own time.
     *
     * @param parameters as above
     * @param service as above
     * @param observer is told of each call after its end, in its thread; null for nobody
     * @param clock for tests; null for the machine's time and chance
     * @throws ConfigurationException the configuration cannot work
     * @throws InvalidNameException the service name is not allowed
     */
    public MemoryService(Map<String, ?> parameters, String service, Observer observer, Clock clock) {
        this.service = Names.checkServiceName(service);
        Settings settings = new Settings(System.getenv());
        this.config = Config.read(parameters, System.getenv(), settings::givenRegion);
        this.place = Names.placeOf(service, config.changes);
        this.clock = clock != null ? clock : Cloud.current() != null ? Cloud.current().clock() : SystemClock.INSTANCE;
        this.log = new Log(config.logLevel);
        this.observer = observer;
        this.parts = new Components(config, service, place, settings, this.clock, log);
    }

    /**
     * Stores a value.
     *
     * @param name segments that are not empty, separated by {@code /}
     * @param value null, Boolean, Long, BigInteger, Double, String, byte[], List or Map
     * @return the version of the value: the ETag of its object
     * @throws UnsupportedTypeException the value would not come back as it is (VAL-2)
     * @throws ValueTooLargeException its document is larger than MAX_VALUE_BYTES (OBJ-4)
     */
    public String put(String name, Object value) {
        return put(name, value, null);
    }

    /**
     * Stores an integer: {@code put("var1", 123)}.
     *
     * @param name as above
     * @param value which a reader gets as a Long
     * @return the version
     */
    public String put(String name, long value) {
        return put(name, (Object) value, null);
    }

    /**
     * Stores a number.
     *
     * @param name as above
     * @param value which a reader gets as a Double
     * @return the version
     */
    public String put(String name, double value) {
        return put(name, (Object) value, null);
    }

    /**
     * Stores an integer with options.
     *
     * @param name as above
     * @param value which a reader gets as a Long
     * @param options as below
     * @return the version
     */
    public String put(String name, long value, Options options) {
        return put(name, (Object) value, options);
    }

    /**
     * Stores a number with options.
     *
     * @param name as above
     * @param value which a reader gets as a Double
     * @param options as below
     * @return the version
     */
    public String put(String name, double value, Options options) {
        return put(name, (Object) value, options);
    }

    /**
     * Stores a value with options.
     *
     * @param name as above
     * @param value as above
     * @param options {@code ttl}, {@code edgeTtl}, {@code storageClass}, {@code tags}, {@code ifAbsent} or {@code ifVersion}, {@code
     *     invalidate}; null for none
     * @return the version
     * @throws ConflictException the condition does not hold (COND-1, COND-2)
     */
    public String put(String name, Object value, Options options) {
        return observed("put", () -> {
            PutOptions checked = options(options, Options.PUT, "a put");
            String key = writable(name);
            Draft draft = new Draft(value);
            Tagging tagging = tagging(name, value, checked);
            Form form = Form.of(checked, clock.wallMillis(), null, tagging);
            Prepared prepared = new Prepared(name, key, draft, Platform.writeId(), null, form);
            String version = checked.replaces == null
                    ? parts.writer.put(prepared)
                    : parts.conditional.put(prepared, checked.replaces.isEmpty() ? null : checked.replaces);
            drop(checked.isInvalidating, List.of(pathOf(key)), Names.show(name) + " is stored");
            return version;
        });
    }

    /**
     * Stores several values, several at a time, after all names and values have been checked (MANY-1).
     *
     * @param values by name
     * @param options {@code ttl}, {@code edgeTtl}, {@code storageClass}, {@code tags}, {@code invalidate}; null for none
     * @return the version of each by name
     * @throws BatchException some could not be stored; the others are
     */
    public Map<String, String> putMany(Map<String, ?> values, Options options) {
        return observed("putMany", () -> {
            PutOptions checked = options(options, Options.PUT_MANY, "putMany");
            Map<String, String> keys = new LinkedHashMap<>();
            for (String name : values.keySet()) {
                keys.put(name, writable(name));
            }
            return dropping(keys, checked.isInvalidating, keys.size() + " values are stored", () -> {
                Tagging tagging = null;
                if (checked.tags != null && !checked.tags.isEmpty() && !values.isEmpty()) {
                    values.forEach(parts.writer::check);
                    tagging = parts.tagWriter.take(checked.tags);
                }
                return parts.writer.putMany(keys, values, Form.of(checked, clock.wallMillis(), null, tagging));
            });
        });
    }

    /**
     * Stores several values without options.
     *
     * @param values by name
     * @return the version of each by name
     */
    public Map<String, String> putMany(Map<String, ?> values) {
        return putMany(values, null);
    }

    /**
     * Reads a value: from memory, else through the edge, or from S3 if the edge fails or is behind what is known.
     *
     * @param name that it was stored under
     * @return the value, of the type it was stored with; null if there is none, or null was stored ({@link #getEntry} tells)
     * @throws CorruptValueException what is stored is no envelope (ENV-4)
     */
    public Object get(String name) {
        return get(name, (Object) null);
    }

    /**
     * Reads a value.
     *
     * @param name that it was stored under
     * @param fallback what to return if there is none; a stored null is a value
     * @return the value, or that
     */
    public Object get(String name, Object fallback) {
        if (observer == null && !isClosed && name != null) {
            CachedValue copy;
            long missed;
            State state = parts.state;
            state.lock.lock();
            try {
                copy = state.local.fresh(name, clock.wallMillis());
                missed = state.local.arrivals;
            } finally {
                state.lock.unlock();
            }
            if (copy == null) {
                return valueOf(read(name, false, missed), fallback);
            }
            if (log.isDebug()) {
                log.debug("get " + Names.show(name) + " from memory");
            }
            return copy.value();
        }
        return valueOf(observedRead("get", () -> read(name, false, -1)), fallback);
    }

    /**
     * Reads a value in S3 itself: the newest, at the price and latency of S3 (CON-1).
     *
     * @param name that it was stored under
     * @param fallback what to return if there is none
     * @return the value, or that
     */
    public Object getConsistent(String name, Object fallback) {
        return valueOf(observedRead("get", () -> read(name, true, -1)), fallback);
    }

    /**
     * Reads a value of a type.
     *
     * @param name that it was stored under
     * @param type Boolean, Long, BigInteger, Double, String, byte[], List or Map
     * @param <T> that
     * @return the value; null if there is none, or null was stored
     * @throws UnsupportedTypeException it is of another type
     */
    @SuppressWarnings("unchecked")
    public <T> T get(String name, Class<T> type) {
        Object value = get(name, (Object) null);
        // Who writes get(name, null) means no type, but that as fallback.
        if (value == null || type == null || type.isInstance(value)) {
            return (T) value;
        }
        throw new UnsupportedTypeException(
                Names.show(name) + " is a " + value.getClass().getSimpleName() + ", not a " + type.getSimpleName());
    }

    /**
     * Reads a value with what is known about it (GET-6).
     *
     * @param name that it was stored under
     * @return nothing if there is none; a stored null is an entry of null
     */
    public Optional<Entry<Object>> getEntry(String name) {
        return entryOf(observedRead("getEntry", () -> read(name, false, -1)));
    }

    /**
     * Reads a value in S3 itself, with what is known about it.
     *
     * @param name that it was stored under
     * @return nothing if there is none
     */
    public Optional<Entry<Object>> getEntryConsistent(String name) {
        return entryOf(observedRead("getEntry", () -> read(name, true, -1)));
    }

    /**
     * Reads several values, several at a time, after all names have been checked.
     *
     * @param names of the values
     * @return the values by name, in the order asked; names without a value are left out (MANY-2)
     * @throws BatchException some could not be read (MANY-1); it has the values of the others
     */
    public Map<String, Object> getMany(Collection<String> names) {
        return getMany(names, false);
    }

    /**
     * Reads several values from S3 itself, as {@link #getConsistent} reads one (CON-1).
     *
     * @param names of the values
     * @return the values by name, as of {@link #getMany}
     * @throws BatchException some could not be read (MANY-1); it has the values of the others
     */
    public Map<String, Object> getManyConsistent(Collection<String> names) {
        return getMany(names, true);
    }

    private Map<String, Object> getMany(Collection<String> names, boolean isConsistent) {
        return observed("getMany", () -> {
            names.forEach(this::key);
            try {
                return present(Batch.forEach(names, name -> valueOf(read(name, isConsistent, -1), MISSING)));
            } catch (BatchException error) {
                throw new BatchException(error.getMessage(), error.errors(), present(error.results()));
            }
        });
    }

    private static Map<String, Object> present(Map<String, Object> values) {
        Map<String, Object> present = new LinkedHashMap<>(values);
        present.values().removeIf(value -> value == MISSING);
        return present;
    }

    /**
     * Removes a value; that there is none is no error. Others may be served a copy until its edge TTL is over.
     *
     * @param name that it was stored under
     */
    public void remove(String name) {
        remove(name, null);
    }

    /**
     * Removes a value with options.
     *
     * @param name that it was stored under
     * @param options {@code invalidate}; null for none
     */
    public void remove(String name, Options options) {
        observed("remove", () -> {
            boolean isInvalidating = invalidates(options, "a remove");
            String key = key(name);
            parts.writer.remove(name, key);
            drop(isInvalidating, List.of(pathOf(key)), Names.show(name) + " is removed");
            return null;
        });
    }

    /**
     * Removes several values, up to 1,000 in one request, after all names have been checked.
     *
     * @param names of the values
     * @param options {@code invalidate}; null for none
     * @throws BatchException some could not be removed (MANY-1); the others are
     */
    public void removeMany(Collection<String> names, Options options) {
        observed("removeMany", () -> {
            boolean isInvalidating = invalidates(options, "removeMany");
            Map<String, String> keys = new LinkedHashMap<>();
            Map<String, String> byKey = new LinkedHashMap<>();
            for (String name : names) {
                keys.put(name, key(name));
                byKey.put(keys.get(name), name);
            }
            return dropping(keys, isInvalidating, keys.size() + " values are removed", () -> {
                parts.writer.removeMany(byKey, false);
                return null;
            });
        });
    }

    /**
     * Lists the names under a prefix, a page of S3's at a time as the iteration goes on (LIST-2). A name whose value has expired is listed
     * until the bucket's lifecycle rule removes the object.
     *
     * @param prefix empty for all names, else whole segments with a slash at the end: {@code tenant/1/}
     * @return the names, in the order of their keys
     */
    public Iterable<String> keys(String prefix) {
        checkOpen();
        String under = config.visibility + Names.prefixPath(config.visibility, place, prefix);
        return () -> new Iterator<>() {
            private Iterator<String> page = Collections.emptyIterator();
            private Store.Page last;
            private String next;

            @Override
            public boolean hasNext() {
                while (next == null) {
                    if (page.hasNext()) {
                        next = Names.nameOf(config.visibility, place, page.next());
                    } else if (last != null && last.next == null) {
                        return false;
                    } else {
                        last = parts.store.list(under, last == null ? null : last.next, parts.writer.until());
                        page = last.keys.iterator();
                    }
                }
                return true;
            }

            @Override
            public String next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                String name = next;
                next = null;
                return name;
            }
        };
    }

    /**
     * Removes all values under a prefix.
     *
     * @param prefix as for {@link #keys}
     * @param options {@code invalidate}; null for none
     * @return how many there were
     */
    public long clear(String prefix, Options options) {
        return observed("clear", () -> {
            boolean isInvalidating = invalidates(options, "clear");
            String under = Names.prefixPath(config.visibility, place, prefix);
            Map<String, String> all = Map.of(prefix, config.visibility + under + "*");
            return dropping(all, isInvalidating, "what lies under " + Names.show(prefix) + " is removed", () -> {
                long removed = 0;
                try {
                    String token = null;
                    do {
                        Store.Page page = parts.store.list(config.visibility + under, token, parts.writer.until());
                        Map<String, String> names = new LinkedHashMap<>();
                        for (String key : page.keys) {
                            String name = Names.nameOf(config.visibility, place, key);
                            if (name != null) {
                                names.put(key, name);
                            }
                        }
                        parts.writer.removeMany(names, true);
                        removed += names.size();
                        token = page.next;
                    } while (token != null);
                } finally {
                    parts.state.forget(prefix, clock.wallMillis());
                }
                return removed;
            });
        });
    }

    /**
     * Replaces a value by what a function makes of it, losing no update of anybody else (UPD-1).
     *
     * @param name of the value
     * @param change takes the value, which is its own to change, or {@code fallback} if there is none, and returns the new one; or changes
     *     it and returns null (UPD-5). It is called again if somebody else was faster, so it should do nothing else
     * @param fallback what it is given if there is no value
     * @param options {@code ttl} or {@code ttlIfNew}, {@code edgeTtl}, {@code storageClass}, {@code tags}, {@code invalidate}, {@code
     *     attempts}; null for none. Without a ttl the new value keeps the end of the old one (UPD-3), without tags its tags
     * @return the new value
     * @throws ConflictException others were faster in every attempt (UPD-2)
     * @throws UnsupportedTypeException the function returned nothing of what cannot be changed in place, or changed the value and returned
     *     another
     * @throws ConfigurationException the change of this name changes it itself (WAIT-1)
     */
    public Object update(String name, UnaryOperator<Object> change, Object fallback, Options options) {
        return observed("update", () -> {
            PutOptions checked = options(options, Options.UPDATE, "an update");
            String key = writable(name);
            Object value = parts.updates.update(name, key, change, fallback, checked, checked.attempts);
            drop(checked.isInvalidating, List.of(pathOf(key)), Names.show(name) + " is stored");
            return value;
        });
    }

    /**
     * Adds 1 to an int, losing no increment of anybody else and counting none twice (UPD-4).
     *
     * @param name of the int; what is absent counts as 0
     * @return the new int
     */
    public long increment(String name) {
        return increment(name, 1, null);
    }

    /**
     * Adds to an int.
     *
     * @param name of the int; what is absent counts as 0
     * @param by what to add, maybe negative
     * @param options as of {@link #update}
     * @return the new int
     * @throws UnsupportedTypeException what is stored is no int
     * @throws ArithmeticException the new int, which is stored, is none that a long holds
     */
    public long increment(String name, long by, Options options) {
        Number total = increment(name, BigInteger.valueOf(by), options);
        return total instanceof BigInteger ? ((BigInteger) total).longValueExact() : total.longValue();
    }

    /**
     * Adds to an int of any size.
     *
     * @param name of the int
     * @param by what to add
     * @param options as of {@link #update}
     * @return the new int, a Long or BigInteger
     */
    public Number increment(String name, BigInteger by, Options options) {
        return observed("increment", () -> {
            PutOptions checked = options(options, Options.UPDATE, "an increment");
            String key = writable(name);
            Number total = parts.updates.increment(name, key, by, checked, checked.attempts);
            drop(checked.isInvalidating, List.of(pathOf(key)), Names.show(name) + " is stored");
            return total;
        });
    }

    /**
     * Changes how long a value lives, and nothing else of it (TOUCH-1).
     *
     * @param name of the value
     * @param ttl how long it lives from now on; null until it is replaced or removed
     * @param options {@code invalidate}; null for none
     * @return the new version; nothing if there is no value
     */
    public Optional<String> touch(String name, Duration ttl, Options options) {
        return observed("touch", () -> {
            boolean isInvalidating = invalidates(options, "a touch");
            PutOptions checked = options(ttl == null ? null : new Options().ttl(ttl), Options.STORAGE, "a touch");
            String key = writable(name);
            String version = parts.updates.touch(name, key, checked);
            drop(isInvalidating && version != null, List.of(pathOf(key)), Names.show(name) + " is stored");
            return Optional.ofNullable(version);
        });
    }

    /**
     * Reads a value, or computes and stores it if there is none. Of several threads one computes (COMP-1), after S3 itself has been asked
     * (COMP-5). With a ttl, a value is computed anew a little before its end, by one caller by chance (COMP-4). While the cache cannot be
     * reached, it is computed and not stored (COMP-3).
     *
     * @param name of the value
     * @param factory returns the value; what it throws reaches the caller and is never stored
     * @param options {@code ttl}, {@code edgeTtl}, {@code storageClass}, {@code tags}; null for none
     * @param <T> what it returns
     * @return the value
     * @throws ConfigurationException the call is part of a factory that its own would wait for (WAIT-1)
     */
    @SuppressWarnings("unchecked")
    public <T> T getOrPut(String name, Supplier<T> factory, Options options) {
        return (T) observed("getOrPut", () -> {
            writable(name);
            return parts.compute().getOrPut(name, factory, options(options, Options.STORAGE, "getOrPut"));
        });
    }

    /**
     * Makes a function look in the cache first, as {@link #getOrPut} does.
     *
     * @param name of the function, which no other of the service may have, in whatever program: a lambda has none of its own (CALL-1)
     * @param function of the arguments of {@link CachedFunction#call}
     * @param options as of {@link #getOrPut}
     * @param <T> what it returns
     * @return the function to call in its place
     * @throws ConfigurationException an option is not allowed, there is no name, or another function has it
     */
    public <T> CachedFunction<T> cached(String name, Function<Object[], T> function, Options options) {
        PutOptions checked = options(options, Options.STORAGE, "cached");
        if (name == null) {
            throw new ConfigurationException("A cached function needs a name that is its alone: a lambda has none.");
        }
        key(name);
        key(CacheName.of(name, List.of()));
        Object owner = functions.putIfAbsent(name, function);
        if (owner != null && owner != function) {
            throw new ConfigurationException("The name " + Names.show(name) + " is taken by another function, so this one would be given its"
                    + " results: give it a name of its own.");
        }
        return new CachedFunction<>(name, (call, arguments) -> observed(
                "getOrPut",
                () -> parts.compute().getOrPut(call, () -> function.apply(arguments), checked)));
    }

    /**
     * Makes every value a miss that has one of some tags, whoever put it, by one put a tag (CTAG-14). This object sees that at once, and so
     * does whoever reads consistently or changes a value; others when EDGE_TTL and a second are over.
     *
     * @param tags texts by the rules of names
     * @param options {@code invalidate}: also drops the tags' records from the edges; null for none
     * @throws BatchException some could not be invalidated (MANY-1); the others are
     */
    public void invalidateTags(Collection<String> tags, Options options) {
        observed("invalidateTags", () -> {
            boolean isInvalidating = invalidates(options, "invalidateTags");
            List<String> once = Options.checkTags(tags, Integer.MAX_VALUE);
            Map<String, String> keys = new LinkedHashMap<>();
            once.forEach(tag -> keys.put(tag, parts.tagReader.key(tag)));
            return dropping(keys, isInvalidating, keys.size() + " tags are invalidated", () -> {
                parts.tagWriter.invalidate(once);
                return null;
            });
        });
    }

    /**
     * Lets another program read what lies under a prefix of this private service, or exactly one name (GRANT-1). It cannot be taken back.
     *
     * @param what a prefix (empty, or ending with a slash) or a name
     * @param ttl for how long, in whole seconds, at most MAX_GRANT
     * @return what to hand to it
     * @throws ConfigurationException the ttl is not allowed, or the service is public (GRANT-2)
     */
    public Grant grant(String what, Duration ttl) {
        return observed("grant", () -> {
            checkOpen();
            return parts.grant(what, ttl);
        });
    }

    /**
     * Lets a program without credentials, such as a page, store values under a prefix or one name (WGRANT-1). S3 itself judges what is
     * posted: key, size, headers and end. It looks into no document.
     *
     * @param what a prefix that ends with a slash and is not empty, or a name
     * @param ttl for how long, in whole seconds, at most MAX_GRANT, with CHANGES 900
     * @param maxBytes what the document of a value may take, from 1 to MAX_VALUE_BYTES
     * @param options {@code ttl} (of the values), {@code edgeTtl}, {@code storageClass}, {@code tags}; null for none
     * @return what to hand to it
     */
    public WriteGrant grantPut(String what, Duration ttl, long maxBytes, Options options) {
        return observed("grantPut", () -> {
            PutOptions checked = options(options, Options.STORAGE, "grantPut");
            return parts.grantPut(what, ttl, maxBytes, checked);
        });
    }

    /**
     * Tells what this object has done so far, and what its memory holds (STAT-1).
     *
     * @return the counts now
     */
    public Stats stats() {
        return parts.state.told();
    }

    /**
     * The version of this SDK.
     *
     * @return such as {@code 0.1.0}
     */
    public String getVersion() {
        return Version.CURRENT;
    }

    /** Lets go of the connections, which the objects of a process share. Calls then raise {@link ConfigurationException}. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            parts.close();
        }
    }

    /**
     * {@link #get(String)} beside the caller.
     *
     * @param name as there
     * @return what it returns
     */
    public CompletableFuture<Object> getAsync(String name) {
        return Async.run(() -> get(name));
    }

    /**
     * {@link #getEntry} beside the caller.
     *
     * @param name as there
     * @return what it returns
     */
    public CompletableFuture<Optional<Entry<Object>>> getEntryAsync(String name) {
        return Async.run(() -> getEntry(name));
    }

    /**
     * {@link #getMany} beside the caller.
     *
     * @param names as there
     * @return what it returns
     */
    public CompletableFuture<Map<String, Object>> getManyAsync(Collection<String> names) {
        return Async.run(() -> getMany(names));
    }

    /**
     * {@link #put(String, Object, Options)} beside the caller: the value must not change before that has ended.
     *
     * @param name as there
     * @param value as there
     * @param options as there
     * @return what it returns
     */
    public CompletableFuture<String> putAsync(String name, Object value, Options options) {
        return Async.run(() -> put(name, value, options));
    }

    /**
     * {@link #putMany(Map, Options)} beside the caller.
     *
     * @param values as there
     * @param options as there
     * @return what it returns
     */
    public CompletableFuture<Map<String, String>> putManyAsync(Map<String, ?> values, Options options) {
        return Async.run(() -> putMany(values, options));
    }

    /**
     * {@link #remove(String, Options)} beside the caller.
     *
     * @param name as there
     * @param options as there
     * @return when it has ended
     */
    public CompletableFuture<Void> removeAsync(String name, Options options) {
        return Async.run(() -> {
            remove(name, options);
            return null;
        });
    }

    /**
     * {@link #update} beside the caller.
     *
     * @param name as there
     * @param change as there
     * @param fallback as there
     * @param options as there
     * @return what it returns
     */
    public CompletableFuture<Object> updateAsync(String name, UnaryOperator<Object> change, Object fallback, Options options) {
        return Async.run(() -> update(name, change, fallback, options));
    }

    /**
     * {@link #increment(String, long, Options)} beside the caller.
     *
     * @param name as there
     * @param by as there
     * @param options as there
     * @return what it returns
     */
    public CompletableFuture<Long> incrementAsync(String name, long by, Options options) {
        return Async.run(() -> increment(name, by, options));
    }

    /**
     * {@link #getOrPut} beside the caller.
     *
     * @param name as there
     * @param factory as there
     * @param options as there
     * @param <T> what it returns
     * @return what it returns
     */
    public <T> CompletableFuture<T> getOrPutAsync(String name, Supplier<T> factory, Options options) {
        return Async.run(() -> getOrPut(name, factory, options));
    }

    @Override
    public String toString() {
        return "MemoryService[" + service + ", " + config.visibility + "]";
    }

    /** What is known and kept; for tests, whose stores come and go. */
    State state() {
        return parts.state;
    }

    private Reading read(String name, boolean isConsistent, long missed) {
        checkOpen();
        String key = key(name);
        Reading reading;
        try {
            reading = isConsistent
                    ? parts.reader.readOrigin(name, key, parts.writer.until())
                    : parts.coalescingReader.read(name, key, missed);
        } catch (CorruptValueException error) {
            throw new CorruptValueException(Names.show(name) + ": " + error.getMessage());
        }
        if (log.isDebug()) {
            String cache = reading.answer == null ? "" : " (" + reading.answer.cache() + (reading.copy == null ? ", no value)" : ")");
            log.debug("get " + Names.show(name) + " from " + reading.source + cache);
        }
        return reading;
    }

    private static Object valueOf(Reading reading, Object fallback) {
        return reading.copy == null ? fallback : reading.value;
    }

    private Optional<Entry<Object>> entryOf(Reading reading) {
        CachedValue copy = reading.copy;
        if (copy == null) {
            return Optional.empty();
        }
        long age = Math.max(0, (long) ((clock.wallMillis() - copy.fetched) / 1000));
        Instant storedAt = Double.isNaN(copy.storedAt) ? null : Instant.ofEpochMilli((long) copy.storedAt);
        Instant expiresAt = copy.expiresAt == null ? null : Instant.ofEpochMilli(copy.expiresAt);
        List<String> tags = copy.tags == null ? List.of() : List.copyOf(copy.tags.keySet());
        return Optional.of(new Entry<>(reading.value, copy.type, copy.version, reading.source, age, storedAt, expiresAt, tags));
    }

    private void checkOpen() {
        if (isClosed) {
            throw new ConfigurationException("this MemoryService is closed: make a new one");
        }
    }

    private String key(String name) {
        return parts.key(name);
    }

    /** The key of a name that a caller may store a value under (CALL-5). */
    private String writable(String name) {
        String key = key(name);
        Names.refuseReserved(name);
        return key;
    }

    private static String pathOf(String key) {
        return key.substring(key.indexOf('/'));
    }

    private PutOptions options(Options options, List<String> known, String whose) {
        checkOpen();
        PutOptions checked = Options.read(options, known, whose, config);
        if (checked.tags != null) {
            checked.tags.forEach(parts.tagReader::key);
        }
        return checked;
    }

    private boolean invalidates(Options options, String whose) {
        checkOpen();
        return Options.readInvalidate(options, whose, config);
    }

    /** What is known of the tags of a value now (CTAG-12), if it can be stored at all. */
    private Tagging tagging(String name, Object value, PutOptions options) {
        if (options.tags == null || options.tags.isEmpty()) {
            return null;
        }
        parts.writer.check(name, value);
        return parts.tagWriter.take(options.tags);
    }

    private void drop(boolean isAsked, List<String> paths, String done) {
        if (isAsked && !paths.isEmpty()) {
            parts.invalidation().send(paths, done, config.deadline);
        }
    }

    /** Asks for what is done inside to be dropped from the edges; if some of it fails, for the rest (INV-1). */
    private <T> T dropping(Map<String, String> keys, boolean isAsked, String done, Supplier<T> inside) {
        T result;
        try {
            result = inside.get();
        } catch (BatchException failed) {
            List<String> rest = new ArrayList<>();
            keys.forEach((name, key) -> {
                if (!failed.errors().containsKey(name)) {
                    rest.add(pathOf(key));
                }
            });
            try {
                drop(isAsked, rest, "some of a batch is done");
            } catch (MemoryServiceException error) {
                log.warn(error.getMessage());
            }
            throw failed;
        }
        List<String> paths = new ArrayList<>();
        keys.values().forEach(key -> paths.add(pathOf(key)));
        drop(isAsked, paths, done);
        return result;
    }

    private Reading observedRead(String operation, Supplier<Reading> call) {
        if (observer == null) {
            return call.get();
        }
        String[] source = new String[1];
        return observed(operation, source, () -> {
            Reading reading = call.get();
            source[0] = reading.source;
            return reading;
        });
    }

    private <T> T observed(String operation, Supplier<T> call) {
        return observer == null ? call.get() : observed(operation, new String[1], call);
    }

    private <T> T observed(String operation, String[] source, Supplier<T> call) {
        long began = System.nanoTime();
        String code = null;
        try {
            return call.get();
        } catch (MemoryServiceException error) {
            code = error.code();
            throw error;
        } catch (RuntimeException | Error error) {
            code = "other";
            throw error;
        } finally {
            try {
                observer.observe(new Observation(operation, service, source[0], System.nanoTime() - began, code));
            } catch (RuntimeException error) {
                log.warn("the observer raised " + error.getClass().getName()); // a call does not fail for its observer
            }
        }
    }
}
