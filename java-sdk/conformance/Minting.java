package io.github.memoryservice.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a write grant is that is made of what a vector says, without a store. */
final class Minting {
    Minting(Driver driver) {
        driver.features.add("write-grants");
        driver.operations.put("mint", Minting::mint);
    }

    private static Map<String, Object> mint(Map<String, Object> request) {
        Config config = Config.read(Driver.map(request, "conf"), Map.of(), () -> null);
        String place = Names.placeOf((String) request.get("service"), config.changes);
        PutOptions options = Options.read(Arguments.options(request), Options.STORAGE, "grantPut", config);
        long maxBytes = Arguments.whole(request.get("max_bytes"));
        WriteGrant.Terms terms =
                WriteGrant.check(config, place, (String) request.get("what"), Arguments.seconds(request.get("ttl")), maxBytes, options);
        Endpoint endpoint = new Endpoints(new Settings(Map.of())).bucket(config.bucket, config.region);
        Map<String, String> generations = new LinkedHashMap<>();
        Driver.map(request, "generations").forEach((tag, generation) -> generations.put(tag, (String) generation));
        Map<String, Object> given = Driver.map(request, "credentials");
        Credentials credentials = new Credentials(
                (String) given.get("access_key_id"),
                (String) given.get("secret_access_key"),
                (String) given.get("session_token"),
                Driver.number(given, "expires_at") * 1000);
        long now = Arguments.whole(request.get("now"));
        return told(WriteGrant.sign(config, place, endpoint, terms, generations, credentials, now));
    }

    /** A grant as JSON, and as Java prints it. */
    static Map<String, Object> told(WriteGrant grant) {
        return Map.of("grant", Lines.parse(grant.toJson()), "printed", grant.toString());
    }
}
