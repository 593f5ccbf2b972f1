package io.github.memoryservice.memory;

/** A complete answer, not of 1xx. */
final class Response {
    final int status;
    final Headers headers;
    final byte[] body;
    /** Whether the body goes on beyond the limit. */
    final boolean cut;
    /** Whether the request went out before, on a connection that turned out to be dead (RETRY-2). */
    final boolean wasSentTwice;

    Response(int status, Headers headers, byte[] body, boolean cut, boolean wasSentTwice) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.cut = cut;
        this.wasSentTwice = wasSentTwice;
    }

    Response(int status, Headers headers, byte[] body) {
        this(status, headers, body, false, false);
    }

    Response sentTwice() {
        return new Response(status, headers, body, cut, true);
    }
}
