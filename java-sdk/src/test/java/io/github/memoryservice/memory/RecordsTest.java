package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RecordsTest {
    private static final String PLACE = "a4980a7844acd20e";
    private static final long LAST = 253_402_300_799_999L;

    @Property
    void anAnnouncementIsNeverForgotten(@ForAll @LongRange(min = 0, max = 200_000) long later, @ForAll @IntRange(min = 0, max = 4095) int bucket) {
        long first = 1_800_000_000;
        Changes one = Changes.first(first).raised(first, new int[] {bucket}, 0);
        Changes two = one.raised(first + later, new int[] {7}, 0);
        assertTrue(two.base(bucket) >= one.base(bucket));
        assertTrue(two.base(7) >= first + later);
        assertTrue(two.newest - two.since <= Changes.DAY);
        assertEquals(two, Changes.believed(two.document(PLACE), first + later, PLACE));
        assertEquals(two.hashCode(), Changes.believed(two.document(PLACE), first, PLACE).hashCode());
    }

    @Example
    void aRecordIsBelievedOnlyWhereAndWhenItWasPut() {
        Changes record = Changes.first(1000).raised(1000, new int[0], 0);
        byte[] document = record.document(PLACE);
        assertEquals(1000, Changes.believed(document, 1030, PLACE).newest);
        assertNull(Changes.believed(document, 1031, PLACE));
        assertNull(Changes.believed(document, Double.NaN, PLACE));
        assertNull(Changes.believed(document, 1000, "a4980a7844acd20f"));
        String text = new String(document, StandardCharsets.UTF_8);
        for (String broken : List.of(
                text.replace("\"v\":1", "\"v\":2"), text.replace("1000", "-1"), text.replace("1000", "1.5"), text.replace("\"all\":0", "\"all\":\"0\""),
                text.replace("AAAA\"", "AAA=\""), text.replace("AAAA\"", "AAA!\""), text.replace("AAAA\"", "\""), text.replace("\"all\":0,", ""), "x", "[]")) {
            assertNull(Changes.believed(broken.getBytes(StandardCharsets.UTF_8), 1000, PLACE), broken.substring(0, Math.min(80, broken.length())));
        }
    }

    @Example
    void everythingMayBeAnnounced() {
        Changes record = Changes.first(1000).raised(1005, new int[] {1}, 5000);
        assertEquals(List.of(1005L, 2000L, 5000L), List.of(record.newest, record.since, record.all));
        assertEquals(5000, record.base(1));
        assertFalse(record.confirms(1, 5119.9));
        assertTrue(record.confirms(1, 5120));
        assertFalse(record.confirms(1, Double.NaN));
        assertEquals(Map.of(), record.buckets());
        Changes later = record.raised(9000, new int[] {4095}, 0);
        assertEquals(Map.of(4095, 9000L), later.buckets());
    }

    @Example
    void aRecordThatWasPutBackIsSeen() {
        Changes older = Changes.first(1000).raised(1000, new int[0], 0);
        Changes newer = older.raised(1001, new int[0], 0);
        assertTrue(Changes.isPutBack(newer, 1000, older, 1001));
        assertFalse(Changes.isPutBack(newer, 1000, older, 1000));
        assertFalse(Changes.isPutBack(older, 1000, newer, 1001));
        assertFalse(Changes.isPutBack(newer, 1000, newer, 1001));
        assertEquals(88, Changes.readSince(100, 1, 5, 5));
        assertTrue(Double.isNaN(Changes.readSince(100, -1, 5, 5)));
    }

    @Property
    void datesAreThoseOfTheCalendar(@ForAll @LongRange(min = 0, max = LAST) long millis) {
        Instant instant = Instant.ofEpochMilli(millis);
        DateTimeFormatter iso = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
        DateTimeFormatter basic = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
        DateTimeFormatter http = DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", java.util.Locale.US).withZone(ZoneOffset.UTC);
        assertEquals(iso.format(instant), Dates.iso(millis));
        assertEquals(basic.format(instant), Dates.basic(millis));
        assertEquals(millis / 1000 * 1000.0, Dates.ofHttp(http.format(instant)));
    }

    @Example
    void whatIsNoDateIsNone() {
        assertEquals(784_111_777_000.0, Dates.ofHttp("Sun, 06 Nov 1994 08:49:37 GMT"));
        for (String text : new String[] {
            null, "", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 ovD 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, x6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08-49:37 GMT", "Sun, 06 Nov 1994 08:49-37 GMT", "Sun, 06-Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov-1994 08:49:37 GMT", "Sun, 06 Nov 1994-08:49:37 GMT", "Sun; 06 Nov 1994 08:49:37 GMT", "Sun, 31 Apr 1994 08:49:37 GMT"
        }) {
            assertTrue(Double.isNaN(Dates.ofHttp(text)), text);
        }
    }

    @Property(tries = 50)
    void gzipComesBack(@ForAll @IntRange(min = 0, max = 200_000) int size, @ForAll long seed) {
        byte[] document = new byte[size];
        new Random(seed).nextBytes(document);
        for (int at = 0; at < size; at++) {
            document[at] = (byte) (document[at] & 7);
        }
        byte[] zipped = Compression.compress(document);
        assertEquals(size < 1024, zipped == null);
        if (zipped != null) {
            assertTrue(zipped.length < size);
            assertArrayEquals(document, Compression.decompress("gzip", zipped, size));
            assertThrows(CorruptValueException.class, () -> Compression.decompress("gzip", zipped, size - 1));
        }
    }

    @Example
    void whatGrowsIsStoredAsItIs() {
        byte[] noise = new byte[1024];
        new Random(1).nextBytes(noise);
        assertNull(Compression.compress(noise));
    }

    @Example
    void onlyGzipIsUndone() {
        byte[] body = {1, 2};
        for (String encoding : new String[] {null, "", "identity", "aws-chunked, identity"}) {
            assertArrayEquals(body, Compression.decompress(encoding, body, 2));
        }
        assertThrows(CorruptValueException.class, () -> Compression.decompress(null, body, 1));
        for (String encoding : List.of("br", "gzip, gzip", "gzip, br", "gzip")) {
            assertThrows(CorruptValueException.class, () -> Compression.decompress(encoding, body, 2));
        }
        byte[] zipped = Compression.compress(new byte[2000]);
        assertArrayEquals(new byte[2000], Compression.decompress(" GZIP ,aws-chunked", zipped, 2000));
        assertThrows(CorruptValueException.class, () -> Compression.decompress("gzip", java.util.Arrays.copyOf(zipped, zipped.length - 9), 2000));
    }

    @Example
    void callsHaveTheNamesOfTheSpecification() {
        assertEquals("cached/shop/price/b5d61e726c8a6628be06a904f8b1f025", CacheName.of("shop/price", List.of("tea", 2L)));
        assertEquals("[null,true,{\"$float\":\"3ff8000000000000\"},{\"$bytes\":\"AP8=\"},{}]",
                Canonical.of(java.util.Arrays.asList(null, true, 1.5, new byte[] {0, (byte) 255}, Map.of())));
        assertEquals("{\"\ue000\":1,\"\ud800\udc00\":2}", Canonical.of(Map.of("\ud800\udc00", 2L, "\ue000", 1L)));
        assertEquals("{\"a\":1,\"aa\":[],\"b\":\"\\u001f\\n\\\"\"}", Canonical.of(Map.of("b", "\u001f\n\"", "aa", List.of(), "a", 1L)));
        assertEquals("{\"$dict\":{\"$a\":{\"$int\":\"-9223372036854775808\"}}}", Canonical.of(Map.of("$a", Long.MIN_VALUE)));
        assertEquals("$[0].x", assertThrows(UnsupportedTypeException.class, () -> CacheName.of("f", List.of(Map.of("x", 5f)))).path());
    }
}
