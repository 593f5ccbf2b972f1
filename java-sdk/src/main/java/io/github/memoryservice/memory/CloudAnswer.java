package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the cloud in memory answers, before anything befalls it. */
final class CloudAnswer {
    final int status;
    /** By their names in lower case. */
    final Map<String, String> headers;
    final byte[] body;

    CloudAnswer(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** An error of S3, which has a {@code RequestId}. */
    static CloudAnswer refusal(int status, String code, String message) {
        String body = "<Error><Code>" + code + "</Code><Message>" + message + "</Message><RequestId>0</RequestId></Error>";
        return of(status, "application/xml", body);
    }

    static CloudAnswer of(int status, String type, String body) {
        return new CloudAnswer(status, Map.of("content-type", type), body.getBytes(StandardCharsets.UTF_8));
    }

    CloudAnswer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new CloudAnswer(status, more, body);
    }

    CloudAnswer dated(double now) {
        return with("date", date(now));
    }

    /** The answer to a get, which is short if the request has the version already. */
    CloudAnswer unless(String known) {
        if (status != 200 || known == null || !known.equals(headers.get("etag"))) {
            return this;
        }
        return new CloudAnswer(304, headers, new byte[0]);
    }

    /** A Unix time in milliseconds as HTTP has it. */
    static String date(double millis) {
        return DateTimeFormatter.RFC_1123_DATE_TIME
                .format(Instant.ofEpochMilli((long) millis).atOffset(ZoneOffset.UTC))
                .replaceFirst("^(\\w+, )(\\d) ", "$10$2 ");
    }
}
