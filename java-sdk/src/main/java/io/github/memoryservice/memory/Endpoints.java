package io.github.memoryservice.memory;

import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;

/** Finds where each request to AWS goes: the same for reads and writes (section 13.1). */
final class Endpoints {
    private static final int REGION_LETTERS = 63;
    private static final int MAX_PORT = 65_535;

    final Settings settings;
    private final ConcurrentHashMap<String, Endpoint> known = new ConcurrentHashMap<>();

    Endpoints(Settings settings) {
        this.settings = settings;
    }

    /**
     * The Region that the environment or the profile names; null if neither does (END-1).
     *
     * @throws ConfigurationException it can be none
     */
    String region() {
        String name = settings.firstNameOf("AWS_REGION", "AWS_DEFAULT_REGION");
        if (name != null) {
            return check(name, settings.variable(name));
        }
        String region = settings.setting("region");
        return region == null ? null : check("the profile's region", region);
    }

    /**
     * Where a bucket is asked (END-6).
     *
     * @param region null for the platform's
     * @throws ConfigurationException there is no Region, or what the environment says cannot be followed
     */
    Endpoint bucket(String bucket, String region) {
        String id = "bucket " + bucket + ' ' + region;
        Endpoint found = known.get(id);
        if (found == null) {
            found = findBucket(bucket, region);
            known.put(id, found);
        }
        return found;
    }

    /**
     * Where a service is asked.
     *
     * @param service as signatures call it
     * @param region null for the platform's
     * @throws ConfigurationException there is no Region, or what the environment says cannot be followed
     */
    Endpoint of(String service, String region) {
        String id = service + ' ' + region;
        Endpoint found = known.get(id);
        if (found == null) {
            found = find(service, region);
            known.put(id, found);
        }
        return found;
    }

    private Endpoint findBucket(String bucket, String region) {
        for (String setting : new String[] {"use_accelerate_endpoint", "use_dualstack_endpoint"}) {
            if (settings.nested("s3").get(setting) instanceof String word && "true".equals(word.toLowerCase(Locale.ROOT))) {
                throw new ConfigurationException("the AWS profile '" + settings.profile + "' has " + setting
                        + " for s3, which is not supported: for dual stack set AWS_USE_DUALSTACK_ENDPOINT");
            }
        }
        Endpoint s3 = find("s3", region);
        // A name with a dot would not fit the certificate.
        return s3.isConfigured || bucket.indexOf('.') >= 0
                ? new Endpoint(s3.scheme, s3.authority, s3.path + '/' + bucket, s3.region, s3.isConfigured)
                : new Endpoint(s3.scheme, bucket + '.' + s3.authority, "", s3.region, false);
    }

    private Endpoint find(String service, String asked) {
        String region = asked == null ? region() : asked;
        if (region == null) {
            throw new ConfigurationException("no region: set REGION in the configuration, or AWS_REGION");
        }
        boolean isChina = region.startsWith("cn-");
        boolean isGov = region.startsWith("us-gov-");
        boolean isOther = isOfOtherPartition(region);
        boolean isFips = settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
        boolean isDual = settings.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
        boolean isCloudfront = "cloudfront".equals(service);
        String signed = !isCloudfront || isOther ? region : isChina ? "cn-northwest-1" : isGov ? "us-gov-west-1" : "us-east-1";
        String variable = "AWS_ENDPOINT_URL_" + ("secretsmanager".equals(service) ? "SECRETS_MANAGER" : service.toUpperCase(Locale.ROOT));
        if (!settings.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")) {
            String source = settings.firstNameOf(variable, "AWS_ENDPOINT_URL");
            String url = source == null ? settings.endpointUrl("secretsmanager".equals(service) ? "secrets_manager" : service) : settings.variable(source);
            if (url != null) {
                String from = source == null ? "the profile's endpoint_url" : source;
                if (isFips || isDual) {
                    throw new ConfigurationException((isFips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT") + " is set, and so is "
                            + from + ": unset one of the two, as the endpoint of " + service + " is the URL's");
                }
                return configured(from, url, signed);
            }
        }
        if (isOther) {
            throw new ConfigurationException(
                    "REGION '" + region + "' is of a partition that is not supported: aws, aws-cn and aws-us-gov are. Set " + variable);
        }
        if (isFips && isChina) {
            throw new ConfigurationException("AWS_USE_FIPS_ENDPOINT is set, and the Regions of China have no FIPS endpoints");
        }
        return new Endpoint("https", host(service, region, isChina, isGov, isFips, isDual), "", signed, false);
    }

    /** END-3. */
    private static String host(String service, String region, boolean isChina, boolean isGov, boolean isFips, boolean isDual) {
        String mark = isFips ? "-fips" : "";
        String suffix = isChina ? ".amazonaws.com.cn" : ".amazonaws.com";
        String dualSuffix = isChina ? ".api.amazonwebservices.com.cn" : ".api.aws";
        switch (service) {
            case "s3":
                return "s3" + mark + (isDual ? ".dualstack." : ".") + region + suffix;
            case "cloudfront":
                if (isChina) {
                    return isDual ? "cloudfront" + dualSuffix : "cloudfront.cn-northwest-1" + suffix;
                }
                return "cloudfront" + mark + (!isDual ? suffix : isGov ? dualSuffix : ".global" + dualSuffix);
            case "secretsmanager":
                return "secretsmanager" + mark + '.' + region + suffix;
            default:
                return isDual ? service + mark + '.' + region + dualSuffix : service + (isGov ? "" : mark) + '.' + region + suffix;
        }
    }

    private static boolean isOfOtherPartition(String region) {
        if (region.startsWith("eusc-")) {
            return true;
        }
        if (!region.startsWith("us-iso") && !region.startsWith("eu-iso")) {
            return false;
        }
        int at = 6;
        while (at < region.length() && region.charAt(at) >= 'a' && region.charAt(at) <= 'z') {
            at++;
        }
        return at < region.length() && region.charAt(at) == '-';
    }

    private static Endpoint configured(String source, String given, String region) {
        String url = given.strip();
        int start = url.indexOf("://") + 3;
        String scheme = start < 3 ? "" : url.substring(0, start - 3).toLowerCase(Locale.ROOT);
        int slash = url.indexOf('/', start);
        int end = slash < 0 ? url.length() : slash;
        boolean isPlain = url.indexOf('@') < 0 && url.indexOf('?') < 0 && url.indexOf('#') < 0;
        if (!"http".equals(scheme) && !"https".equals(scheme) || !isPlain) {
            // It may have a password.
            throw new ConfigurationException(source + " is a URL of http or https, without a user, query or fragment");
        }
        String authority = url.substring(start, end).toLowerCase(Locale.ROOT);
        if (!isAuthority(authority) || !isVisible(url)) {
            throw new ConfigurationException(source + " is a URL such as https://s3.corp.example, not '" + url + "'");
        }
        String path = slash < 0 ? "" : url.substring(slash);
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new Endpoint(scheme, authority, path, region, true);
    }

    private static boolean isVisible(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) <= ' ' || text.charAt(at) > '~') {
                return false;
            }
        }
        return true;
    }

    /** Whether a text is a host, or an IPv6 address in brackets, and maybe a port. */
    static boolean isAuthority(String text) {
        boolean isBracketed = text.startsWith("[");
        int end = isBracketed ? text.indexOf(']') + 1 : text.indexOf(':') < 0 ? text.length() : text.indexOf(':');
        String port = text.substring(end);
        String host = isBracketed && end > 0 ? text.substring(1, end - 1) : text.substring(0, end);
        if (host.isEmpty() || isBracketed && host.indexOf(':') < 0) {
            return false;
        }
        for (int at = 0; at < host.length(); at++) {
            char letter = host.charAt(at);
            boolean isPart = letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9' || letter == '.' || letter == '-' || letter == '_';
            if (!isPart && !(isBracketed && letter == ':')) {
                return false;
            }
        }
        if (port.isEmpty() || ":".equals(port)) {
            return true;
        }
        int number = 0;
        for (int at = 1; at < port.length(); at++) {
            char digit = port.charAt(at);
            if (port.charAt(0) != ':' || digit < '0' || digit > '9' || port.length() > 6) {
                return false;
            }
            number = number * 10 + digit - '0';
        }
        return number > 0 && number <= MAX_PORT;
    }

    /**
     * A Region, if it can be one: it becomes part of a host name (END-1).
     *
     * @throws ConfigurationException it is none
     */
    static String check(String source, String region) {
        boolean isOne = !region.isEmpty() && region.length() <= REGION_LETTERS && !region.startsWith("-") && !region.endsWith("-") && !region.contains("--");
        for (int at = 0; at < region.length(); at++) {
            char letter = region.charAt(at);
            isOne &= letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9' || letter == '-';
        }
        if (!isOne) {
            throw new ConfigurationException(source + " is a Region such as eu-central-1, not '" + region + "'");
        }
        if (region.startsWith("fips-") || region.endsWith("-fips") || region.startsWith("aws-") && region.endsWith("global")) {
            throw new ConfigurationException(
                    source + " '" + region + "' is no Region of its own: name the Region, and set AWS_USE_FIPS_ENDPOINT for FIPS");
        }
        return region;
    }
}
