package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;

/** Sends requests over kept connections. A process has one: a handler may make a service in each call. */
final class NetworkWire implements Wire {
    private final Settings settings;
    private final Trust trust;
    private final ConcurrentHashMap<String, Pool> pools = new ConcurrentHashMap<>();

    NetworkWire(Settings settings) {
        this.settings = settings;
        this.trust = new Trust(settings);
    }

    @Override
    public Response ask(Request request, Deadline until) throws WireException {
        byte[] head = head(request);
        Pool pool = pool(request.scheme + "://" + request.host + ':' + request.port);
        if (!pool.enter(until)) {
            throw new WireException("no free connection to " + request.host + " in time", WireException.NOT_SENT);
        }
        try {
            return ask(request, head, pool, until);
        } finally {
            pool.leave();
        }
    }

    private Pool pool(String origin) {
        Pool pool = pools.get(origin);
        if (pool != null) {
            return pool;
        }
        // No lambda: the first one in a process costs as much as a request.
        pools.putIfAbsent(origin, new Pool());
        return pools.get(origin);
    }

    private Response ask(Request request, byte[] head, Pool pool, Deadline until) throws WireException {
        int generation = pool.generation();
        Connection kept = pool.take();
        if (kept == null) {
            return askAnew(request, head, pool, generation, until);
        }
        try {
            return kept.exchange(request, head, until);
        } catch (WireException failure) {
            if (!failure.wasDead) {
                throw failure;
            }
            // It had died while nobody looked. So may have the others; a new one tells.
            pool.dropIdle();
            if (request.isSentOnce) {
                throw failure;
            }
        } finally {
            pool.giveBack(kept, generation);
        }
        try {
            return askAnew(request, head, pool, generation, until).sentTwice();
        } catch (WireException failure) {
            // The first one went out, and nobody knows how far it came.
            throw failure.state == WireException.NOT_SENT ? new WireException(failure.getMessage(), WireException.ENDED) : failure;
        }
    }

    private Response askAnew(Request request, byte[] head, Pool pool, int generation, Deadline until) throws WireException {
        Proxy proxy = Proxy.on(settings, request.scheme, request.host, request.port);
        // What all connections share is no part of making one.
        Connection fresh = Dial.open(request, proxy, "https".equals(request.scheme) ? trust.sockets() : null, until);
        try {
            return fresh.exchange(request, head, until);
        } finally {
            pool.giveBack(fresh, generation);
        }
    }

    @Override
    public void prepare(Endpoint endpoint) {
        Proxy.on(settings, endpoint.scheme, endpoint.host, endpoint.port);
        if ("https".equals(endpoint.scheme)) {
            trust.sockets();
        }
    }

    @Override
    public void close() {
        for (Pool pool : pools.values()) {
            pool.dropAll();
        }
    }

    /** The request line and the headers. */
    private static byte[] head(Request request) throws WireException {
        StringBuilder head = new StringBuilder(512);
        line(head, request.method + ' ' + request.target + " HTTP/1.1");
        for (String[] header : request.headers) {
            line(head, header[0] + ": " + header[1]);
        }
        if (request.body.length > 0 || "PUT".equals(request.method) || "POST".equals(request.method)) {
            line(head, "Content-Length: " + request.body.length);
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void line(StringBuilder head, String line) throws WireException {
        for (int at = 0; at < line.length(); at++) {
            char letter = line.charAt(at);
            if (letter == '\r' || letter == '\n' || letter == 0 || letter > 0xff) {
                throw new WireException("a header with a line end or a letter beyond Latin-1 in it", WireException.NOT_SENT);
            }
        }
        head.append(line).append("\r\n");
    }
}
