package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ValuesTest {
    private static final String ID = "9f86d081884c7d65";
    private static final int MAX_BYTES = 1 << 24;

    @Property(tries = 500)
    void whateverIsStoredComesBackWithItsType(@ForAll("values") Object value) {
        assertSame(value, Envelope.decode(document(value)).value);
        assertSame(value, new Draft(value).take());
    }

    @Property(tries = 1000)
    void noDocumentIsRefusedWithAnythingElse(@ForAll("values") Object value, @ForAll int seed, @ForAll byte octet) {
        byte[] document = document(value);
        document[Math.floorMod(seed, document.length)] = octet;
        try {
            Envelope.decode(document);
        } catch (CorruptValueException corrupt) {
            assertFalse(corrupt.getMessage().isEmpty());
        }
    }

    @Property(tries = 200)
    void aDocumentThatIsCutOffIsCorrupt(@ForAll("values") Object value, @ForAll int seed) {
        byte[] document = document(value);
        byte[] cut = Arrays.copyOf(document, Math.floorMod(seed, document.length));
        assertThrows(CorruptValueException.class, () -> Envelope.decode(cut));
    }

    @Property
    void everyDoubleKeepsItsBits(@ForAll long bits) {
        double number = Double.longBitsToDouble(bits);
        Object read = Envelope.decode(document(List.of(number))).value;
        assertEquals(Double.doubleToLongBits(number), Double.doubleToLongBits((Double) ((List<?>) read).get(0)));
    }

    @Property
    void everyLongComesBack(@ForAll long number) {
        assertEquals(number, Envelope.decode(document(number)).value);
    }

    @Property
    void everyUnboundedIntegerIsEitherStoredOrALong(@ForAll BigInteger number) {
        if (number.bitLength() < Long.SIZE) {
            assertThrows(UnsupportedTypeException.class, () -> new Draft(number));
        } else {
            assertEquals(number, Envelope.decode(document(number)).value);
        }
    }

    @Example
    void anIntegerMayHave4300Digits() {
        BigInteger most = BigInteger.TEN.pow(4300).subtract(BigInteger.ONE);
        for (BigInteger number : List.of(most, most.negate(), BigInteger.ONE.shiftLeft(14_000))) {
            assertEquals(number, Envelope.decode(document(number)).value);
        }
        for (BigInteger number : List.of(most.add(BigInteger.ONE), most.add(BigInteger.ONE).negate(), BigInteger.ONE.shiftLeft(40_000))) {
            assertThrows(UnsupportedTypeException.class, () -> new Draft(number));
        }
    }

    @Example
    void theSafeRangeIsWrittenWithoutTags() {
        assertEquals("{\"v\":1,\"type\":\"int\",\"value\":9007199254740991,\"write\":\"" + ID + "\"}", text(Envelope.MAX_SAFE));
        assertTrue(text(Envelope.MAX_SAFE + 1).contains("{\"$int\":\"9007199254740992\"}"));
        assertTrue(text(-Envelope.MAX_SAFE - 1).contains("{\"$int\":\"-9007199254740992\"}"));
        assertFalse(text(-Envelope.MAX_SAFE).contains("$int"));
    }

    @Example
    void whatCouldNotComeBackIsRefusedWithAdvice() {
        Map<Object, String> advice = new LinkedHashMap<>();
        advice.put(0.5f, "doubleValue()");
        advice.put(new java.math.BigDecimal("0.5"), "toString()");
        advice.put(new java.util.concurrent.atomic.AtomicLong(), "longValue() or doubleValue()");
        advice.put(StandardProtocol.ONE, "name()");
        advice.put(java.util.Optional.empty(), "orElse(null)");
        advice.put(java.util.Set.of(1L), "a List");
        advice.put(List.of(1L).iterator(), "a List");
        advice.put(new long[0], "a List");
        advice.put(new java.util.Date(0), "toInstant()");
        advice.put(java.time.LocalDate.EPOCH, "toString()");
        advice.put(new StringBuilder("a"), "toString()");
        advice.put('a', "toString()");
        advice.put(new Object(), "a Map");
        advice.forEach((value, word) -> {
            UnsupportedTypeException error = assertThrows(UnsupportedTypeException.class, () -> new Draft(value));
            assertTrue(error.getMessage().contains(word), error.getMessage());
            assertEquals("$", error.path());
            assertEquals("unsupported_type", error.code());
        });
    }

    private enum StandardProtocol {
        ONE
    }

    @Example
    void thePathNamesTheOffender() {
        Object deep = Map.of("orders", List.of(1L, Map.of("unit price", List.of(5f))));
        assertEquals("$.orders[1][\"unit price\"][0]", refused(deep).path());
        assertEquals("$[\"a\\\"b\"]", refused(Map.of("a\"b", 5f)).path());
        assertEquals("$._a1", refused(Map.of("_a1", 5f)).path());
        assertEquals("$[\"1a\"]", refused(Map.of("1a", 5f)).path());
        assertEquals("$.a", refused(Map.of("a", Map.of(5L, 1L))).path());
        assertEquals("$", refused(Collections.singletonMap(null, 1L)).path());
        assertEquals("$[0]", refused(List.of("\ud800")).path());
        assertEquals("$[0]", refused(List.of(Map.of("\udc00", 1L))).path());
    }

    @Example
    void aHundredLevelsAreStoredAndNoMore() {
        Object value = 1L;
        for (int level = 0; level < 100; level++) {
            value = level % 2 == 0 ? List.of(value) : Map.of("k", value);
        }
        Object most = value;
        assertSame(most, Envelope.decode(document(most)).value);
        assertTrue(refused(List.of(most)).getMessage().contains("100 levels"));
    }

    @Example
    void whatContainsItselfIsNamed() {
        List<Object> list = new ArrayList<>();
        list.add(List.of(Map.of("a", list)));
        UnsupportedTypeException error = refused(List.of(1L, list));
        assertEquals("$[1][0][0].a", error.path());
        assertTrue(error.getMessage().contains("contains itself"));
    }

    @Example
    void oneValueInTwoPlacesIsNoCycle() {
        List<Object> shared = List.of(1L);
        assertSame(List.of(shared, shared), Envelope.decode(document(List.of(shared, shared))).value);
    }

    @Example
    void aDictWithASingleKeyLikeATagIsWrapped() {
        assertTrue(text(Map.of("$x", 1L)).contains("{\"$dict\":{\"$x\":1}}"));
        assertTrue(text(Map.of("$x", 1L)).contains("\"tagged\":true"));
        Map<String, Object> two = new LinkedHashMap<>();
        two.put("$x", 1L);
        two.put("b", 2L);
        assertTrue(text(two).contains("\"value\":{\"$x\":1,\"b\":2}"));
        assertFalse(text(two).contains("tagged"));
    }

    @Example
    void whatIsTakenIsTheCallersOwn() {
        byte[] bytes = {1, 2};
        Draft draft = new Draft(bytes);
        bytes[0] = 9;
        assertEquals(1, ((byte[]) draft.take())[0]);
        assertNotSame(draft.take(), draft.take());
    }

    @Example
    void aDocumentMayHaveWhatIsNotKnown() {
        Envelope envelope = decode("{\"more\":[1e400,\"\\ud800\"],\"value\":1,\"type\":\"int\",\"v\":1.0}");
        assertEquals(1L, envelope.value);
        assertEquals(null, envelope.write);
        assertEquals(null, envelope.expiresAt);
        assertEquals(null, envelope.tags);
        assertEquals(List.of(), envelope.previous);
        assertEquals(0, envelope.took);
    }

    @Example
    void theMembersAreRead() {
        byte[] document = new Draft("a").prepare(ID, MAX_BYTES, 5L, List.of(ID, ID), 7L, Map.of("t", ID));
        Envelope envelope = Envelope.decode(document);
        assertEquals(ID, envelope.write);
        assertEquals(5L, envelope.expiresAt);
        assertEquals(List.of(ID, ID), envelope.previous);
        assertEquals(7, envelope.took);
        assertEquals(Map.of("t", ID), envelope.tags);
        assertTrue(new String(document, StandardCharsets.UTF_8).startsWith("{\"v\":2,"));
        assertTrue(envelope.isExpired(5));
        assertFalse(envelope.isExpired(4));
    }

    @Example
    void whatServesWritersIsNoReasonToRefuse() {
        for (String member : List.of("\"previous\":5", "\"previous\":[5]", "\"previous\":[\"x\"]", "\"took\":-1", "\"took\":1.5", "\"took\":1e400")) {
            Envelope envelope = decode("{\"v\":1,\"type\":\"int\",\"value\":1," + member + "}");
            assertEquals(List.of(), envelope.previous);
            assertEquals(0, envelope.took);
        }
    }

    @Example
    void anEndBeyondEveryClockIsAnEnd() {
        assertFalse(decode("{\"v\":1,\"type\":\"int\",\"value\":1,\"expires_at\":1e300}").isExpired(9e15));
        assertThrows(CorruptValueException.class, () -> decode("{\"v\":1,\"type\":\"int\",\"value\":1,\"expires_at\":1e400}"));
        assertThrows(CorruptValueException.class, () -> decode("{\"v\":1,\"type\":\"int\",\"value\":1,\"expires_at\":1.5}"));
    }

    @Example
    void aDocumentIsHeldToItsLimit() {
        int size = document("aaa").length;
        assertEquals(size, new Draft("aaa").prepare(ID, size, null, List.of(), null, null).length);
        ValueTooLargeException error =
                assertThrows(ValueTooLargeException.class, () -> new Draft("aaa").prepare(ID, size - 1, null, List.of(), null, null));
        assertTrue(error.getMessage().contains(size + " bytes"));
    }

    @Example
    void a64BitIntegerTokenInAListIsExact() {
        Envelope envelope = decode("{\"v\":1,\"type\":\"list\",\"value\":[9223372036854775807,-9223372036854775808,9223372036854775808,1234567890123456789]}");
        assertEquals(List.of(Long.MAX_VALUE, Long.MIN_VALUE, 9223372036854775808.0, 1234567890123456789L), envelope.value);
    }

    @Example
    void noNumberOverflowsUnseen() {
        assertThrows(CorruptValueException.class, () -> decode("{\"v\":1,\"type\":\"list\",\"value\":[1e400]}"));
        assertThrows(CorruptValueException.class, () -> decode("{\"v\":1,\"type\":\"dict\",\"value\":{\"a\":[-1e400]}}"));
    }

    @Example
    void idsOfPutsAreRandom() {
        assertFalse(Platform.writeId().equals(Platform.writeId()));
        assertTrue(Envelope.isId(Platform.writeId()));
        for (Object none : new Object[] {null, 5L, "", "9f86d081884c7d6", "9F86d081884c7d65", "9f86d081884c7d6g", "9f86d081884c7d6/", "9f86d081884c7d6`"}) {
            assertFalse(Envelope.isId(none));
        }
    }

    static byte[] document(Object value) {
        return new Draft(value).prepare(ID, MAX_BYTES, null, List.of(), null, null);
    }

    private static String text(Object value) {
        return new String(document(value), StandardCharsets.UTF_8);
    }

    private static Envelope decode(String text) {
        return Envelope.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static UnsupportedTypeException refused(Object value) {
        return assertThrows(UnsupportedTypeException.class, () -> new Draft(value));
    }

    /** Equal, and of the same types; arrays by what they hold. */
    private static void assertSame(Object expected, Object actual) {
        assertEquals(comparable(expected), comparable(actual));
    }

    private static Object comparable(Object value) {
        if (value instanceof byte[] bytes) {
            return "bytes " + Arrays.toString(bytes);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(comparable(element)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new HashMap<>();
            map.forEach((key, member) -> copy.put(key, comparable(member)));
            return copy;
        }
        return value;
    }

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(12).filter(Json::isWellFormed);
        Arbitrary<String> keys = Arbitraries.oneOf(texts, Arbitraries.of("$int", "$dict", "$", "", "v"));
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                List.<Arbitrary<Object>>of(
                        Arbitraries.of(true, false).asGeneric(),
                        Arbitraries.longs().asGeneric(),
                        Arbitraries.doubles().asGeneric(),
                        Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e20).asGeneric(),
                        texts.asGeneric(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(9).asGeneric(),
                        Arbitraries.bigIntegers().between(BigInteger.ONE.shiftLeft(63), BigInteger.ONE.shiftLeft(80)).asGeneric(),
                        Arbitraries.just((Object) null)));
        return Arbitraries.recursive(
                () -> leaves,
                inner -> Arbitraries.oneOf(
                        List.<Arbitrary<Object>>of(
                                inner.list().ofMaxSize(4).asGeneric(), Arbitraries.maps(keys, inner).ofMaxSize(3).asGeneric())),
                0,
                3);
    }
}
