package io.github.memoryservice.memory;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What the driver is asked about a store. */
final class Questions {
    private static final Object MISSING = new Object();
    private static final long BEFORE_ASKING = 200;

    private final World world = new World();
    private final Doubles doubles = new Doubles(world);
    private final Driver driver;

    Questions(Driver driver) {
        this.driver = driver;
        driver.features.addAll(List.of("double", "changes", "tags", "write-grants"));
        driver.operations.put("put", this::put);
        driver.operations.put("get", this::get);
        driver.operations.put("entry", this::entry);
        driver.operations.put("remove", this::remove);
        driver.operations.put("put_many", this::putMany);
        driver.operations.put("get_many", this::getMany);
        driver.operations.put("remove_many", this::removeMany);
        driver.operations.put("invalidate_tags", this::invalidateTags);
        driver.operations.put("list", this::list);
        driver.operations.put("clear", this::clear);
        driver.operations.put("update", this::update);
        driver.operations.put("increment", this::increment);
        driver.operations.put("touch", this::touch);
        driver.operations.put("get_or_put", this::getOrPut);
        driver.operations.put("cached", this::cached);
        driver.operations.put("grant", this::grant);
        driver.operations.put("grant_put", this::grantPut);
        driver.operations.put("stats", request -> world.with(request, memory -> Map.of("stats", memory.stats().toMap())));
        driver.operations.put("together", this::together);
        driver.operations.put("pause", this::pause);
        driver.operations.put("clock", this::clock);
        driver.operations.put("random", this::random);
        driver.operations.put("log", this::log);
        driver.operations.put("double", doubles::answer);
        driver.operations.put("close", this::close);
    }

    private Map<?, ?> put(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        Object value = value(request, "value");
        Options options = options(request);
        String version = world.with(request, memory -> memory.put(name, value, options));
        if (request.containsKey("mutate")) {
            spoil(value);
        }
        return Map.of("version", version);
    }

    private Map<?, ?> get(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        boolean isConsistent = request.containsKey("consistent");
        Object value = world.with(request, memory -> isConsistent ? memory.getConsistent(name, MISSING) : memory.get(name, MISSING));
        return found(request, value);
    }

    private static Map<?, ?> found(Map<String, Object> request, Object value) {
        if (value == MISSING) {
            return Map.of("missing", true);
        }
        Map<String, Object> reply = Driver.found(value);
        if (request.containsKey("mutate")) {
            spoil(value);
        }
        return reply;
    }

    private Map<?, ?> entry(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        boolean isConsistent = request.containsKey("consistent");
        Optional<Entry<Object>> found =
                world.with(request, memory -> isConsistent ? memory.getEntryConsistent(name) : memory.getEntry(name));
        if (found.isEmpty()) {
            return Map.of("missing", true);
        }
        Entry<Object> entry = found.get();
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("value", Notation.describe(entry.value()));
        reply.put("type", entry.type());
        reply.put("version", entry.version());
        reply.put("source", entry.source());
        reply.put("age", entry.age().getSeconds());
        reply.put("stored_at", entry.storedAt().map(java.time.Instant::toEpochMilli).orElse(null));
        reply.put("expires_at", entry.expiresAt().map(java.time.Instant::toEpochMilli).orElse(null));
        reply.put("tags", entry.tags());
        return reply;
    }

    private Map<?, ?> remove(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        Options options = options(request);
        return world.with(request, memory -> {
            memory.remove(name, options);
            return Map.of();
        });
    }

    private Map<?, ?> putMany(Map<String, Object> request) throws Exception {
        pass(request);
        Map<String, Object> values = new LinkedHashMap<>();
        for (Object pair : (List<?>) request.get("values")) {
            values.put((String) Notation.build(((List<?>) pair).get(0)), Notation.build(((List<?>) pair).get(1)));
        }
        Options options = options(request);
        List<Object> versions = new ArrayList<>();
        world.with(request, memory -> memory.putMany(values, options))
                .forEach((name, version) -> versions.add(List.of(Notation.describe(name), version)));
        return Map.of("versions", versions);
    }

    private Map<?, ?> getMany(Map<String, Object> request) throws Exception {
        pass(request);
        List<String> names = names(request);
        boolean isConsistent = Boolean.TRUE.equals(request.get("consistent"));
        return Map.of("values", Driver.pairs(world.with(request, memory -> isConsistent ? memory.getManyConsistent(names) : memory.getMany(names))));
    }

    private Map<?, ?> removeMany(Map<String, Object> request) throws Exception {
        pass(request);
        List<String> names = names(request);
        Options options = options(request);
        return world.with(request, memory -> {
            memory.removeMany(names, options);
            return Map.of();
        });
    }

    private Map<?, ?> invalidateTags(Map<String, Object> request) throws Exception {
        pass(request);
        List<String> tags = tags(request.get("tags"));
        Options options = options(request);
        return world.with(request, memory -> {
            memory.invalidateTags(tags, options);
            return Map.of();
        });
    }

    private Map<?, ?> list(Map<String, Object> request) throws Exception {
        pass(request);
        List<String> names = new ArrayList<>();
        return world.with(request, memory -> {
            memory.keys((String) request.get("prefix")).forEach(names::add);
            return Map.of("names", names);
        });
    }

    private Map<?, ?> clear(Map<String, Object> request) throws Exception {
        pass(request);
        Options options = options(request);
        return Map.of("count", world.with(request, memory -> memory.clear((String) request.get("prefix"), options)));
    }

    private Map<?, ?> update(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        List<?> set = (List<?>) request.get("set");
        Object how = request.get("how");
        Options options = options(request);
        List<Double> waits = world.collectWaits();
        Object updated = world.with(request, memory -> memory.update(name, old -> {
            invalidate(request);
            ask(memory, asks(request));
            if ("nothing".equals(how)) {
                return null;
            }
            @SuppressWarnings("unchecked")
            Map<String, Object> given = (Map<String, Object>) old;
            if (how == null) {
                Map<String, Object> copy = new LinkedHashMap<>(given);
                copy.put((String) set.get(0), Notation.build(set.get(1)));
                return copy;
            }
            given.put((String) set.get(0), Notation.build(set.get(1)));
            return request.containsKey("returns") ? value(request, "returns") : null;
        }, new LinkedHashMap<String, Object>(), options));
        Map<String, Object> reply = Driver.found(updated);
        reply.put("waits", waits);
        return reply;
    }

    /** Updates the first name, in whose function the next is updated. */
    private static void ask(MemoryService memory, List<String> names) {
        if (!names.isEmpty()) {
            memory.update(names.get(0), old -> {
                ask(memory, names.subList(1, names.size()));
                return new LinkedHashMap<>((Map<?, ?>) old);
            }, new LinkedHashMap<String, Object>(), null);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> asks(Map<String, Object> request) {
        return (List<String>) request.getOrDefault("asks", List.of());
    }

    private Map<?, ?> increment(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        Object by = request.containsKey("by") ? value(request, "by") : (Object) 1L;
        if (!(by instanceof Long) && !(by instanceof BigInteger)) {
            throw new UnsupportedTypeException("Java's compiler takes no " + by + " here");
        }
        BigInteger integer = by instanceof BigInteger ? (BigInteger) by : BigInteger.valueOf((Long) by);
        Options options = options(request);
        List<Double> waits = world.collectWaits();
        Map<String, Object> reply = Driver.found(world.with(request, memory -> memory.increment(name, integer, options)));
        reply.put("waits", waits);
        return reply;
    }

    private Map<?, ?> touch(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        Duration ttl = request.get("ttl") == null ? null : duration("ttl", request.get("ttl"));
        Options options = options(request);
        Optional<String> version = world.with(request, memory -> memory.touch(name, ttl, options));
        return version.isPresent() ? Map.of("version", version.get()) : Map.of("missing", true);
    }

    private Map<?, ?> getOrPut(Map<String, Object> request) throws Exception {
        pass(request);
        String name = name(request);
        boolean[] called = new boolean[1];
        Options options = options(request);
        Object value = world.with(request, memory -> memory.getOrPut(name, () -> {
            called[0] = true;
            if (request.containsKey("takes")) {
                world.advance(Driver.number(request, "takes"));
            }
            invalidate(request);
            if (request.containsKey("asks")) {
                sleep(BEFORE_ASKING);
                memory.getOrPut((String) request.get("asks"), () -> value(request, "value"), null);
            }
            if (request.containsKey("fails")) {
                throw new Driver.FactoryException();
            }
            return value(request, "value");
        }, options));
        return called(request, value, called[0]);
    }

    private static Map<?, ?> called(Map<String, Object> request, Object value, boolean isCalled) {
        Map<String, Object> reply = Driver.found(value);
        reply.put("called", isCalled);
        if (request.containsKey("mutate")) {
            spoil(value);
        }
        return reply;
    }

    private Map<?, ?> cached(Map<String, Object> request) throws Exception {
        pass(request);
        boolean[] called = new boolean[1];
        String name = request.containsKey("name") ? name(request) : null;
        Options options = options(request);
        List<Object> arguments = new ArrayList<>();
        ((List<?>) request.get("arguments")).forEach(argument -> arguments.add(Notation.build(argument)));
        World.Result function = world.function(request);
        Object value = world.with(request, memory -> {
            CachedFunction<Object> cached = memory.cached(name, function, options);
            function.make = given -> {
                called[0] = true;
                return value(request, "value");
            };
            return cached.call(arguments.toArray());
        });
        return called(request, value, called[0]);
    }

    private Map<?, ?> grant(Map<String, Object> request) throws Exception {
        Duration ttl = duration("ttl", request.get("ttl"));
        Grant grant = world.with(request, memory -> memory.grant((String) request.get("what"), ttl));
        return Map.of("grant", Lines.parse(grant.toJson()), "printed", grant.toString());
    }

    private Map<?, ?> grantPut(Map<String, Object> request) throws Exception {
        Duration ttl = duration("ttl", request.get("ttl"));
        long maxBytes = whole("max_bytes", request.get("max_bytes"));
        Options options = options(request);
        WriteGrant grant = world.with(request, memory -> memory.grantPut((String) request.get("what"), ttl, maxBytes, options));
        return Map.of("grant", Lines.parse(grant.toJson()), "printed", grant.toString());
    }

    private Map<?, ?> together(Map<String, Object> request) throws Exception {
        List<?> lanes = (List<?>) request.get("lanes");
        CyclicBarrier start = new CyclicBarrier(lanes.size());
        ExecutorService pool = Executors.newFixedThreadPool(lanes.size());
        try {
            List<Future<List<Object>>> running = new ArrayList<>();
            for (Object lane : lanes) {
                Callable<List<Object>> work = () -> {
                    start.await();
                    List<Object> replies = new ArrayList<>();
                    for (Object one : (List<?>) lane) {
                        @SuppressWarnings("unchecked")
                        Map<String, Object> asked = (Map<String, Object>) one;
                        replies.add(driver.answer(asked));
                    }
                    return replies;
                };
                running.add(pool.submit(work));
            }
            List<Object> replies = new ArrayList<>();
            for (Future<List<Object>> lane : running) {
                replies.add(lane.get());
            }
            return Map.of("lanes", replies);
        } finally {
            pool.shutdown();
        }
    }

    private Map<?, ?> pause(Map<String, Object> request) {
        sleep(Math.round(Driver.number(request, "seconds") * 1000));
        return Map.of();
    }

    private Map<?, ?> clock(Map<String, Object> request) {
        world.setClock(Driver.number(request, "now"), (String) request.get("file"));
        return Map.of();
    }

    private Map<?, ?> random(Map<String, Object> request) {
        world.setChance(Driver.number(request, "value"));
        return Map.of();
    }

    private Map<?, ?> log(Map<String, Object> request) {
        setLoggers(Level.ALL);
        Log.saysAll = true;
        return Map.of();
    }

    private Map<?, ?> close(Map<String, Object> request) {
        world.close();
        AwsClock.follow(Cloud.current() == null ? SystemClock.INSTANCE : world);
        if (Log.saysAll) {
            setLoggers(Level.INFO);
            Log.saysAll = false;
        }
        return Map.of();
    }

    private static void setLoggers(Level level) {
        Logger root = Logger.getLogger("");
        root.setLevel(level);
        for (java.util.logging.Handler handler : root.getHandlers()) {
            handler.setLevel(level);
        }
    }

    private void pass(Map<String, Object> request) {
        double pace = Driver.number(request, "pace");
        double passes = Driver.number(request, "passes");
        world.setPassing(Double.isNaN(pace) ? 0 : pace, Double.isNaN(passes) ? 0 : passes);
    }

    /** Does what befalls the tags while a value is made. */
    private void invalidate(Map<String, Object> request) {
        if (request.containsKey("invalidates")) {
            try (MemoryService other = new MemoryService(Driver.map(request, "conf"), (String) request.get("service"), null, world)) {
                other.invalidateTags(tags(request.get("invalidates")), null);
            }
        }
    }

    /** Options as Java has them; what its compiler would not take is refused here. */
    private static Options options(Map<String, Object> request) {
        if (!request.containsKey("options")) {
            return null;
        }
        Options options = new Options();
        Driver.map(request, "options").forEach((option, value) -> {
            switch (option) {
                case "ttl":
                case "value_ttl":
                    options.ttl(duration(option, value));
                    break;
                case "ttl_if_new":
                    options.ttlIfNew(duration(option, value));
                    break;
                case "edge_ttl":
                    options.edgeTtl(duration(option, value));
                    break;
                case "storage_class":
                    options.storageClass(text(option, value));
                    break;
                case "tags":
                    options.tags(tags(value));
                    break;
                case "if_absent":
                    if (Boolean.TRUE.equals(value)) {
                        options.ifAbsent();
                    }
                    break;
                case "if_version":
                    options.ifVersion(text(option, value));
                    break;
                case "invalidate":
                    if (Boolean.TRUE.equals(value)) {
                        options.invalidate();
                    }
                    break;
                case "attempts":
                    options.attempts((int) Math.min(Integer.MAX_VALUE, whole(option, value)));
                    break;
                default:
                    throw new IllegalArgumentException("no option " + option);
            }
        });
        return options;
    }

    private static Duration duration(String option, Object value) {
        if (value instanceof Number number) {
            return Duration.ofNanos(Math.round(number.doubleValue() * 1e9));
        }
        throw new ConfigurationException(option + " is a Duration: Java's compiler takes nothing else");
    }

    private static long whole(String option, Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new ConfigurationException(option + " is an integer: Java's compiler takes nothing else");
    }

    private static String text(String option, Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new ConfigurationException(option + " is a String: Java's compiler takes nothing else");
    }

    @SuppressWarnings("unchecked")
    private static List<String> tags(Object value) {
        if (value instanceof List<?> tags) {
            return (List<String>) tags;
        }
        throw new ConfigurationException("tags are a Collection: Java's compiler takes nothing else");
    }

    private static String name(Map<String, Object> request) {
        Object name = value(request, "name");
        if (name == null || name instanceof String) {
            return (String) name;
        }
        throw new InvalidNameException("a name is a String: Java's compiler takes nothing else");
    }

    private static List<String> names(Map<String, Object> request) {
        List<String> names = new ArrayList<>();
        ((List<?>) request.get("names")).forEach(name -> names.add((String) Notation.build(name)));
        return names;
    }

    private static Object value(Map<String, Object> request, String member) {
        return Notation.build(request.get(member));
    }

    /** Changes whatever can be changed in a value. */
    @SuppressWarnings("unchecked")
    private static void spoil(Object value) {
        if (value instanceof List<?> list) {
            list.forEach(Questions::spoil);
            ((List<Object>) list).add("spoilt");
        } else if (value instanceof Map<?, ?> dict) {
            dict.values().forEach(Questions::spoil);
            ((Map<String, Object>) dict).put("spoilt", true);
        } else if (value instanceof byte[] octets && octets.length > 0) {
            octets[0] ^= 1;
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }
}
