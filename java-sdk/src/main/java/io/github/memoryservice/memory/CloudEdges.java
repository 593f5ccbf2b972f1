package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CloudFront as Memory Service asks it: points of presence that keep copies, and signatures that open them. Whoever uses it holds the
 * lock of the cloud.
 */
final class CloudEdges {
    private static final Pattern MAX_AGE = Pattern.compile("max-age=(\\d+)");
    private static final Pattern STALE = Pattern.compile("stale-if-error=(\\d+)");
    private static final double DEFAULT_TTL = 86_400;

    private static final class Copy {
        final CloudAnswer answer;
        final double fetched;

        Copy(CloudAnswer answer, double fetched) {
            this.answer = answer;
            this.fetched = fetched;
        }
    }

    /** Whether a distribution wants signatures, by its host; of another, that a request has one says it. */
    final Map<String, Boolean> isPrivate = new HashMap<>();
    /** The public keys by their ids; while there is none, every signature opens what its policy says. */
    final Map<String, PublicKey> keys = new HashMap<>();

    private final Map<String, Copy> copies = new HashMap<>();
    private final Clock clock;
    /** Asks S3 for a key, as an edge does; null if it does not answer. */
    private final Function<String, CloudAnswer> origin;

    CloudEdges(Clock clock, Function<String, CloudAnswer> origin) {
        this.clock = clock;
        this.origin = origin;
    }

    /** Answers a viewer who reaches that point of presence. */
    CloudAnswer answer(String host, String path, String query, String known, int pop) {
        String visibility = "public";
        if (isPrivate.getOrDefault(host, query.contains("Key-Pair-Id="))) {
            String refusal = refusal("https://" + host + path, Cloud.query(query));
            if (refusal != null) {
                String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + refusal
                        + "</Code><Message>Access denied</Message></Error>";
                return CloudAnswer.of(403, "text/xml", body)
                        .with("server", "CloudFront")
                        .with("x-cache", "Error from cloudfront")
                        .dated(clock.wallMillis());
            }
            visibility = "private";
        }
        return fromCache(visibility + path, pop).unless(known);
    }

    /** Drops the copies of a path, which may end with a star. */
    void drop(String visibility, String path) {
        String key = visibility + path;
        boolean isPrefix = key.endsWith("*");
        String wanted = isPrefix ? key.substring(0, key.length() - 1) : key;
        copies.keySet().removeIf(held -> {
            String it = held.substring(held.indexOf(' ') + 1);
            return isPrefix ? it.startsWith(wanted) : it.equals(wanted);
        });
    }

    private CloudAnswer fromCache(String key, int pop) {
        String place = pop + " " + key;
        Copy held = copies.get(place);
        double now = clock.wallMillis();
        double age = held == null ? 0 : (now - held.fetched) / 1000;
        double ttl = held == null ? 0 : seconds(MAX_AGE, held.answer, DEFAULT_TTL);
        if (held != null && 0 <= age && age < ttl) {
            return served(held.answer, "Hit").with("age", String.valueOf((long) age));
        }
        CloudAnswer found = origin.apply(key);
        if (found == null || found.status >= 500) {
            if (held != null && age < ttl + seconds(STALE, held.answer, 0)) {
                return served(held.answer, "Hit").with("age", String.valueOf((long) age));
            }
            int status = found == null ? 502 : found.status;
            return served(new CloudAnswer(status, Map.of(), new byte[0]), "Error");
        }
        if (found.status != 200) {
            copies.remove(place);
            return served(found, "Error");
        }
        boolean isSame = held != null && held.answer.headers.get("etag").equals(found.headers.get("etag"));
        copies.put(place, new Copy(found, now));
        return served(found, isSame ? "RefreshHit" : "Miss");
    }

    private CloudAnswer served(CloudAnswer answer, String cache) {
        return answer.with("x-cache", cache + " from cloudfront").dated(clock.wallMillis());
    }

    /** The code with which CloudFront refuses a signed URL; null if it opens it. */
    private String refusal(String url, Map<String, String> given) {
        String id = given.getOrDefault("Key-Pair-Id", "");
        if (id.isEmpty()) {
            return "MissingKey";
        }
        if (!keys.isEmpty() && !keys.containsKey(id)) {
            return "InvalidKey";
        }
        byte[] policy = decoded(given.getOrDefault("Policy", ""));
        byte[] signature = decoded(given.getOrDefault("Signature", ""));
        if (policy == null) {
            return "MalformedPolicy";
        }
        if (signature == null) {
            return "MalformedSignature";
        }
        if (!keys.isEmpty() && !isSignature(keys.get(id), policy, signature, given.getOrDefault("Hash-Algorithm", "SHA1"))) {
            return "AccessDenied";
        }
        try {
            List<?> statements = (List<?>) Json.parseObject(policy).get("Statement");
            Map<?, ?> statement = (Map<?, ?>) statements.get(0);
            Map<?, ?> until = (Map<?, ?>) ((Map<?, ?>) statement.get("Condition")).get("DateLessThan");
            double end = ((Number) until.get("AWS:EpochTime")).doubleValue() * 1000;
            Pattern resource = pattern((String) statement.get("Resource"));
            return clock.wallMillis() < end && resource.matcher(url).matches() ? null : "AccessDenied";
        } catch (RuntimeException malformed) {
            return "MalformedPolicy";
        }
    }

    private static Pattern pattern(String resource) {
        List<String> parts = new ArrayList<>();
        for (String part : resource.split("\\*", -1)) {
            parts.add(Pattern.quote(part));
        }
        return Pattern.compile(String.join(".*", parts), Pattern.DOTALL);
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '=').replace('~', '/').getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException error) {
            return null;
        }
    }

    private static boolean isSignature(PublicKey key, byte[] policy, byte[] signature, String hash) {
        try {
            Signature verifier = Signature.getInstance(hash + "with" + ("EC".equals(key.getAlgorithm()) ? "ECDSA" : "RSA"));
            verifier.initVerify(key);
            verifier.update(policy);
            return verifier.verify(signature);
        } catch (GeneralSecurityException error) {
            return false;
        }
    }

    private static double seconds(Pattern pattern, CloudAnswer answer, double otherwise) {
        Matcher match = pattern.matcher(answer.headers.getOrDefault("cache-control", ""));
        return match.find() ? Double.parseDouble(match.group(1)) : otherwise;
    }
}
