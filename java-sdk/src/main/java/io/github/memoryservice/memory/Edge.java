package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.List;

/** Reads documents through the distribution. */
final class Edge {
    /** Signs the reads of a private service. */
    interface Signer {
        /** The query that opens the values of the service. */
        String query(Deadline until);

        /** After the refusal of a query: whether the next may be another. */
        boolean renew(String refused);
    }

    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final Wire wire;
    private final Endpoint endpoint;
    private final String host;
    private final int maxValueBytes;
    private final Signer signer;

    /**
     * Makes it.
     *
     * @param distribution origin of the URLs
     * @param endpoint origin to connect to instead; null for the same
     * @param signer null for a public service
     */
    Edge(Wire wire, String distribution, String endpoint, int maxValueBytes, Signer signer) {
        this.wire = wire;
        this.endpoint = Endpoint.of(endpoint == null ? distribution : endpoint);
        this.host = Endpoint.of(distribution).authority;
        this.maxValueBytes = maxValueBytes;
        this.signer = signer;
    }

    /**
     * Reads the document at a path of a URL.
     *
     * @throws AccessDeniedException the edge refused the signature
     * @throws OriginRefusedException S3 refused the edge
     * @throws ConfigurationException the distribution is private and the service is not
     * @throws CorruptValueException the stored body cannot be unpacked (OBJ-4)
     * @throws UnavailableException the edge did not answer in time, or with an error of its own
     */
    Answer read(String path, Deadline until) {
        return read(path, null, maxValueBytes, false, until);
    }

    /** Reads a record: what is larger than that, or cannot be unpacked, counts as empty, and what is known need not be sent again. */
    Answer readRecord(String path, String known, int maxBytes, Deadline until) {
        return read(path, known, maxBytes, true, until);
    }

    private Answer read(String path, String known, int maxBytes, boolean isRecord, Deadline until) {
        String query = signer == null ? null : signer.query(until);
        Response answer = ask(path, query, known, maxBytes, until);
        if (answer.status == FORBIDDEN && signer != null && signer.renew(query)) {
            // The key may have been rotated: sign with what is there now, once.
            answer = ask(path, signer.query(until), known, maxBytes, until);
        }
        switch (answer.status) {
            case OK:
                return new Answer(Origin.documentOf(answer, maxBytes, isRecord), Answer.EDGE, answer.headers, false);
            case NOT_FOUND:
                return new Answer(null, Answer.EDGE, answer.headers, false);
            case FORBIDDEN:
                throw refused(path, answer.body);
            default:
                if (answer.status == NOT_MODIFIED && known != null) {
                    return new Answer(null, Answer.EDGE, answer.headers, true);
                }
                throw new UnavailableException(endpoint.origin() + path + ": the edge answered " + answer.status);
        }
    }

    private Response ask(String path, String query, String known, int maxBytes, Deadline until) {
        List<String[]> headers = new ArrayList<>(3);
        headers.add(new String[] {"Host", host});
        headers.add(new String[] {"Accept-Encoding", "gzip"});
        if (known != null) {
            headers.add(new String[] {"If-None-Match", '"' + known + '"'});
        }
        String target = query == null ? path : path + '?' + query;
        try {
            return wire.ask(new Request("GET", endpoint, target, headers, Request.NO_BODY, maxBytes), until);
        } catch (WireException failure) {
            throw new UnavailableException(endpoint.origin() + path + ": " + failure.getMessage());
        }
    }

    private MemoryServiceException refused(String path, byte[] body) {
        String where = endpoint.origin() + path;
        String found = Refusals.code(body);
        String code = found.isEmpty() ? "no reason" : found;
        if (signer != null) {
            return new AccessDeniedException(where + ": the edge refused the signature (" + code
                    + "). Check that the key is in the distribution's key group, and the clock of this machine");
        }
        if ("MissingKey".equals(code) || "InvalidKey".equals(code)) {
            return new ConfigurationException(where + ": the distribution wants signed URLs (" + code
                    + "). It is the private one: give PK_PATH and PUBLIC_KEY_ID, or the public distribution");
        }
        String message = where + ": the edge may not read the bucket (" + code + "). Check the bucket's policy";
        return Refusals.isOfS3(body) ? new OriginRefusedException(message) : new AccessDeniedException(message);
    }
}
