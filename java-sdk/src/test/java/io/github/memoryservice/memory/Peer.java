package io.github.memoryservice.memory;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that is out of order, and how often it was connected to. */
final class Peer implements AutoCloseable {
    /** What is done with a connection. */
    interface Answer {
        void to(Socket connection) throws Exception;
    }

    static final String PLAIN = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\nhello";
    private static final long DRIP_MILLIS = 50;

    private final ServerSocket listener;
    private final Answer answer;
    private final List<Socket> kept = new CopyOnWriteArrayList<>();
    /** Everything that came, of all connections. */
    final StringBuffer heard = new StringBuffer();

    Peer(Answer answer) throws IOException {
        this.answer = answer;
        this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        start(this::serve);
    }

    int port() {
        return listener.getLocalPort();
    }

    int count() {
        return kept.size();
    }

    Endpoint endpoint(String scheme) {
        return Endpoint.of(scheme + "://127.0.0.1:" + port());
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : kept) {
            connection.close();
        }
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                kept.add(connection);
                start(() -> {
                    try {
                        answer.to(connection);
                    } catch (Exception gone) {
                        // the other side has had enough
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    /** Answers one request after the other, each read up to the end of its head, and closes. */
    Answer answering(String... answers) {
        return connection -> {
            try (connection) {
                for (String one : answers) {
                    String head = head(connection.getInputStream());
                    if (head.isEmpty()) {
                        return;
                    }
                    heard.append(head);
                    say(connection, one);
                }
            }
        };
    }

    static Peer of(String... answers) throws IOException {
        Peer[] self = new Peer[1];
        self[0] = new Peer(connection -> self[0].answering(answers).to(connection));
        return self[0];
    }

    static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    static void say(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        connection.getOutputStream().flush();
    }

    /** Says something that has no end, a byte at a time. */
    static Answer dripping(String first, String each) {
        return connection -> {
            say(connection, first);
            for (; ; ) {
                say(connection, each);
                Thread.sleep(DRIP_MILLIS);
            }
        };
    }

    static Answer silent() {
        return connection -> {
            // takes it, and that is all
        };
    }
}
