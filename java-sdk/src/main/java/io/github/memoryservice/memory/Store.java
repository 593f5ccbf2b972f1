package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes documents to S3 (section 4), removes and lists them. */
final class Store {
    /** What came of removing several keys. */
    static final class Removed {
        /** The error of each key that could not be removed. */
        final Map<String, MemoryServiceException> failed;
        /** When the others were. */
        final Stored stored;

        Removed(Map<String, MemoryServiceException> failed, Stored stored) {
            this.failed = failed;
            this.stored = stored;
        }
    }

    /** Some of the keys that begin with a prefix, in the order of their bytes. */
    static final class Page {
        final List<String> keys;
        /** What the next page is asked with; null after the last. */
        final String next;

        Page(List<String> keys, String next) {
            this.keys = keys;
            this.next = next;
        }
    }

    /** 1,000 keys of 1,024 bytes, each of which may have to be written as a reference, and what stands around them. */
    private static final int PAGE_BYTES = 8 * 1024 * 1024;

    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int FIRST_ERROR = 300;

    private final Bucket bucket;
    private final int staleIfError;

    Store(Bucket bucket, int staleIfError) {
        this.bucket = bucket;
        this.staleIfError = staleIfError;
    }

    /**
     * Stores a document.
     *
     * @param fence with a change record what it was announced with; else null
     * @throws ExpiredException it came too late for its announcement
     * @throws AccessDeniedException S3 refused the credentials
     * @throws ConfigurationException there is no such bucket in that Region, or no credentials
     * @throws UnavailableException S3 did not answer in time; it says whether the value may be stored all the same
     */
    Stored put(String key, byte[] document, Form form, Fence fence, Deadline until) {
        return send(put(key, form, document, AwsRequest.WRITE, null), fence, until, "put " + key);
    }

    /** Stores a document if that version is stored now, or nothing if that is null; else as {@link #put}. */
    Stored putIf(String key, byte[] document, Form form, String replaces, Fence fence, Deadline until) {
        String[] condition = replaces == null ? new String[] {"If-None-Match", "*"} : new String[] {"If-Match", '"' + replaces + '"'};
        return send(put(key, form, document, AwsRequest.CONDITIONAL, condition), fence, until, "put " + key);
    }

    /** Stores what makes another small document each time that it is sent (CTAG-14). */
    Stored putAnew(String key, Supplier<byte[]> documents, Form form, Fence fence, Deadline until) {
        AwsRequest request = put(key, form, null, AwsRequest.WRITE, null);
        request.bodies = documents;
        return send(request, fence, until, "put " + key);
    }

    /** Removes an object; that it is not there is no error. */
    Stored remove(String key, Fence fence, Deadline until) {
        return send(bucket.request("DELETE", key, AwsRequest.WRITE), fence, until, "remove " + key);
    }

    /** Removes up to 1,000 objects with one request. Keys have no letter that XML treats specially (KEY-2). */
    Removed removeMany(List<String> keys, Fence fence, Deadline until) {
        StringBuilder xml = new StringBuilder("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>");
        for (String key : keys) {
            xml.append("<Object><Key>").append(key).append("</Key></Object>");
        }
        byte[] body = xml.append("</Delete>").toString().getBytes(StandardCharsets.UTF_8);
        String what = "remove " + keys.size() + " keys";
        AwsRequest request = bucket.request("POST", "", AwsRequest.WRITE);
        request.query = "delete=";
        request.body = body;
        request.limit = PAGE_BYTES;
        request.fence = fence;
        request.headers = List.of(
                new String[] {"Content-Type", "application/xml"},
                // S3 wants a checksum; MD5, the usual one, fails where Java runs in FIPS mode.
                new String[] {"x-amz-checksum-sha256", Base64.getEncoder().encodeToString(Platform.sha256(body))});
        Response answer = answered(request, fence, until, what);
        String document = documentOf(answer, "DeleteResult", what, true);
        Map<String, MemoryServiceException> failed = new LinkedHashMap<>();
        for (String error : Xml.elements(document, "Error")) {
            String key = Xml.text(error, "Key");
            String told = Xml.text(error, "Code");
            String code = told == null ? "unknown" : told;
            MemoryServiceException cause = bucket.refusal(code, "remove " + key, 200, "");
            // Whether it was removed, S3 knows only of what it has put off.
            boolean isUnknown = cause instanceof UnavailableException && !Refusals.isBusy(code);
            failed.put(key, isUnknown ? new UnavailableException(cause.getMessage(), true) : cause);
        }
        return new Removed(failed, Stored.of(null, dateOf(answer)));
    }

    /**
     * Lists one page of up to 1,000 keys.
     *
     * @param token what the page before gave as {@code next}; null for the first
     */
    Page list(String prefix, String token, Deadline until) {
        String what = "list " + prefix;
        AwsRequest request = bucket.request("GET", "", AwsRequest.READ);
        String start = token == null ? "" : "continuation-token=" + Sigv4.encode(token) + '&';
        request.query = start + "list-type=2&prefix=" + Sigv4.encode(prefix);
        request.limit = PAGE_BYTES;
        Response answer = answered(request, null, until, what);
        String page = documentOf(answer, "ListBucketResult", what, false);
        boolean isLast = "false".equals(Xml.text(page, "IsTruncated"));
        String next = isLast ? null : Xml.text(page, "NextContinuationToken");
        if (!isLast && (next == null || next.isEmpty())) {
            throw new UnavailableException(what + " in bucket " + bucket.name + ": S3 does not say what comes next");
        }
        List<String> keys = new ArrayList<>();
        for (String found : Xml.elements(page, "Contents")) {
            String key = Xml.text(found, "Key");
            keys.add(key == null ? "" : key);
        }
        return new Page(keys, next);
    }

    private AwsRequest put(String key, Form form, byte[] document, int kind, String[] condition) {
        AwsRequest request = bucket.request("PUT", key, kind);
        List<String[]> headers = new ArrayList<>();
        headers.add(new String[] {"Content-Type", "application/json"});
        headers.add(new String[] {"Cache-Control", form.cacheControl(staleIfError)});
        byte[] zipped = document == null ? null : Compression.compress(document);
        if (zipped != null) {
            headers.add(new String[] {"Content-Encoding", "gzip"});
        }
        if (form.ttlDays > 0) {
            headers.add(new String[] {"x-amz-tagging", "ttl-days=" + form.ttlDays}); // OBJ-6
        }
        if (!form.isUsualClass()) {
            headers.add(new String[] {"x-amz-storage-class", form.storageClass}); // OBJ-5
        }
        if (condition != null) {
            headers.add(condition);
        }
        request.headers = headers;
        request.body = zipped == null ? document : zipped;
        return request;
    }

    private Stored send(AwsRequest request, Fence fence, Deadline until, String what) {
        request.fence = fence;
        Outcome outcome = bucket.ask(request, until);
        Response answer = outcome.answer;
        if (request.kind == AwsRequest.CONDITIONAL && answer != null && !outcome.isOutOfTime && isConditionRefused(answer)) {
            return Stored.refused(outcome.isUnknown);
        }
        Response done = answered(outcome, fence, what);
        return Stored.of("PUT".equals(request.method) ? Answer.versionOf(done.headers) : null, dateOf(done));
    }

    private Response answered(AwsRequest request, Fence fence, Deadline until, String what) {
        return answered(bucket.ask(request, until), fence, what);
    }

    private Response answered(Outcome outcome, Fence fence, String what) {
        if (outcome.isOutOfTime) {
            throw new ExpiredException(what + " in bucket " + bucket.name + ": its announcement is too old", outcome.isUnknown);
        }
        Response answer = outcome.answer;
        if (answer == null) {
            throw bucket.failed(outcome, what);
        }
        if (answer.status < FIRST_ERROR) {
            if (fence != null) {
                fence.answered(dateOf(answer));
            }
            return answer;
        }
        MemoryServiceException error = bucket.refused(answer, what);
        // What S3 said last does not tell what became of an attempt before (WRITE-5).
        throw outcome.isUnknown ? Bucket.unavailable(error.getMessage(), true) : error;
    }

    /**
     * Whether S3 refused a conditional put for its condition, or because another was under way.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">conditional writes</a>
     */
    private static boolean isConditionRefused(Response answer) {
        return answer.status == PRECONDITION_FAILED || answer.status == CONFLICT || "NoSuchKey".equals(Refusals.code(answer.body));
    }

    private String documentOf(Response answer, String root, String what, boolean isWrite) {
        String xml = new String(answer.body, StandardCharsets.UTF_8);
        if (answer.cut || !Xml.isDocument(xml, root)) {
            // No list of errors is not a list of no errors.
            throw Bucket.unavailable(what + " in bucket " + bucket.name + ": S3's answer is no " + root, isWrite);
        }
        return xml;
    }

    private static double dateOf(Response answer) {
        return Dates.ofHttp(answer.headers.get("date"));
    }
}
