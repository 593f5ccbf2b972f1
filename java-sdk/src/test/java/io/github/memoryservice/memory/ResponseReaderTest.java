package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What servers say that no server should. */
class ResponseReaderTest {
    private static final int LIMIT = 100_000;
    private static final String PLAIN = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\nhello";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static final Map<String, String[]> WHOLE = new LinkedHashMap<>();
    private static final Map<String, String[]> TO_THE_END = new LinkedHashMap<>();
    private static final Map<String, String> MALFORMED = new LinkedHashMap<>();

    static {
        whole("length", PLAIN, "hello");
        whole("no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "");
        whole("hints", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + PLAIN, "hello");
        whole("no content", "HTTP/1.1 204 No Content\r\n\r\n", "");
        whole("not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "");
        whole("chunked", CHUNKED + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello");
        whole("extensions and trailers", CHUNKED + "5;a=b;c\r\nhello\r\n0;x\r\nX-T: 1\r\nY: 2\r\n\r\n", "hello");
        whole("the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello");
        TO_THE_END.put("HTTP/1.0", new String[] {"HTTP/1.0 200 OK\r\n\r\nhello", "hello"});
        TO_THE_END.put("no length", new String[] {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "hello"});
        MALFORMED.put("no HTTP", "SSH-2.0-OpenSSH\r\n\r\n");
        MALFORMED.put("TLS", "\u0015\u0003\u0003\0\u0002\u0002\u0028\r\n\r\n");
        MALFORMED.put("another version", "HTTP/2.0 200 OK\r\n\r\n");
        MALFORMED.put("no status", "HTTP/1.1 OK\r\n\r\n");
        MALFORMED.put("bare line ends", "HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n");
        MALFORMED.put("a switch", "HTTP/1.1 101 Switching Protocols\r\n\r\n");
        MALFORMED.put("no colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n");
        MALFORMED.put("a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello");
        MALFORMED.put("a folded line", "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nContent-Length: 0\r\n\r\n");
        MALFORMED.put("a NUL", "HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n");
        MALFORMED.put("5,000 digits", "HTTP/1.1 200 OK\r\nContent-Length: " + "9".repeat(5000) + "\r\n\r\n");
        MALFORMED.put("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n");
        MALFORMED.put("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!");
        MALFORMED.put("an empty length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n");
        MALFORMED.put("digits of another script", "HTTP/1.1 200 OK\r\nContent-Length: \u00b2\r\n\r\n");
        MALFORMED.put("another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
        MALFORMED.put("a chunk without a size", CHUNKED + "\r\n\r\n");
        MALFORMED.put("a negative chunk", CHUNKED + "-5\r\nhello\r\n0\r\n\r\n");
        MALFORMED.put("a chunk of any size", CHUNKED + "f".repeat(5000) + "\r\n");
        MALFORMED.put("a chunk that is too long", CHUNKED + "2\r\nhello\r\n0\r\n\r\n");
        MALFORMED.put("a head without an end", "HTTP/1.1 200 OK\r\nX: " + "a".repeat(100_000) + "\r\n\r\n");
        MALFORMED.put("headers without an end", "HTTP/1.1 200 OK\r\n" + "X: 1\r\n".repeat(20_000) + "\r\n");
        MALFORMED.put("trailers without an end", CHUNKED + "0\r\n" + "X: 1\r\n".repeat(20_000));
    }

    private static void whole(String name, String octets, String body) {
        WHOLE.put(name, new String[] {octets, body});
    }

    /** Gives so many bytes at once at most. */
    private static InputStream stream(String octets, int size) {
        return new ByteArrayInputStream(octets.getBytes(StandardCharsets.ISO_8859_1)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, size));
            }
        };
    }

    private static Response read(String octets, int size) throws IOException {
        return new ResponseReader(stream(octets, size), false).read("GET", LIMIT);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    @Test
    void anAnswerIsReadHoweverItIsCutUp() throws IOException {
        Map<String, String[]> all = new LinkedHashMap<>(WHOLE);
        all.putAll(TO_THE_END);
        for (Map.Entry<String, String[]> one : all.entrySet()) {
            for (int size : new int[] {1, 7, 65_536}) {
                assertEquals(one.getValue()[1], text(read(one.getValue()[0], size).body), one.getKey());
            }
        }
    }

    @Test
    void anAnswerThatIsCutOffAnywhereIsNone() {
        WHOLE.forEach((name, one) -> {
            for (int length = 0; length < one[0].length(); length++) {
                String cut = one[0].substring(0, length);
                assertThrows(IOException.class, () -> read(cut, 65_536), name + ": " + cut);
            }
        });
    }

    @Test
    void whatIsNoHttpIsNoAnswer() {
        MALFORMED.forEach((name, octets) -> {
            assertThrows(ResponseReader.MalformedException.class, () -> read(octets, 65_536), name);
            assertThrows(ResponseReader.MalformedException.class, () -> read(octets, 7), name);
        });
    }

    @Test
    void ofHeadersThatComeTwiceTheFirstCountsOrBothAreAList() throws IOException {
        Headers headers = read("HTTP/1.1 200 OK\r\nAge: 3\r\nage: 9\r\nCache-Control: a\r\ncache-control: b\r\nContent-Length: 0\r\n\r\n", 9).headers;
        assertEquals("3", headers.get("age"));
        assertEquals("a, b", headers.get("cache-control"));
    }

    @Test
    void whatComesBehindAnAnswerEndsTheConnection() throws IOException {
        ResponseReader reader = new ResponseReader(stream(PLAIN + PLAIN, 65_536), false);
        assertEquals("hello", text(reader.read("GET", LIMIT).body));
        assertTrue(reader.isLast);
    }

    @Test
    void aBodyIsReadUpToTheLimit() throws IOException {
        for (String octets : new String[] {PLAIN, WHOLE.get("chunked")[0], TO_THE_END.get("no length")[0]}) {
            ResponseReader reader = new ResponseReader(stream(octets, 65_536), false);
            Response found = reader.read("GET", 4);
            assertEquals("hell", text(found.body), octets);
            assertTrue(found.cut && reader.isLast, octets);
        }
    }

    @Test
    void aLargeBodyIsWhole() throws IOException {
        byte[] body = new byte[99_999];
        Arrays.fill(body, (byte) 'x');
        String chunks = "8000\r\n" + "x".repeat(0x8000) + "\r\n" + "8000\r\n" + "x".repeat(0x8000) + "\r\n869f\r\n" + "x".repeat(0x869f) + "\r\n0\r\n\r\n";
        for (String octets : new String[] {
            "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + "x".repeat(99_999), CHUNKED + chunks, "HTTP/1.0 200 OK\r\n\r\n" + "x".repeat(99_999)
        }) {
            assertArrayEquals(body, read(octets, 5000).body);
        }
    }

    @Test
    void overTlsABodyThatNobodyAnnouncedIsNotWhole() {
        ResponseReader reader = new ResponseReader(stream(TO_THE_END.get("no length")[0], 65_536), true);
        assertThrows(IOException.class, () -> reader.read("GET", LIMIT));
    }

    @Test
    void anAnnouncementOfMuchIsNoMemory() {
        String octets = "HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\nx";
        assertThrows(IOException.class, () -> new ResponseReader(stream(octets, 65_536), false).read("GET", Integer.MAX_VALUE - 9));
    }
}
