package io.github.memoryservice.memory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/** What a first request loads, loaded before: a constructor has a whole core for that, a handler may have a fraction (CFG-6). Nobody is asked. */
final class Rehearsal {
    /** Whoever is on the other side has hung up already. */
    private static final class DeadSocket extends Socket {
        DeadSocket() {
            super(java.net.Proxy.NO_PROXY);
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public InetAddress getInetAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(Request.NO_BODY);
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }
    }

    private Rehearsal() {}

    /** Begins a TLS handshake that gets no answer: what that loads is nearly half of a first one. */
    static void shakeHands(SSLSocketFactory tls) {
        try (Socket dead = new DeadSocket()) {
            Dial.secure(dead, "localhost", 443, tls);
        } catch (IOException ended) {
            // as it must
        }
    }

    /** Signs a request that nobody sends. */
    static void sign() {
        AwsRequest request = new AwsRequest(new Endpoint("https", "localhost", "", "us-east-1", true), "s3", "GET", "/", AwsRequest.READ);
        Credentials nobodys = new Credentials("id", "secret", null, Double.NaN);
        Sigv4.headers(request, "/", Request.NO_BODY, List.<String[]>of(new String[] {"Host", "localhost"}), nobodys, AwsClock.present());
    }
}
