package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** S3 as Memory Service asks it: objects, conditions, listings. Whoever uses it holds the lock of the cloud. */
final class CloudBucket {
    private static final int PAGE = 1000;
    private static final Pattern KEY = Pattern.compile("<Key>(.*?)</Key>");

    /** Keys are ASCII (KEY-2), so that this is the order of their bytes. */
    final TreeMap<String, StoredObject> objects = new TreeMap<>();

    private final Clock clock;

    CloudBucket(Clock clock) {
        this.clock = clock;
    }

    /** Stores an object; the headers by their names in lower case. */
    StoredObject put(String key, byte[] body, Map<String, String> given) {
        Map<String, String> kept = new LinkedHashMap<>();
        for (String name : new String[] {"content-type", "content-encoding", "cache-control"}) {
            if (given.containsKey(name)) {
                kept.put(name, given.get(name));
            }
        }
        String storageClass = given.getOrDefault("x-amz-storage-class", "STANDARD");
        Map<String, String> tags = Cloud.query(given.getOrDefault("x-amz-tagging", ""));
        StoredObject stored = new StoredObject(body, kept, md5(body), clock.wallMillis(), storageClass, tags);
        objects.put(key, stored);
        return stored;
    }

    /** Carries out a request for a key, or for the bucket if it is empty. */
    CloudAnswer answer(String method, String key, Map<String, String> query, Map<String, String> headers, byte[] body) {
        return answered(method, key, query, headers, body).dated(clock.wallMillis());
    }

    private CloudAnswer answered(String method, String key, Map<String, String> query, Map<String, String> headers, byte[] body) {
        if (key.isEmpty()) {
            return query.containsKey("delete") ? removed(body) : listed(query);
        }
        if ("PUT".equals(method)) {
            return put(key, headers, body);
        }
        if ("DELETE".equals(method)) {
            objects.remove(key);
            return new CloudAnswer(204, Map.of(), new byte[0]);
        }
        return found(key).unless(headers.get("if-none-match"));
    }

    /** The answer to a get. */
    CloudAnswer found(String key) {
        StoredObject stored = objects.get(key);
        if (stored == null) {
            return CloudAnswer.refusal(404, "NoSuchKey", "NoSuchKey").dated(clock.wallMillis());
        }
        Map<String, String> headers = new LinkedHashMap<>(stored.headers);
        headers.put("etag", '"' + stored.version + '"');
        headers.put("last-modified", CloudAnswer.date(stored.modified));
        if (!"STANDARD".equals(stored.storageClass)) { // as S3 does it
            headers.put("x-amz-storage-class", stored.storageClass);
        }
        return new CloudAnswer(200, headers, stored.body).dated(clock.wallMillis());
    }

    private CloudAnswer put(String key, Map<String, String> headers, byte[] body) {
        StoredObject stored = objects.get(key);
        String wanted = headers.get("if-match");
        if (wanted != null && stored == null) {
            return CloudAnswer.refusal(404, "NoSuchKey", "NoSuchKey");
        }
        boolean isMet = wanted == null || wanted.equals('"' + stored.version + '"');
        if (!isMet || stored != null && "*".equals(headers.get("if-none-match"))) {
            return CloudAnswer.refusal(412, "PreconditionFailed", "PreconditionFailed");
        }
        return new CloudAnswer(200, Map.of("etag", '"' + put(key, body, headers).version + '"'), new byte[0]);
    }

    private CloudAnswer removed(byte[] body) {
        Matcher keys = KEY.matcher(new String(body, StandardCharsets.UTF_8));
        while (keys.find()) {
            objects.remove(keys.group(1));
        }
        return CloudAnswer.of(200, "application/xml", "<DeleteResult></DeleteResult>");
    }

    private CloudAnswer listed(Map<String, String> query) {
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<String> keys = new ArrayList<>();
        for (String key : objects.tailMap(prefix, true).keySet()) {
            if (!key.startsWith(prefix) || keys.size() > PAGE) {
                break;
            }
            if (key.compareTo(after) > 0) {
                keys.add(key);
            }
        }
        boolean isCut = keys.size() > PAGE;
        List<String> page = isCut ? keys.subList(0, PAGE) : keys;
        StringBuilder listing = new StringBuilder("<ListBucketResult>");
        if (query.containsKey("encoding-type")) {
            listing.append("<EncodingType>url</EncodingType>");
        }
        listing.append("<IsTruncated>").append(isCut).append("</IsTruncated>");
        if (isCut) {
            listing.append("<NextContinuationToken>").append(page.get(PAGE - 1)).append("</NextContinuationToken>");
        }
        for (String key : page) {
            listing.append("<Contents><Key>").append(key).append("</Key></Contents>");
        }
        return CloudAnswer.of(200, "application/xml", listing.append("</ListBucketResult>").toString());
    }

    private static String md5(byte[] body) {
        try {
            StringBuilder digits = new StringBuilder();
            for (byte octet : MessageDigest.getInstance("MD5").digest(body)) {
                digits.append(Character.forDigit(octet >> 4 & 15, 16)).append(Character.forDigit(octet & 15, 16));
            }
            return digits.toString();
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }
}
