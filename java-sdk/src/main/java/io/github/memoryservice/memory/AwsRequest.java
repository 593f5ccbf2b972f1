package io.github.memoryservice.memory;

import java.util.List;
import java.util.function.Supplier;

/** A request that is to be signed. */
final class AwsRequest {
    /** It changes nothing. */
    static final int READ = 0;
    /** It leaves the same state however often it is carried out. */
    static final int WRITE = 1;
    /** It is carried out only if its condition holds: who sends it finds out what came of it (WRITE-4). */
    static final int CONDITIONAL = 2;

    final Endpoint endpoint;
    /** As signatures call it. */
    final String service;

    final String method;
    /** Behind the endpoint's own; of characters that are never percent-encoded. */
    final String path;

    final int kind;
    /** In the order and encoding that is signed; empty for none. */
    String query = "";
    /** All but {@code Host}. */
    List<String[]> headers = List.of();

    byte[] body = Request.NO_BODY;
    /** Makes another body each time that it is sent (CTAG-14); null for the one above. */
    Supplier<byte[]> bodies;

    int limit = Request.ERROR_BYTES;
    /** What it was announced with: it is signed in its query, as of then (CHG-12); null for any other request. */
    Fence fence;

    AwsRequest(Endpoint endpoint, String service, String method, String path, int kind) {
        this.endpoint = endpoint;
        this.service = service;
        this.method = method;
        this.path = path;
        this.kind = kind;
    }
}
