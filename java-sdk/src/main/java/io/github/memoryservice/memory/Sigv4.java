package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Signature Version 4, for every service of AWS.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">its definition</a>
 */
final class Sigv4 {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final int BLOCK_BYTES = 64;
    private static final int HASH_BYTES = 32;
    private static final String HEX = "0123456789ABCDEF";

    private Sigv4() {}

    /**
     * The headers of a signed request, those given among them.
     *
     * @param path of the URL, as it is sent
     * @param query in the order and encoding that is signed
     * @param now Unix milliseconds
     */
    static List<String[]> headers(AwsRequest request, String path, byte[] body, List<String[]> headers, Credentials credentials, long now) {
        String stamp = Dates.basic(now);
        String digest = Platform.hex(Platform.sha256(body));
        List<String[]> signed = new ArrayList<>(headers);
        signed.add(new String[] {"x-amz-content-sha256", digest});
        signed.add(new String[] {"x-amz-date", stamp});
        if (credentials.sessionToken != null) {
            signed.add(new String[] {"x-amz-security-token", credentials.sessionToken});
        }
        TreeMap<String, String> fields = fields(signed);
        String names = String.join(";", fields.keySet());
        String scope = scope(stamp, request.endpoint.region, request.service);
        String canonical = request.method + '\n' + path + '\n' + request.query + '\n' + lines(fields) + '\n' + names + '\n' + digest;
        signed.add(new String[] {
            "Authorization",
            ALGORITHM + " Credential=" + credentials.accessKeyId + '/' + scope + ", SignedHeaders=" + names + ", Signature="
                    + signature(canonical, stamp, scope, credentials)
        });
        return signed;
    }

    /**
     * The query of a request that is signed in it, and that is refused if it begins too late; the body is not signed.
     *
     * @param now Unix milliseconds since when it holds
     * @param expires for how many seconds it holds
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">its definition</a>
     */
    static String query(AwsRequest request, String path, List<String[]> headers, Credentials credentials, long now, int expires) {
        String stamp = Dates.basic(now);
        TreeMap<String, String> fields = fields(headers);
        String names = String.join(";", fields.keySet());
        String scope = scope(stamp, request.endpoint.region, request.service);
        TreeMap<String, String> parameters = new TreeMap<>();
        if (!request.query.isEmpty()) {
            for (String parameter : request.query.split("&")) {
                int equals = parameter.indexOf('=');
                parameters.put(parameter.substring(0, equals), parameter.substring(equals + 1));
            }
        }
        parameters.put("X-Amz-Algorithm", ALGORITHM);
        parameters.put("X-Amz-Credential", encode(credentials.accessKeyId + '/' + scope));
        parameters.put("X-Amz-Date", stamp);
        parameters.put("X-Amz-Expires", String.valueOf(expires));
        parameters.put("X-Amz-SignedHeaders", encode(names));
        if (credentials.sessionToken != null) {
            parameters.put("X-Amz-Security-Token", encode(credentials.sessionToken));
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            text.append(text.length() == 0 ? "" : "&").append(parameter.getKey()).append('=').append(parameter.getValue());
        }
        String canonical = request.method + '\n' + path + '\n' + text + '\n' + lines(fields) + '\n' + names + "\nUNSIGNED-PAYLOAD";
        return text + "&X-Amz-Signature=" + signature(canonical, stamp, scope, credentials);
    }

    /**
     * The fields of an upload form that say who signs it, and when.
     *
     * @param now Unix seconds
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html">its definition</a>
     */
    static Map<String, String> formFields(String region, Credentials credentials, long now) {
        String stamp = Dates.basic(now * 1000);
        TreeMap<String, String> fields = new TreeMap<>();
        fields.put("x-amz-algorithm", ALGORITHM);
        fields.put("x-amz-credential", credentials.accessKeyId + '/' + scope(stamp, region, "s3"));
        fields.put("x-amz-date", stamp);
        if (credentials.sessionToken != null) {
            fields.put("x-amz-security-token", credentials.sessionToken);
        }
        return fields;
    }

    /** The signature of an upload form, given its policy in base64. */
    static String formSignature(String policy, String region, Credentials credentials, long now) {
        return signed(policy, scope(Dates.basic(now * 1000), region, "s3"), credentials);
    }

    /** A text, percent-encoded as it is signed. */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = octet >= 'a' && octet <= 'z'
                    || octet >= 'A' && octet <= 'Z'
                    || octet >= '0' && octet <= '9'
                    || octet == '-'
                    || octet == '_'
                    || octet == '.'
                    || octet == '~';
            if (isPlain) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
            }
        }
        return encoded.toString();
    }

    private static TreeMap<String, String> fields(List<String[]> headers) {
        TreeMap<String, String> fields = new TreeMap<>();
        for (String[] header : headers) {
            fields.put(header[0].toLowerCase(Locale.ROOT), single(header[1]));
        }
        return fields;
    }

    /** A value with single blanks, as it is signed. */
    private static String single(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int at = 0; at < value.length(); at++) {
            char letter = value.charAt(at) == '\t' ? ' ' : value.charAt(at);
            if (letter != ' ' || text.length() > 0 && text.charAt(text.length() - 1) != ' ') {
                text.append(letter);
            }
        }
        return text.toString().stripTrailing();
    }

    private static String lines(TreeMap<String, String> fields) {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            lines.append(field.getKey()).append(':').append(field.getValue()).append('\n');
        }
        return lines.toString();
    }

    private static String scope(String stamp, String region, String service) {
        return stamp.substring(0, 8) + '/' + region + '/' + service + "/aws4_request";
    }

    private static String signature(String canonical, String stamp, String scope, Credentials credentials) {
        return signed(ALGORITHM + '\n' + stamp + '\n' + scope + '\n' + Platform.sha256(canonical), scope, credentials);
    }

    private static String signed(String text, String scope, Credentials credentials) {
        byte[] key = ("AWS4" + credentials.secretAccessKey).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return Platform.hex(hmac(key, text));
    }

    /** HMAC-SHA256 (RFC 2104). The platform's own, which is the same, loads all of Java's cryptography first: more than a cold read costs. */
    private static byte[] hmac(byte[] key, String text) {
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        byte[] block = key.length > BLOCK_BYTES ? Platform.sha256(key) : key;
        byte[] inner = new byte[BLOCK_BYTES + message.length];
        byte[] outer = new byte[BLOCK_BYTES + HASH_BYTES];
        for (int at = 0; at < BLOCK_BYTES; at++) {
            byte octet = at < block.length ? block[at] : 0;
            inner[at] = (byte) (octet ^ 0x36);
            outer[at] = (byte) (octet ^ 0x5c);
        }
        System.arraycopy(message, 0, inner, BLOCK_BYTES, message.length);
        System.arraycopy(Platform.sha256(inner), 0, outer, BLOCK_BYTES, HASH_BYTES);
        return Platform.sha256(outer);
    }
}
