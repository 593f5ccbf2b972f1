package io.github.memoryservice.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Credentials that the container or the machine gives.
 *
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">the container's</a>
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html">the machine's</a>
 */
final class Metadata {
    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String ROLES = "/latest/meta-data/iam/security-credentials/";
    private static final long INSTANCE_MILLIS = 1000; // there is no instance, mostly, and then nobody answers
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int FIRST_OF_SERVER = 500;

    private final Wire wire;
    private final Settings settings;
    private final Deadline until;

    Metadata(Wire wire, Settings settings, Deadline until) {
        this.wire = wire;
        this.settings = settings;
        this.until = until;
    }

    boolean hasContainer() {
        return settings.firstNameOf(RELATIVE, FULL) != null;
    }

    /**
     * Asks the container for credentials.
     *
     * @throws ConfigurationException it gives none, or would be asked in a way that gives its token to a stranger
     * @throws UnavailableException it did not answer in time
     */
    Credentials ofContainer() {
        String url = settings.variable(FULL);
        String relative = settings.variable(RELATIVE);
        if (relative != null) {
            url = "http://169.254.170.2" + (relative.startsWith("/") ? relative : '/' + relative);
        }
        if (url == null) {
            throw new ConfigurationException("there are no credentials of a container: " + RELATIVE + " and " + FULL + " are not set");
        }
        int start = url.indexOf("://") + 3;
        int end = start < 3 ? -1 : url.indexOf('/', start);
        String scheme = start < 3 ? "" : url.substring(0, start - 3).toLowerCase(Locale.ROOT);
        String authority = start < 3 ? "" : url.substring(start, end < 0 ? url.length() : end).toLowerCase(Locale.ROOT);
        if (!Endpoints.isAuthority(authority) || !isSafe(scheme, new Endpoint(scheme, authority, "", null, true).host)) {
            throw new ConfigurationException(FULL + " is a URL of https, or of http on this machine or the container's host");
        }
        List<String[]> headers = new ArrayList<>();
        headers.add(new String[] {"Host", authority});
        headers.add(new String[] {"Accept", "application/json"});
        String token = token();
        if (token != null) {
            headers.add(new String[] {"Authorization", token});
        }
        Endpoint endpoint = new Endpoint(scheme, authority, "", null, true);
        return parsed(ask(new Request("GET", endpoint, end < 0 ? "/" : url.substring(end), headers, Request.NO_BODY, Request.ERROR_BYTES), "the container"), "the container");
    }

    private static boolean isSafe(String scheme, String host) {
        return "https".equals(scheme)
                || "http".equals(scheme)
                        && (Proxy.isLoopback(host) || "169.254.170.2".equals(host) || "169.254.170.23".equals(host) || "fd00:ec2::23".equals(host));
    }

    private String token() {
        String file = settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        return file == null ? settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") : fileOf("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file);
    }

    /** What a file holds, without the blanks around it. */
    static String fileOf(String variable, String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException | RuntimeException error) {
            throw new ConfigurationException(variable + " '" + file + "' cannot be read: " + error.getClass().getSimpleName());
        }
    }

    /**
     * Asks the machine for credentials, by version 2 of its service; null if it has none to give.
     *
     * @throws UnavailableException it did not answer in time
     * @throws ConfigurationException what it gives is incomplete
     */
    Credentials ofInstance() {
        if ("true".equalsIgnoreCase(settings.variable("AWS_EC2_METADATA_DISABLED"))) {
            return null;
        }
        String origin = settings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        if (origin == null) {
            boolean isSix = "ipv6".equalsIgnoreCase(settings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"));
            origin = isSix ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
        }
        while (origin.endsWith("/")) {
            origin = origin.substring(0, origin.length() - 1);
        }
        boolean isUrl = origin.startsWith("http://") || origin.startsWith("https://");
        if (!isUrl || !Endpoints.isAuthority(origin.substring(origin.indexOf("://") + 3).toLowerCase(Locale.ROOT))) {
            throw new ConfigurationException("AWS_EC2_METADATA_SERVICE_ENDPOINT is a URL of http or https without a path");
        }
        Endpoint endpoint = Endpoint.of(origin);
        String[] host = {"Host", endpoint.authority};
        Response answer;
        try {
            List<String[]> asked = List.of(host, new String[] {"x-aws-ec2-metadata-token-ttl-seconds", "21600"});
            answer = wire.ask(new Request("PUT", endpoint, "/latest/api/token", asked, Request.NO_BODY, Request.ERROR_BYTES), until.atMost(INSTANCE_MILLIS));
        } catch (WireException none) {
            return null;
        }
        if (answer.status != OK) {
            return null;
        }
        List<String[]> headers = List.of(host, new String[] {"x-aws-ec2-metadata-token", text(answer)});
        answer = ask(new Request("GET", endpoint, ROLES, headers, Request.NO_BODY, Request.ERROR_BYTES), "the instance");
        if (answer.status == NOT_FOUND) {
            return null;
        }
        String role = text(accepted(answer, "the instance")).split("\n")[0].strip();
        return parsed(ask(new Request("GET", endpoint, ROLES + role, headers, Request.NO_BODY, Request.ERROR_BYTES), "the instance"), "the instance");
    }

    /** Asks, and a second time where that may help (RETRY-3). */
    private Response ask(Request request, String who) {
        for (boolean isLast = false; ; isLast = true) {
            try {
                Response answer = wire.ask(request, until);
                if (isLast || answer.status < FIRST_OF_SERVER) {
                    return answer;
                }
            } catch (WireException failure) {
                if (isLast) {
                    throw new UnavailableException("AWS credentials of " + who + ": " + failure.getMessage());
                }
            }
        }
    }

    private static Response accepted(Response answer, String who) {
        if (answer.status != OK) {
            throw new UnavailableException("AWS credentials of " + who + ": it answered " + answer.status);
        }
        return answer;
    }

    private static Credentials parsed(Response answer, String who) {
        Map<String, Object> given;
        try {
            given = Json.parseObject(accepted(answer, who).body);
        } catch (CorruptValueException none) {
            given = Map.of(); // the cause could quote them
        }
        Object token = given.get("Token");
        if (given.get("AccessKeyId") instanceof String id && !id.isEmpty() && given.get("SecretAccessKey") instanceof String secret && !secret.isEmpty()) {
            return new Credentials(id, secret, token instanceof String text ? text : null, Sts.timeOf(given.get("Expiration")));
        }
        throw new ConfigurationException("the AWS credentials of " + who + " are incomplete");
    }

    private static String text(Response answer) {
        return new String(answer.body, StandardCharsets.ISO_8859_1).strip();
    }
}
