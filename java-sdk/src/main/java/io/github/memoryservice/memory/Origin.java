package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.List;

/** Reads documents from S3 itself: strongly consistent, and there when the edge is not. */
final class Origin {
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final Bucket bucket;
    private final int maxValueBytes;

    Origin(Bucket bucket, int maxValueBytes) {
        this.bucket = bucket;
        this.maxValueBytes = maxValueBytes;
    }

    /**
     * Reads the document of a key (CON-2).
     *
     * @throws AccessDeniedException S3 refused; without s3:ListBucket also for a key that is not there
     * @throws ConfigurationException the bucket is not there, or there is no Region or no credentials
     * @throws CorruptValueException the stored body cannot be unpacked (OBJ-4)
     * @throws UnavailableException S3 did not answer in time, or with an error of its own
     */
    Answer read(String key, Deadline until) {
        return read(key, null, maxValueBytes, false, until);
    }

    /** Reads a record: what is larger than that, or cannot be unpacked, counts as empty (CHG-4, CTAG-3), and what is known need not be sent again. */
    Answer readRecord(String key, String known, int maxBytes, Deadline until) {
        return read(key, known, maxBytes, true, until);
    }

    private Answer read(String key, String known, int maxBytes, boolean isRecord, Deadline until) {
        List<String[]> headers = new ArrayList<>(2);
        headers.add(new String[] {"Accept-Encoding", "gzip"});
        if (known != null) {
            headers.add(new String[] {"If-None-Match", '"' + known + '"'});
        }
        AwsRequest request = bucket.request("GET", key, AwsRequest.READ);
        request.headers = headers;
        request.limit = maxBytes;
        String what = "get " + key;
        Outcome outcome = bucket.ask(request, until);
        Response answer = outcome.answer;
        if (answer == null) {
            throw bucket.failed(outcome, what);
        }
        if (answer.status == OK) {
            return new Answer(documentOf(answer, maxBytes, isRecord), Answer.S3, answer.headers, false);
        }
        if (answer.status == NOT_MODIFIED && known != null) {
            return new Answer(null, Answer.S3, answer.headers, true);
        }
        String code = Refusals.code(answer.body);
        if (answer.status == NOT_FOUND && !"NoSuchBucket".equals(code)) {
            return new Answer(null, Answer.S3, answer.headers, false);
        }
        MemoryServiceException error = bucket.refused(answer, what);
        if (answer.status == FORBIDDEN && !Refusals.isSkewed(code)) {
            throw new AccessDeniedException(
                    error.getMessage() + "; without s3:ListBucket this is also the answer for a name that is not there");
        }
        throw error;
    }

    /**
     * The document in an answer (OBJ-2, OBJ-4).
     *
     * @throws CorruptValueException it is no record, and cannot be unpacked or has more
     */
    static byte[] documentOf(Response answer, int maxBytes, boolean isRecord) {
        try {
            if (answer.cut) {
                throw new CorruptValueException("the stored value is larger than MAX_VALUE_BYTES (" + maxBytes + ")");
            }
            return Compression.decompress(answer.headers.get("content-encoding"), answer.body, maxBytes);
        } catch (CorruptValueException error) {
            if (isRecord) {
                return Request.NO_BODY;
            }
            throw error;
        }
    }
}
