package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The other services of AWS that Memory Service asks: SSM, Secrets Manager, STS, CloudFront. */
final class CloudServices {
    private static final Pattern PATH = Pattern.compile("<Path>(.*?)</Path>");
    private static final Pattern DISTRIBUTION = Pattern.compile("/distribution/([^/]+)/invalidation");

    /** The parameters of SSM by their names. */
    final Map<String, String> parameters = new HashMap<>();
    /** The secrets of Secrets Manager by their ARNs or names. */
    final Map<String, String> secrets = new HashMap<>();
    /** Of each invalidation the distribution's id and then its paths. */
    final List<List<String>> invalidations = new ArrayList<>();

    /** Drops paths from the edges of a distribution, given by its id; returns whether there is one. */
    private final BiPredicate<String, List<String>> drop;

    CloudServices(BiPredicate<String, List<String>> drop) {
        this.drop = drop;
    }

    CloudAnswer answer(String service, String path, byte[] body) {
        switch (service) {
            case "cloudfront":
                return invalidated(path, new String(body, StandardCharsets.UTF_8));
            case "sts":
                return assumed();
            case "ssm": {
                String name = text(body, "Name");
                String value = parameters.getOrDefault(name, parameters.get(name.startsWith("/") ? name.substring(1) : "/" + name));
                return value == null ? none("ParameterNotFound") : json("{\"Parameter\":{\"Value\":" + Json.quote(value) + "}}");
            }
            default: {
                String id = text(body, "SecretId");
                String value = secrets.get(id);
                return value == null ? none("ResourceNotFoundException") : json("{\"SecretString\":" + Json.quote(value) + "}");
            }
        }
    }

    private static CloudAnswer assumed() {
        return CloudAnswer.of(200, "text/xml", "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + Cloud.ROLE_ACCESS_KEY
                + "</AccessKeyId><SecretAccessKey>testing</SecretAccessKey><SessionToken>testing</SessionToken>"
                + "<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
    }

    private CloudAnswer invalidated(String path, String body) {
        Matcher match = DISTRIBUTION.matcher(path);
        String distribution = match.find() ? match.group(1) : "";
        List<String> paths = new ArrayList<>();
        for (Matcher one = PATH.matcher(body); one.find(); ) {
            paths.add(one.group(1));
        }
        if (!drop.test(distribution, paths)) {
            return CloudAnswer.of(404, "text/xml", "<ErrorResponse><Error><Code>NoSuchDistribution</Code></Error></ErrorResponse>");
        }
        paths.add(0, distribution);
        invalidations.add(paths);
        return CloudAnswer.of(201, "text/xml", "<Invalidation></Invalidation>");
    }

    private static CloudAnswer json(String told) {
        return CloudAnswer.of(200, "application/x-amz-json-1.1", told);
    }

    private static CloudAnswer none(String code) {
        return CloudAnswer.of(400, "application/x-amz-json-1.1", "{\"__type\":\"" + code + "\"}");
    }

    private static String text(byte[] body, String name) {
        return Json.parseObject(body).get(name) instanceof String text ? text : "";
    }
}
