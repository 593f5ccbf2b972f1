package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryServiceTest {
    private final ManualClock clock = new ManualClock(1_800_000_000_000L);
    private final Cloud cloud = new Cloud(clock, 2);
    private MemoryService memory;

    @BeforeEach
    void start() {
        cloud.start();
        memory = open("shop");
    }

    @AfterEach
    void stop() {
        memory.close();
        cloud.close();
    }

    private MemoryService open(String service) {
        return new MemoryService(cloud.conf(), service);
    }

    @Test
    void anIntLiteralComesBackAsALong() {
        memory.put("var1", 123);
        assertEquals(123L, memory.get("var1"));
        assertEquals(123L, open("shop").get("var1"));
    }

    @Test
    void theValuesOfTheFirstExampleComeBackElsewhere() {
        memory.put("var1", 123);
        memory.put("var2", true);
        memory.put("var3", "Hello World!");
        memory.put("var4", List.of(1L, 2L, 3L));
        memory.put("var5", Map.of("Name", "Joe"));
        MemoryService other = open("shop");
        assertEquals(123L, other.get("var1", Long.class));
        assertEquals(true, other.get("var2"));
        assertEquals("Hello World!", other.get("var3"));
        assertEquals(3, other.get("var4", List.class).size());
        assertEquals("Joe", other.get("var5", Map.class).get("Name"));
    }

    @Test
    void everyTypeComesBackAsItWasPut() {
        BigInteger large = BigInteger.TWO.pow(100);
        for (Object value : new Object[] {false, -1L, Long.MIN_VALUE, large, 1.0, -0.0, Double.NaN, "", "é"}) {
            memory.put("a", value);
            assertEquals(value, memory.get("a"));
            assertEquals(value, memory.getConsistent("a", null));
        }
        memory.put("a", new byte[] {0, -1});
        assertArrayEquals(new byte[] {0, -1}, memory.get("a", byte[].class));
    }

    @Test
    void aStoredNullIsAValue() {
        memory.put("a", null);
        assertNull(memory.get("a", "fallback"));
        assertTrue(memory.getEntry("a").isPresent());
        assertEquals("fallback", memory.get("b", (Object) "fallback"));
        assertFalse(memory.getEntry("b").isPresent());
    }

    @Test
    void narrowerIntegersComeBackAsLongs() {
        memory.put("a", List.of(1, (short) 2, (byte) 3, 4L));
        assertEquals(List.of(1L, 2L, 3L, 4L), memory.get("a"));
        memory.put("b", (Object) Integer.valueOf(5));
        assertEquals(5L, memory.get("b"));
        assertEquals("int", memory.getEntry("b").orElseThrow().type());
    }

    @Test
    void aFloatInAListIsRefusedWithItsPath() {
        UnsupportedTypeException error =
                assertThrows(UnsupportedTypeException.class, () -> memory.put("a", Map.of("counts", List.of(1L, 2f))));
        assertEquals("$.counts[1]", error.path());
        assertTrue(cloud.objects().isEmpty());
    }

    @Test
    void anotherTypeThanTheOneAskedForIsRefused() {
        memory.put("a", 1);
        assertThrows(UnsupportedTypeException.class, () -> memory.get("a", String.class));
        assertEquals((Object) 1L, memory.get("a", null));
    }

    @Test
    void whatIsReturnedBelongsToTheCaller() {
        memory.put("a", new ArrayList<>(List.of("x")));
        @SuppressWarnings("unchecked")
        List<Object> first = (List<Object>) memory.get("a");
        first.add("mine");
        assertEquals(List.of("x"), memory.get("a"));
        memory.put("b", new byte[] {1});
        byte[] octets = memory.get("b", byte[].class);
        octets[0] = 2;
        assertArrayEquals(new byte[] {1}, memory.get("b", byte[].class));
        assertNotSame(octets, memory.get("b"));
    }

    @Test
    void whatWasPutCostsNoRequestWhileItIsFresh() {
        memory.put("a", 1);
        cloud.takeRequests();
        memory.get("a");
        assertEquals(List.of(), cloud.takeRequests());
        clock.advance(5000);
        memory.get("a");
        assertEquals(1, cloud.takeRequests().size());
        assertEquals(1, memory.stats().memoryHits());
    }

    @Test
    void aValueEndsWithItsTtl() {
        memory.put("a", 1, new Options().ttl(Duration.ofSeconds(3)));
        clock.advance(2999);
        assertEquals(1L, memory.get("a"));
        clock.advance(1);
        assertNull(memory.get("a"));
    }

    @Test
    void aConditionThatDoesNotHoldIsAConflict() {
        String version = memory.put("a", 1, new Options().ifAbsent());
        assertThrows(ConflictException.class, () -> memory.put("a", 2, new Options().ifAbsent()));
        memory.put("a", 2, new Options().ifVersion(version));
        assertThrows(ConflictException.class, () -> memory.put("a", 3, new Options().ifVersion(version)));
        assertEquals(2L, memory.get("a"));
    }

    @Test
    void manyNamesComeBackInTheOrderAsked() {
        memory.putMany(Map.of("a", 1L, "b", 2L, "c", 3L));
        assertEquals(List.of("c", "a"), new ArrayList<>(memory.getMany(List.of("c", "x", "a")).keySet()));
        memory.removeMany(List.of("a", "c"), null);
        List<String> left = new ArrayList<>();
        memory.keys("").forEach(left::add);
        assertEquals(List.of("b"), left);
        assertEquals(1, memory.clear("", null));
    }

    @Test
    void someNamesThatFailAreToldWithTheOthers() {
        memory.putMany(Map.of("a", 1L, "b", 2L));
        cloud.put("public/shop/b.json", "no document".getBytes(StandardCharsets.UTF_8), Map.of());
        BatchException error = assertThrows(BatchException.class, () -> open("shop").getMany(List.of("a", "b", "c")));
        assertEquals(Map.of("a", 1L), error.results());
        assertEquals("corrupt_value", error.errors().get("b").code());
    }

    @Test
    void anIncrementCountsAndAnUpdateChangesInPlace() {
        assertEquals(1, memory.increment("n"));
        assertEquals(43, memory.increment("n", 42, null));
        assertEquals(BigInteger.TWO.pow(70).add(BigInteger.valueOf(43)), memory.increment("n", BigInteger.TWO.pow(70), null));
        memory.put("d", new LinkedHashMap<>(Map.of("k", 1L)));
        Object updated = memory.update("d", old -> {
            @SuppressWarnings("unchecked")
            Map<String, Object> given = (Map<String, Object>) old;
            given.put("k", 2L);
            return null;
        }, null, null);
        assertEquals(Map.of("k", 2L), updated);
        assertEquals(Map.of("k", 2L), memory.getConsistent("d", null));
    }

    @Test
    void aFallbackOfAnUpdateStaysAsItIs() {
        Map<String, Object> fallback = new LinkedHashMap<>();
        memory.update("d", old -> {
            @SuppressWarnings("unchecked")
            Map<String, Object> given = (Map<String, Object>) old;
            given.put("k", 1L);
            return given;
        }, fallback, null);
        assertEquals(Map.of(), fallback);
    }

    @Test
    void aCachedFunctionIsCalledOncePerArguments() {
        List<Object> calls = new ArrayList<>();
        CachedFunction<String> price = memory.cached("price", arguments -> {
            calls.add(arguments[0]);
            return "of " + arguments[0];
        }, null);
        assertEquals("of tea", price.call("tea"));
        assertEquals("of tea", price.call("tea"));
        assertEquals("of milk", price.call("milk"));
        assertEquals(List.of("tea", "milk"), calls);
        memory.remove(price.cacheName("tea"));
        price.call("tea");
        assertEquals(3, calls.size());
        assertThrows(ConfigurationException.class, () -> memory.cached("price", arguments -> 1L, null));
    }

    @Test
    void aTagThatIsInvalidatedMakesItsValuesMisses() {
        memory.put("page/1", "x", new Options().tags(List.of("product/7")));
        memory.put("page/2", "y");
        memory.invalidateTags(List.of("product/7"), null);
        assertNull(memory.get("page/1"));
        assertEquals("y", memory.get("page/2"));
    }

    @Test
    void anObserverIsToldOfEachCall() {
        List<String> told = new ArrayList<>();
        Observer observer = it -> told.add(it.operation() + " " + it.source() + " " + it.error());
        try (MemoryService observed = new MemoryService(cloud.conf(), "shop", observer, null)) {
            observed.put("a", 1);
            observed.get("a");
            observed.getEntry("b");
            assertThrows(InvalidNameException.class, () -> observed.get("a//b"));
        }
        assertEquals(List.of("put null null", "get memory null", "getEntry edge null", "get null invalid_name"), told);
    }

    @Test
    void anObserverThatThrowsFailsNoCall() {
        Observer observer = it -> {
            throw new IllegalStateException();
        };
        try (MemoryService observed = new MemoryService(cloud.conf(), "shop", observer, null)) {
            observed.put("a", 1);
            assertEquals(1L, observed.get("a"));
        }
    }

    @Test
    void theTwinsGiveWhatTheCallsGive() {
        memory.putAsync("a", 1L, null).join();
        assertEquals(1L, memory.getAsync("a").join());
        assertEquals(2L, memory.incrementAsync("a", 1, null).join());
        assertEquals(Map.of("a", 2L), memory.getManyAsync(List.of("a")).join());
        assertEquals(5L, memory.getOrPutAsync("b", () -> 5L, null).join());
        CompletionException error = assertThrows(CompletionException.class, () -> memory.getAsync("/").join());
        assertTrue(error.getCause() instanceof InvalidNameException);
    }

    @Test
    void aClosedServiceSaysSo() {
        memory.put("a", 1);
        memory.close();
        memory.close();
        assertThrows(ConfigurationException.class, () -> memory.get("a"));
        assertThrows(ConfigurationException.class, () -> memory.put("a", 1));
    }

    @Test
    void anEdgeThatFailsIsReplacedByS3() {
        memory.put("a", 1);
        cloud.fail(new Fault("edge", "status").status(500));
        assertEquals("s3", open("shop").getEntry("a").orElseThrow().source());
    }

    @Test
    void aFactoryThatAsksForItselfBesideItselfIsRefused() {
        ConfigurationException error = assertThrows(ConfigurationException.class, () -> memory.getOrPut("a", () -> {
            try {
                return memory.getOrPutAsync("a", () -> 1L, null).join();
            } catch (CompletionException failed) {
                throw (RuntimeException) failed.getCause();
            }
        }, null));
        assertTrue(error.getMessage().contains("\"a\""));
    }

    @Test
    void aFailureOfS3IsNoneOfTheEdgeThatAnsweredBefore() {
        memory.put("a", 1, new Options().tags(List.of("t")));
        try (MemoryService other = open("shop"); MemoryService reader = open("shop")) {
            other.invalidateTags(List.of("t"), null);
            cloud.fail(new Fault("s3", "status").status(500));
            cloud.takeRequests();
            assertThrows(UnavailableException.class, () -> reader.get("a"));
            long asked = cloud.takeRequests().stream().filter(it -> "s3".equals(it.where())).count();
            assertEquals(4, asked); // as often as one read may send it
        }
    }
}
