package io.github.memoryservice.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the driver is asked about environments (section 13). */
final class Environments {
    Environments(Driver driver) {
        driver.features.add("endpoints");
        driver.operations.put("endpoint", Environments::endpoint);
    }

    private static Map<String, Object> endpoint(Map<String, Object> request) {
        Map<String, String> environment = new LinkedHashMap<>();
        Driver.map(request, "environment").forEach((name, value) -> environment.put(name, (String) value));
        Settings settings = new Settings(environment);
        Config config = Config.read(Driver.map(request, "conf"), environment, settings::givenRegion);
        Endpoint found = endpointOf((String) request.get("target"), config, new Endpoints(settings));
        Proxy proxy = Proxy.on(settings, found.scheme, found.host, found.port);
        Trust trust = new Trust(settings);
        if (trust.bundle() != null || trust.extra() != null) {
            trust.sockets(); // a file that is of no use is refused
        }
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("url", found.origin() + found.path);
        reply.put("region", found.region);
        reply.put("proxy", proxy == null ? null : proxy.toString());
        reply.put("authorities", trust.bundle());
        reply.put("extra_authorities", trust.extra());
        return reply;
    }

    /** Where an object of this configuration asks. */
    private static Endpoint endpointOf(String target, Config config, Endpoints endpoints) {
        switch (target) {
            case "edge":
                return Endpoint.of(config.edge.toString());
            case "s3":
                return endpoints.bucket(config.bucket, config.region);
            case "sts":
                return endpoints.of("sts", endpoints.region() == null ? config.region : endpoints.region());
            case "cloudfront":
                return endpoints.of("cloudfront", config.region);
            default:
                return endpoints.of(target, config.keySource.split(":")[3]);
        }
    }
}
