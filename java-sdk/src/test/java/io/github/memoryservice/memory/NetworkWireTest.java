package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The wire over real connections. */
class NetworkWireTest {
    private static final double LATENESS = 0.9;

    private final NetworkWire wire = new NetworkWire(new Settings(Map.of("HOME", "/nowhere")));

    @AfterEach
    void close() {
        wire.close();
    }

    private static Request request(Endpoint to, String method, byte[] body, String... more) {
        List<String[]> headers = new ArrayList<>();
        headers.add(new String[] {"Host", "d1.cloudfront.net"});
        for (String one : more) {
            headers.add(new String[] {"Odd", one});
        }
        return new Request(method, to, "/a?b", headers, body, 100_000);
    }

    private Response ask(Peer peer, String method) throws WireException {
        return wire.ask(request(peer.endpoint("http"), method, Request.NO_BODY), Deadline.in(5));
    }

    private static String text(Response response) {
        return new String(response.body, StandardCharsets.ISO_8859_1);
    }

    @Test
    void hostIsWhatTheRequestSays() throws Exception {
        try (Peer peer = Peer.of(Peer.PLAIN)) {
            assertEquals("hello", text(ask(peer, "GET")));
            assertEquals("GET /a?b HTTP/1.1\r\nHost: d1.cloudfront.net\r\n\r\n", peer.heard.toString());
        }
    }

    @Test
    void aKeptConnectionThatTurnsOutDeadIsReplacedOnce() throws Exception {
        for (String method : new String[] {"GET", "PUT"}) {
            try (Peer peer = Peer.of(Peer.PLAIN, "")) {
                assertFalse(ask(peer, "GET").wasSentTwice);
                Response found = ask(peer, method);
                assertEquals("hello", text(found));
                assertTrue(found.wasSentTwice);
                assertEquals(2, peer.count());
            }
        }
    }

    @Test
    void whatMayBeSentOnceIsNotSentAgainOnAnotherConnection() throws Exception {
        try (Peer peer = Peer.of(Peer.PLAIN, "")) {
            ask(peer, "GET");
            Request once = new Request("PUT", peer.endpoint("http"), "/", request(peer.endpoint("http"), "PUT", Request.NO_BODY).headers, new byte[1], 9, 0, true, false);
            WireException failure = assertThrows(WireException.class, () -> wire.ask(once, Deadline.in(5)));
            assertEquals(WireException.ENDED, failure.state);
            assertEquals(1, peer.count());
        }
    }

    @Test
    void aFreshConnectionThatEndsIsAFailureAndNothingIsSentAgain() throws Exception {
        for (String answer : new String[] {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "HTTP/1.1 200 OK\r\n"}) {
            try (Peer peer = Peer.of(answer)) {
                WireException failure = assertThrows(WireException.class, () -> ask(peer, "GET"), answer);
                assertEquals(WireException.ENDED, failure.state);
                assertEquals(1, peer.count());
            }
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (Peer other = Peer.of(Peer.PLAIN);
                Peer peer = Peer.of("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + other.port() + "/\r\nContent-Length: 0\r\n\r\n")) {
            assertEquals(302, ask(peer, "GET").status);
            assertEquals(0, other.count());
        }
    }

    @Test
    void aFailureSaysWhetherTheRequestMayHaveArrived() throws Exception {
        int unused;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = closed.getLocalPort();
        }
        Endpoint nobody = Endpoint.of("http://127.0.0.1:" + unused);
        WireException refused = assertThrows(WireException.class, () -> wire.ask(request(nobody, "GET", Request.NO_BODY), Deadline.in(5)));
        assertEquals(WireException.NOT_SENT, refused.state);
        try (Peer silent = new Peer(Peer.silent())) {
            WireException late = assertThrows(
                    WireException.class, () -> wire.ask(request(silent.endpoint("http"), "GET", Request.NO_BODY), Deadline.in(0.3)));
            assertEquals(WireException.UNDER_WAY, late.state);
        }
    }

    @Test
    void everyPhaseEndsInTime() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
        Map<String, Peer.Answer> phases = new LinkedHashMap<>();
        phases.put("http silent", Peer.silent());
        phases.put("https silent handshake", Peer.silent());
        phases.put("https dripping handshake", Peer.dripping("\u0016\u0003\u0003\u0040\0", "\0"));
        phases.put("http dripping head", Peer.dripping("HTTP/1.1 200 OK\r\nX-Long: ", "a"));
        phases.put("http endless 100 Continue", Peer.dripping("", "HTTP/1.1 100 Continue\r\n\r\n"));
        phases.put("http silent body", connection -> Peer.say(connection, head));
        phases.put("http dripping body", Peer.dripping(head, "a"));
        phases.put("http body that is not read", Peer.silent());
        for (Map.Entry<String, Peer.Answer> phase : phases.entrySet()) {
            try (Peer peer = new Peer(phase.getValue())) {
                boolean isTls = phase.getKey().startsWith("https");
                byte[] body = phase.getKey().endsWith("not read") ? new byte[32 * 1024 * 1024] : Request.NO_BODY;
                Endpoint endpoint = peer.endpoint(isTls ? "https" : "http");
                wire.prepare(endpoint);
                long began = System.nanoTime();
                WireException failure = assertThrows(
                        WireException.class, () -> wire.ask(request(endpoint, "PUT", body), Deadline.in(1.5)), phase.getKey());
                double seconds = (System.nanoTime() - began) / 1e9;
                assertTrue(seconds < 1.5 + LATENESS, phase.getKey() + " took " + seconds);
                assertEquals(isTls ? WireException.NOT_SENT : WireException.UNDER_WAY, failure.state, phase.getKey());
            }
        }
    }

    @Test
    void silenceEndsARequestBeforeItsTimeIsOver() throws Exception {
        try (Peer peer = new Peer(Peer.silent())) {
            for (byte[] body : new byte[][] {Request.NO_BODY, new byte[32 * 1024 * 1024]}) {
                long began = System.nanoTime();
                assertThrows(WireException.class, () -> wire.ask(request(peer.endpoint("http"), "PUT", body), Deadline.in(20)));
                double seconds = (System.nanoTime() - began) / 1e9;
                assertTrue(seconds > 1.9 && seconds < 2 + LATENESS, "it took " + seconds);
            }
        }
    }

    @Test
    void whatMayNotBeSentLaterIsBrokenOff() throws Exception {
        try (Peer peer = new Peer(Peer.silent())) {
            Request late = new Request(
                    "PUT", peer.endpoint("http"), "/", List.<String[]>of(new String[] {"Host", "a"}), new byte[32 * 1024 * 1024], 9,
                    System.currentTimeMillis() + 500, false, false);
            long began = System.nanoTime();
            assertThrows(WireException.class, () -> wire.ask(late, Deadline.in(20)));
            assertTrue((System.nanoTime() - began) / 1e9 < 0.5 + LATENESS);
        }
    }

    @Test
    void connectionsAreBoundedAndWhoComesLaterWaits() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        try (Peer peer = new Peer(connection -> {
            while (!Peer.head(connection.getInputStream()).isEmpty()) {
                released.await();
                Peer.say(connection, Peer.PLAIN);
            }
        })) {
            AtomicInteger found = new AtomicInteger();
            List<String> failed = new CopyOnWriteArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int number = 0; number < 150; number++) {
                Thread thread = new Thread(() -> {
                    try {
                        wire.ask(request(peer.endpoint("http"), "GET", Request.NO_BODY), Deadline.in(30));
                        found.incrementAndGet();
                    } catch (WireException failure) {
                        failed.add(failure.getMessage());
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (int waited = 0; waited < 100 && peer.count() < 64; waited++) {
                Thread.sleep(10);
            }
            Thread.sleep(100); // for those who would come beyond
            released.countDown();
            for (Thread thread : threads) {
                thread.join(30_000);
            }
            assertEquals(150, found.get(), failed.toString());
            assertTrue(peer.count() <= 64, peer.count() + " connections");
        }
    }

    @Test
    void aHeaderWithALineEndIsNotSent() throws Exception {
        try (Peer peer = Peer.of(Peer.PLAIN)) {
            for (String value : new String[] {"a\r\nX: 1", "a\nX: 1", "a\rX", "a\0", "\ud83d\ude00"}) {
                WireException failure = assertThrows(
                        WireException.class, () -> wire.ask(request(peer.endpoint("http"), "GET", Request.NO_BODY, value), Deadline.in(5)));
                assertEquals(WireException.NOT_SENT, failure.state);
            }
            assertEquals(0, peer.count());
        }
    }

    @Test
    void anAnswerThatComesBeforeALargeBodyHasGoneIsTaken() throws Exception {
        try (Peer peer = new Peer(connection -> {
            Peer.head(connection.getInputStream());
            Peer.say(connection, "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            connection.shutdownOutput();
            connection.getInputStream().readAllBytes();
            connection.close();
        })) {
            Response found = wire.ask(request(peer.endpoint("http"), "PUT", new byte[3_000_000]), Deadline.in(5));
            assertEquals(400, found.status);
            assertEquals("no", text(found));
        }
    }
}
