package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/**
 * Credentials of roles.
 *
 * @see <a href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</a>
 */
final class Sts {
    private static final String[] FORM = {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"};
    private static final int OK = 200;
    private static final int FIRST_OF_SERVER = 500;

    private final Wire wire;
    private final Endpoints endpoints;
    private final String region;
    private final Clock clock;
    private final Deadline until;

    /**
     * Makes it.
     *
     * @param region where STS is asked if the platform names no Region; null for none
     */
    Sts(Wire wire, Endpoints endpoints, String region, Clock clock, Deadline until) {
        this.wire = wire;
        this.endpoints = endpoints;
        this.region = region;
        this.clock = clock;
        this.until = until;
    }

    /**
     * Credentials of a role.
     *
     * @param externalId what the role's owner wants to be told; null for nothing
     * @throws AccessDeniedException the role may not be assumed
     * @throws UnavailableException STS did not answer in time
     */
    Credentials assumeRole(Credentials source, String roleArn, String session, String externalId) {
        AwsRequest request = new AwsRequest(endpoint(), "sts", "POST", "/", AwsRequest.READ);
        request.headers = List.<String[]>of(FORM);
        request.body = form("AssumeRole", roleArn, session, externalId == null ? "" : "&ExternalId=" + Sigv4.encode(externalId));
        Outcome outcome = new Aws(wire, endpoints, ignored -> source, clock).send(request, until);
        return given(outcome.answer, outcome.failure, roleArn);
    }

    /**
     * Credentials of a role for a token that somebody else gave, such as Kubernetes. It needs no signature: the token is what it is believed for.
     *
     * @throws ConfigurationException the token cannot be read
     */
    Credentials assumeRoleWithWebIdentity(String tokenFile, String roleArn, String session) {
        String token = Metadata.fileOf("AWS_WEB_IDENTITY_TOKEN_FILE", tokenFile);
        Endpoint endpoint = endpoint();
        byte[] body = form("AssumeRoleWithWebIdentity", roleArn, session, "&WebIdentityToken=" + Sigv4.encode(token));
        List<String[]> headers = List.of(new String[] {"Host", endpoint.authority}, FORM);
        Request request = new Request("POST", endpoint, endpoint.path + '/', headers, body, Request.ERROR_BYTES);
        Response answer = null;
        WireException failure = null;
        for (int attempt = 0; attempt < 2 && (answer == null || answer.status >= FIRST_OF_SERVER); attempt++) {
            try {
                answer = wire.ask(request, until);
            } catch (WireException error) {
                failure = error;
            }
        }
        return given(answer, failure, roleArn);
    }

    /** A time such as {@code 2026-11-29T22:00:00Z} in Unix milliseconds; NaN if it is none. */
    static double timeOf(Object text) {
        try {
            return text instanceof String time ? Instant.parse(time).toEpochMilli() : Double.NaN;
        } catch (DateTimeException | ArithmeticException none) {
            return Double.NaN;
        }
    }

    private Endpoint endpoint() {
        String platforms = endpoints.region();
        return endpoints.of("sts", platforms == null ? region : platforms);
    }

    private static byte[] form(String action, String roleArn, String session, String more) {
        return ("Action=" + action + "&Version=2011-06-15&RoleArn=" + Sigv4.encode(roleArn) + "&RoleSessionName=" + Sigv4.encode(session) + more)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Credentials given(Response answer, WireException failure, String roleArn) {
        String what = "assume " + roleArn;
        if (answer == null) {
            throw new UnavailableException(what + ": STS: " + failure.getMessage());
        }
        if (answer.status != OK) {
            String code = Refusals.code(answer.body);
            throw Refusals.error(code.isEmpty() ? String.valueOf(answer.status) : code, what, "STS", answer.status, "");
        }
        String xml = new String(answer.body, StandardCharsets.UTF_8);
        String id = Xml.text(xml, "AccessKeyId");
        String secret = Xml.text(xml, "SecretAccessKey");
        if (id == null || id.isEmpty() || secret == null || secret.isEmpty()) {
            throw new UnavailableException(what + ": STS answered without credentials");
        }
        return new Credentials(id, secret, Xml.text(xml, "SessionToken"), timeOf(Xml.text(xml, "Expiration")));
    }
}
