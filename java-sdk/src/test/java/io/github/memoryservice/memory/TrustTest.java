package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and proxies: who is believed, and who is asked (TRUST-1, WIRE-10, PROXY-1). */
class TrustTest {
    @TempDir
    static Path folder;

    private static SSLContext server;
    private static String authority;

    @BeforeAll
    static void certify() throws Exception {
        Path keys = folder.resolve("keys.p12");
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "a", "-keyalg", "EC", "-groupname", "secp256r1",
            "-dname", "CN=localhost", "-ext", "SAN=dns:localhost", "-ext", "BC=ca:true", "-validity", "2", "-storetype", "PKCS12", "-storepass", "testing",
            "-keystore", keys.toString()
        };
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, "testing".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "testing".toCharArray());
        server = SSLContext.getInstance("TLS");
        server.init(factory.getKeyManagers(), null, null);
        Path file = folder.resolve("authority.pem");
        String encoded = Base64.getMimeEncoder().encodeToString(store.getCertificate("a").getEncoded());
        Files.writeString(file, "# an authority\n-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
        authority = file.toString();
    }

    private static Peer serving(String answer, String... protocols) throws IOException {
        return new Peer(connection -> {
            SSLSocket tls = (SSLSocket) server.getSocketFactory().createSocket(connection, null, connection.getPort(), true);
            tls.setUseClientMode(false);
            if (protocols.length > 0) {
                tls.setEnabledProtocols(protocols);
            }
            try (tls) {
                while (!Peer.head(tls.getInputStream()).isEmpty()) {
                    tls.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    if (!answer.contains("Length")) {
                        return;
                    }
                }
            }
        });
    }

    private static NetworkWire wire(String... environment) {
        Map<String, String> variables = new HashMap<>(Map.of("HOME", "/nowhere"));
        for (int at = 0; at < environment.length; at += 2) {
            variables.put(environment[at], environment[at + 1]);
        }
        return new NetworkWire(new Settings(variables));
    }

    private static Response ask(NetworkWire wire, String origin) throws WireException {
        Endpoint endpoint = Endpoint.of(origin);
        wire.prepare(endpoint); // as a constructor does
        Request request = new Request("GET", endpoint, "/", List.<String[]>of(new String[] {"Host", "a"}), Request.NO_BODY, 99);
        for (int tries = 0; ; tries++) {
            try {
                return wire.ask(request, Deadline.in(5));
            } catch (WireException failure) {
                // A second is short for a first handshake, both sides of it, on a machine that is busy with something else.
                if (tries == 9 || !failure.getMessage().endsWith("within 1 s")) {
                    throw failure;
                }
            }
        }
    }

    @Test
    void aCertificateOfTheAuthorityThatWasNamedIsBelieved() throws Exception {
        try (Peer peer = serving(Peer.PLAIN)) {
            for (String variable : new String[] {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"}) {
                NetworkWire wire = wire(variable, authority);
                assertEquals(200, ask(wire, "https://localhost:" + peer.port()).status);
                int before = peer.count();
                assertEquals(200, ask(wire, "https://localhost:" + peer.port()).status);
                assertEquals(before, peer.count());
                wire.close();
            }
        }
    }

    @Test
    void oneOfNobodyOrForAnotherHostIsNot() throws Exception {
        try (Peer peer = serving(Peer.PLAIN)) {
            WireException unknown = assertThrows(WireException.class, () -> ask(wire(), "https://localhost:" + peer.port()));
            WireException other = assertThrows(WireException.class, () -> ask(wire("AWS_CA_BUNDLE", authority), "https://127.0.0.1:" + peer.port()));
            for (WireException failure : new WireException[] {unknown, other}) {
                assertEquals(WireException.NOT_SENT, failure.state);
                assertTrue(failure.getMessage().contains("TLS failed"), failure.getMessage());
            }
        }
    }

    @Test
    void tlsOfBeforeOneTwoIsRefused() throws Exception {
        try (Peer peer = serving(Peer.PLAIN, "TLSv1.1")) {
            assertThrows(WireException.class, () -> ask(wire("AWS_CA_BUNDLE", authority), "https://localhost:" + peer.port()));
        }
        try (Peer peer = serving(Peer.PLAIN, "TLSv1.2")) {
            assertEquals(200, ask(wire("AWS_CA_BUNDLE", authority), "https://localhost:" + peer.port()).status);
        }
    }

    @Test
    void aBodyOverTlsWithoutALengthIsNoWholeAnswer() throws Exception {
        try (Peer peer = serving("HTTP/1.1 200 OK\r\n\r\nhello")) {
            WireException failure = assertThrows(WireException.class, () -> ask(wire("AWS_CA_BUNDLE", authority), "https://localhost:" + peer.port()));
            assertEquals(WireException.ENDED, failure.state);
        }
    }

    @Test
    void aFileThatHasNoAuthorityIsRefused() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
        Path broken = Files.writeString(folder.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        for (Path file : new Path[] {empty, broken, folder, folder.resolve("absent.pem")}) {
            ConfigurationException error =
                    assertThrows(ConfigurationException.class, () -> ask(wire("CURL_CA_BUNDLE", file.toString()), "https://localhost:1"));
            assertTrue(error.getMessage().startsWith("CURL_CA_BUNDLE"), error.getMessage());
        }
    }

    private static void pump(InputStream in, OutputStream out) {
        Thread thread = new Thread(() -> {
            try {
                in.transferTo(out);
            } catch (IOException ended) {
                // the other direction ends as well
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void aTunnelIsMadeThroughTheProxyAndItsUserIsTold() throws Exception {
        StringBuffer asked = new StringBuffer();
        try (Peer peer = serving(Peer.PLAIN);
                Peer proxy = new Peer(connection -> {
                    asked.append(Peer.head(connection.getInputStream()));
                    Socket other = new Socket(InetAddress.getLoopbackAddress(), peer.port());
                    Peer.say(connection, "HTTP/1.1 200 Connected\r\n\r\n");
                    pump(other.getInputStream(), connection.getOutputStream());
                    pump(connection.getInputStream(), other.getOutputStream());
                })) {
            NetworkWire wire = wire("AWS_CA_BUNDLE", authority, "HTTPS_PROXY", "http://me:a%20b@127.0.0.1:" + proxy.port());
            // Nobody but the proxy knows the host, and its certificate is for another one.
            WireException failure = assertThrows(WireException.class, () -> ask(wire, "https://values.test:9"));
            assertTrue(failure.getMessage().contains("TLS failed"), failure.getMessage());
            String connect = "CONNECT values.test:9 HTTP/1.1\r\nHost: values.test:9\r\nProxy-Authorization: Basic bWU6YSBi\r\n\r\n";
            assertTrue(asked.toString().startsWith(connect), asked.toString());
        }
    }

    @Test
    void aProxyThatRefusesIsAFailureBeforeAnythingIsSent() throws Exception {
        for (String answer : new String[] {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "SSH-2.0\r\n\r\n"}) {
            try (Peer proxy = Peer.of(answer)) {
                WireException failure =
                        assertThrows(WireException.class, () -> ask(wire("https_proxy", "127.0.0.1:" + proxy.port()), "https://values.test"));
                assertEquals(WireException.NOT_SENT, failure.state);
                assertTrue(failure.getMessage().contains("proxy"), failure.getMessage());
            }
        }
    }
}
