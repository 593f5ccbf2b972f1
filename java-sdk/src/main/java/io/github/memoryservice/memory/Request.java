package io.github.memoryservice.memory;

import java.util.List;

/** One request as it goes out. */
final class Request {
    static final byte[] NO_BODY = {};
    /** Bytes of an answer that is read for its error code. */
    static final int ERROR_BYTES = 64 * 1024;

    final String method;
    final String scheme;
    /** Without brackets. */
    final String host;

    final int port;
    /** Path and query as they are sent. */
    final String target;
    /** Name and value of each, {@code Host} among them; the length is added. */
    final List<String[]> headers;

    final byte[] body;
    /** How many bytes of the answer's body to read. */
    final int limit;
    /** Unix milliseconds by this machine's clock, from when nothing of it may be sent any more (CHG-13); 0 if that is no matter. */
    final long sendUntil;
    /** Whether it never goes out a second time as it is (CTAG-14). */
    final boolean isSentOnce;
    /** Whether its answer may take the whole time, without a sign of life (TIME-2). */
    final boolean isLong;

    Request(String method, Endpoint endpoint, String target, List<String[]> headers, byte[] body, int limit, long sendUntil, boolean isSentOnce, boolean isLong) {
        this.method = method;
        this.scheme = endpoint.scheme;
        this.host = endpoint.host;
        this.port = endpoint.port;
        this.target = target;
        this.headers = headers;
        this.body = body;
        this.limit = limit;
        this.sendUntil = sendUntil;
        this.isSentOnce = isSentOnce;
        this.isLong = isLong;
    }

    Request(String method, Endpoint endpoint, String target, List<String[]> headers, byte[] body, int limit) {
        this(method, endpoint, target, headers, body, limit, 0, false, false);
    }
}
