package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A signing key kept in an SSM parameter or a Secrets Manager secret, read when it is first needed: not while a snapshot is taken, and not by
 * a function that only writes. It is read again after an hour (KEYS-5): a rotation waits for that before it drops the old key.
 */
final class Secrets implements Signing.Keys {
    private static final long KEY_AGE_MILLIS = 3_600_000;
    private static final long RETRY_MILLIS = 300_000;
    private static final long REREAD_MILLIS = 30_000;
    private static final int SECRET_BYTES = 256 * 1024;
    private static final int OK = 200;
    private static final int FIRST_OF_SERVER = 500;
    private static final int ARN_PARTS = 6;
    private static final int REGION = 3;
    private static final int SERVICE = 2;

    private final String arn;
    private final String service;
    private final String publicKeyId;
    private final Aws aws;
    private final double deadline;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile SigningKey key;
    private volatile long readAt;
    private volatile boolean isRefused;
    private boolean wasForgotten;
    private long forgottenAt;

    /**
     * Makes it.
     *
     * @param arn checked before
     * @param publicKeyId if the secret names no public key; null for none
     * @param aws with the function's own credentials: the role of the configuration is for S3 and CloudFront (ROLE-1)
     * @param deadline seconds for who says none
     */
    Secrets(String arn, String publicKeyId, Aws aws, double deadline) {
        this.arn = arn;
        this.service = arn.split(":", ARN_PARTS)[SERVICE];
        this.publicKeyId = publicKeyId;
        this.aws = aws;
        this.deadline = deadline;
    }

    @Override
    public SigningKey key(long now, Deadline given) {
        SigningKey known = key;
        Deadline until = given == null ? Deadline.in(deadline) : given;
        if (known != null && !isRefused) {
            long age = now - readAt;
            return age < 0 || age >= KEY_AGE_MILLIS ? renewed(known, now, until) : known;
        }
        try {
            if (!reading.tryLock(until.leftNanos(), TimeUnit.NANOSECONDS)) {
                throw new UnavailableException("PK_PATH '" + arn + "': another thread's request for it did not end in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("PK_PATH '" + arn + "': the thread was interrupted while it waited");
        }
        try {
            SigningKey meanwhile = key;
            return meanwhile != null && !isRefused ? meanwhile : fetch(now, until);
        } finally {
            reading.unlock();
        }
    }

    /** Not too often: a wrong key must not become a flood of requests (KEYS-3). */
    @Override
    public boolean forget(SigningKey refused, long now) {
        lock.lock();
        try {
            if (key != refused || isRefused) {
                return true; // another thread was refused as well, and first
            }
            long age = now - forgottenAt;
            if (wasForgotten && age >= 0 && age < REREAD_MILLIS) {
                return false;
            }
            wasForgotten = true;
            forgottenAt = now;
            isRefused = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The key of today, or the one at hand if AWS does not give it: it may well still be good. */
    private SigningKey renewed(SigningKey known, long now, Deadline until) {
        if (!reading.tryLock()) {
            return known;
        }
        try {
            return fetch(now, until);
        } catch (MemoryServiceException error) {
            readAt = now - KEY_AGE_MILLIS + RETRY_MILLIS;
            return known;
        } finally {
            reading.unlock();
        }
    }

    private SigningKey fetch(long now, Deadline until) {
        Map<String, Object> secret = objectOf(textOf(ask(until)).getBytes(StandardCharsets.UTF_8));
        String where = "PK_PATH '" + arn + "'";
        if (!(secret.get("private_key") instanceof String pem)) {
            throw new ConfigurationException(where + " does not hold JSON like {\"public_key_id\": \"…\", \"private_key\": \"-----BEGIN …\"}");
        }
        Object named = secret.get("public_key_id");
        Object id = named == null || "".equals(named) ? publicKeyId : named;
        if (!(id instanceof String text) || !isKeyId(text)) {
            throw new ConfigurationException(id == null
                    ? where + " has no public_key_id, and PUBLIC_KEY_ID is not set either"
                    : where + " has a public_key_id that is none of CloudFront's");
        }
        SigningKey read = SigningKey.of(text, pem, where);
        lock.lock();
        try {
            key = read;
            readAt = now;
            isRefused = false;
        } finally {
            lock.unlock();
        }
        return read;
    }

    private Response ask(Deadline until) {
        boolean isParameter = "ssm".equals(service);
        String question = isParameter
                ? "{\"Name\":" + Json.quote(name()) + ",\"WithDecryption\":true}"
                : "{\"SecretId\":" + Json.quote(arn) + '}';
        Endpoint endpoint = aws.endpoints.of(service, arn.split(":", ARN_PARTS)[REGION]);
        AwsRequest request = new AwsRequest(endpoint, service, "POST", "/", AwsRequest.READ);
        request.headers = List.of(
                new String[] {"Content-Type", "application/x-amz-json-1.1"},
                new String[] {"X-Amz-Target", isParameter ? "AmazonSSM.GetParameter" : "secretsmanager.GetSecretValue"});
        request.body = question.getBytes(StandardCharsets.UTF_8);
        request.limit = SECRET_BYTES;
        Outcome outcome = aws.send(request, until);
        String what = "PK_PATH '" + arn + "'";
        if (outcome.answer == null) {
            throw new UnavailableException(what + " could not be read: " + outcome.failure.getMessage());
        }
        if (outcome.answer.status != OK) {
            throw refused(outcome.answer, what);
        }
        return outcome.answer;
    }

    private static MemoryServiceException refused(Response answer, String what) {
        String found = Refusals.code(answer.body);
        String code = found.isEmpty() ? String.valueOf(answer.status) : found;
        if (answer.status >= FIRST_OF_SERVER || Refusals.isBusy(code)) {
            return new UnavailableException(what + " could not be read (" + code + ")");
        }
        if (code.contains("NotFound")) {
            return new ConfigurationException(what + " does not exist (" + code + ")");
        }
        return new AccessDeniedException(what + " may not be read (" + code + ")");
    }

    /** The API takes a parameter's name, with its leading slash if it has a path. */
    private String name() {
        String name = arn.split(":", ARN_PARTS)[ARN_PARTS - 1].substring("parameter".length());
        return name.indexOf('/', 1) > 0 ? name : name.substring(1);
    }

    private String textOf(Response answer) {
        Map<String, Object> given = answer.cut ? Map.of() : objectOf(answer.body);
        if (given.isEmpty()) {
            throw new UnavailableException("PK_PATH '" + arn + "' could not be read: the answer is no JSON");
        }
        Object text = given.get("SecretString");
        if ("ssm".equals(service)) {
            text = given.get("Parameter") instanceof Map<?, ?> parameter ? parameter.get("Value") : null;
        }
        if (text instanceof String secret) {
            return secret;
        }
        throw new ConfigurationException("PK_PATH '" + arn + "' holds no text");
    }

    /** Empty if it is no JSON object: no error may quote the text. */
    private static Map<String, Object> objectOf(byte[] text) {
        try {
            return Json.parseObject(text);
        } catch (CorruptValueException none) {
            return Map.of();
        }
    }

    /** It becomes part of URLs. */
    private static boolean isKeyId(String text) {
        for (int at = 0; at < text.length(); at++) {
            char letter = text.charAt(at);
            boolean isPart = letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9' || letter == '_' || letter == '-';
            if (!isPart) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 128;
    }
}
