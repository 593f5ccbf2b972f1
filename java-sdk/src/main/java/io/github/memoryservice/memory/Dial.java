package io.github.memoryservice.memory;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Makes a connection: look-up, all addresses, the proxy and the TLS handshake, within one second together (TIME-2). */
final class Dial {
    private static final long CONNECT_MILLIS = 1000;
    private static final long STAGGER_NANOS = 250_000_000; // RFC 8305, section 5
    private static final double SHARE = 0.8;
    private static final int CONNECTED = 200;

    private Dial() {}

    /**
     * Connects.
     *
     * @param proxy null without
     * @param tls what TLS connections are made with; null without
     * @throws WireException there is no connection
     */
    static Connection open(Request to, Proxy proxy, SSLSocketFactory tls, Deadline deadline) throws WireException {
        Deadline until = deadline.atMost(CONNECT_MILLIS);
        String host = proxy == null ? to.host : proxy.host;
        TimedSocket socket = null;
        boolean isDone = false;
        try {
            socket = connect(Lookup.addresses(host, until), proxy == null ? to.port : proxy.port, until);
            socket.setTcpNoDelay(true);
            socket.limit(System.nanoTime() + until.leftNanos(), Long.MAX_VALUE);
            if (proxy != null) {
                tunnel(socket, to, proxy);
            }
            SSLSocket secured = tls == null ? null : secure(socket, to.host, to.port, tls);
            isDone = true;
            return new Connection(socket, secured);
        } catch (SocketTimeoutException late) {
            throw new WireException("no connection to " + host + " within 1 s", WireException.NOT_SENT);
        } catch (IOException error) {
            String why = until.isOver() ? " within 1 s" : ": " + why(error);
            throw new WireException("no connection to " + host + why, WireException.NOT_SENT);
        } finally {
            if (!isDone && socket != null) {
                socket.quietlyClose();
            }
        }
    }

    static SSLSocket secure(Socket socket, String host, int port, SSLSocketFactory tls) throws IOException {
        SSLSocket secured = (SSLSocket) tls.createSocket(socket, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /** Connects to the first address that answers, trying the next ones while the ones before are silent. */
    static TimedSocket connect(InetAddress[] addresses, int port, Deadline until) throws IOException {
        if (addresses.length == 1) {
            return attempt(addresses[0], port, until, new TimedSocket());
        }
        // Every address gets its turn, however many there are.
        long stagger = Math.min(STAGGER_NANOS, (long) (until.leftNanos() * SHARE / addresses.length));
        LinkedBlockingQueue<Attempt> ended = new LinkedBlockingQueue<>();
        List<Attempt> begun = new ArrayList<>();
        IOException failed = new SocketTimeoutException();
        int open = 0;
        try {
            for (int next = 0; next < addresses.length || open > 0; ) {
                boolean isMore = next < addresses.length;
                if (isMore) {
                    Attempt attempt = new Attempt(addresses[next++], port, until, ended);
                    begun.add(attempt);
                    open++;
                    attempt.start();
                }
                long left = until.leftNanos();
                Attempt first = ended.poll(next < addresses.length ? Math.min(stagger, left) : left, TimeUnit.NANOSECONDS);
                if (first == null && until.isOver()) {
                    throw new SocketTimeoutException();
                }
                if (first != null) {
                    open--;
                    if (first.error == null) {
                        begun.remove(first);
                        return first.socket;
                    }
                    failed = first.error;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failed = new IOException("the thread was interrupted", interrupted);
        } finally {
            for (Attempt attempt : begun) {
                attempt.socket.quietlyClose();
            }
        }
        throw failed;
    }

    private static TimedSocket attempt(InetAddress address, int port, Deadline until, TimedSocket socket) throws IOException {
        try {
            long left = until.leftMillis();
            if (left == 0) {
                throw new SocketTimeoutException();
            }
            socket.connect(new InetSocketAddress(address, port), (int) left);
            return socket;
        } catch (IOException | RuntimeException error) {
            socket.quietlyClose();
            throw error;
        }
    }

    /** One of several addresses. */
    private static final class Attempt extends Thread {
        private final InetAddress address;
        private final int port;
        private final Deadline until;
        private final LinkedBlockingQueue<Attempt> ended;
        private final TimedSocket socket = new TimedSocket();
        private IOException error;

        Attempt(InetAddress address, int port, Deadline until, LinkedBlockingQueue<Attempt> ended) {
            super("memory-connect");
            setDaemon(true);
            this.address = address;
            this.port = port;
            this.until = until;
            this.ended = ended;
        }

        @Override
        public void run() {
            try {
                attempt(address, port, until, socket);
            } catch (IOException failed) {
                error = failed;
            } catch (RuntimeException failed) {
                error = new IOException(failed);
            } finally {
                ended.add(this);
            }
        }
    }

    /** Has the proxy connect to the origin. */
    private static void tunnel(TimedSocket socket, Request to, Proxy proxy) throws IOException {
        String host = (to.host.indexOf(':') < 0 ? to.host : '[' + to.host + ']') + ':' + to.port;
        String more = proxy.authorization == null ? "" : "Proxy-Authorization: " + proxy.authorization + "\r\n";
        String asked = "CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n";
        socket.getOutputStream().write(asked.getBytes(StandardCharsets.ISO_8859_1));
        int status;
        try {
            status = new ResponseReader(new OneByOne(socket.getInputStream()), false).read("HEAD", 0).status;
        } catch (ResponseReader.MalformedException none) {
            throw new ConnectException("the proxy's answer is no HTTP");
        }
        if (status != CONNECTED) {
            throw new ConnectException("the proxy answered " + status);
        }
    }

    /** Not a byte of what comes behind. */
    private static final class OneByOne extends java.io.FilterInputStream {
        OneByOne(java.io.InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return super.read(bytes, offset, Math.min(length, 1));
        }
    }

    /** What went wrong, without a text that could quote anything. */
    private static String why(IOException error) {
        if (error instanceof SSLException) {
            return "TLS failed (" + error.getMessage() + ")";
        }
        return error instanceof ConnectException && error.getMessage() != null ? error.getMessage() : error.getClass().getSimpleName();
    }
}
