package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What AWS's refusals mean. */
final class Refusals {
    private static final int FORBIDDEN = 403;
    private static final int REDIRECTS = 300;
    private static final int FIRST_ERROR = 400;
    private static final int CODE_LETTERS = 80;

    private Refusals() {}

    /** The code in the XML of S3 and CloudFront, or in the JSON of the others; empty without. It is of letters, whatever the answer is made of. */
    static String code(byte[] body) {
        String text = text(body);
        int at = text.indexOf("<Code>");
        if (at >= 0) {
            String code = word(text, skipBlanks(text, at + 6));
            if (!code.isEmpty()) {
                return code;
            }
        }
        for (String member : new String[] {"\"__type\"", "\"code\""}) {
            at = text.indexOf(member);
            int colon = at < 0 ? -1 : skipBlanks(text, at + member.length());
            if (colon < 0 || colon == text.length() || text.charAt(colon) != ':') {
                continue;
            }
            int start = skipBlanks(text, colon + 1);
            int end = start < text.length() && text.charAt(start) == '"' ? text.indexOf('"', start + 1) : -1;
            if (end > start) {
                String code = word(text, Math.max(start, text.lastIndexOf('#', end)) + 1);
                if (!code.isEmpty()) {
                    return code;
                }
            }
        }
        return "";
    }

    /** Whether CloudFront has passed on S3's refusal: those have a RequestId, its own have none (FAIL-1). */
    static boolean isOfS3(byte[] body) {
        return text(body).contains("<RequestId>");
    }

    /** Whether a refusal is for the time of a signature in the query: nothing was done (CHG-12). */
    static boolean isOutOfTime(byte[] body) {
        String text = text(body).toLowerCase(Locale.ROOT);
        int at = text.indexOf("<message>");
        int start = at < 0 ? 0 : skipBlanks(text, at + 9);
        return at >= 0 && (text.startsWith("request has expired", start) || text.startsWith("request is not valid yet", start))
                || isSkewed(code(body));
    }

    /** Whether AWS says so of a signature of another time than its own by more than some minutes. */
    static boolean isSkewed(String code) {
        return "RequestTimeTooSkewed".equals(code) || "RequestExpired".equals(code) || "RequestInTheFuture".equals(code);
    }

    /** Whether AWS asks to come back later. */
    static boolean isBusy(String code) {
        switch (code) {
            case "SlowDown":
            case "RequestTimeout":
            case "RequestTimeoutException":
            case "Throttling":
            case "ThrottlingException":
            case "ThrottledException":
            case "RequestThrottled":
            case "RequestThrottledException":
            case "RequestLimitExceeded":
            case "TooManyRequestsException":
            case "BandwidthLimitExceeded":
            case "PriorRequestNotComplete":
            case "IDPCommunicationError":
                return true;
            default:
                return false;
        }
    }

    /**
     * The error for a refusal (CON-2).
     *
     * @param code the error code, or the status if there is none
     * @param what what was tried
     * @param asked who was asked
     * @param region where the bucket is, if S3 says so (WIRE-1); else empty
     */
    static MemoryServiceException error(String code, String what, String asked, int status, String region) {
        String said = what + ": " + asked + " said " + code;
        if (isSkewed(code)) {
            return new AccessDeniedException(said + ". Set the clock of this machine, best by NTP");
        }
        if (isMisdirected(code) || status >= REDIRECTS && status < FIRST_ERROR) {
            String where = isRegion(region) ? "in " + region + ". Set REGION to it" : "in another region. Set REGION";
            return new ConfigurationException(said + ": the bucket is " + where);
        }
        if (status == FORBIDDEN || isDenied(code)) {
            return new AccessDeniedException(said + ". Check the permissions of the function's role");
        }
        if ("NoSuchBucket".equals(code) || "NoSuchDistribution".equals(code)) {
            return new ConfigurationException(said + ". Check BUCKET_NAME, DISTRIBUTION_ID and REGION");
        }
        return new UnavailableException(said);
    }

    private static boolean isMisdirected(String code) {
        return "PermanentRedirect".equals(code)
                || "AuthorizationHeaderMalformed".equals(code)
                || "IllegalLocationConstraintException".equals(code);
    }

    private static boolean isDenied(String code) {
        switch (code) {
            case "AccessDenied":
            case "AccessDeniedException":
            case "ExpiredToken":
            case "ExpiredTokenException":
            case "IncompleteSignature":
            case "InvalidAccessKeyId":
            case "InvalidClientTokenId":
            case "InvalidIdentityToken":
            case "InvalidSignatureException":
            case "InvalidToken":
            case "MissingAuthenticationToken":
            case "SignatureDoesNotMatch":
            case "TokenRefreshRequired":
            case "UnrecognizedClientException":
                return true;
            default:
                return false;
        }
    }

    private static boolean isRegion(String text) {
        if (text.isEmpty() || text.length() > 63) {
            return false;
        }
        for (int at = 0; at < text.length(); at++) {
            char letter = text.charAt(at);
            if (!(letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9' || letter == '-')) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] body) {
        return new String(body, 0, Math.min(body.length, Request.ERROR_BYTES), StandardCharsets.ISO_8859_1);
    }

    private static int skipBlanks(String text, int at) {
        int end = at;
        while (end < text.length() && text.charAt(end) <= ' ') {
            end++;
        }
        return end;
    }

    private static String word(String text, int start) {
        int end = start;
        while (end < text.length() && end - start < CODE_LETTERS && isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(start, end);
    }

    private static boolean isLetter(char letter) {
        return letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9' || letter == '_';
    }
}
