package io.github.memoryservice.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is asked of documents, names, configurations and signatures: nothing that needs a store. */
final class Documents {
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    Documents(Driver driver) {
        driver.features.addAll(List.of("files", "tags"));
        driver.operations.put("encode", Documents::encode);
        driver.operations.put("decode", Documents::decode);
        driver.operations.put("locate", Documents::locate);
        driver.operations.put("configure", Documents::configure);
        driver.operations.put("sign", Documents::sign);
        driver.operations.put("cache_name", Documents::cacheName);
    }

    private static Map<String, Object> encode(Map<String, Object> request) {
        byte[] document = new Draft(Notation.build(request.get("value"))).prepare(Platform.writeId(), MAX_BYTES, null, List.of(), null, null);
        return Map.of("wire", new String(document, StandardCharsets.UTF_8));
    }

    private static Map<String, Object> decode(Map<String, Object> request) {
        String base64 = (String) request.get("wire_base64");
        byte[] document =
                base64 == null ? ((String) request.get("wire")).getBytes(StandardCharsets.UTF_8) : Base64.getDecoder().decode(base64);
        Envelope envelope = Envelope.decode(document);
        double now = request.containsKey("now") ? Driver.number(request, "now") : System.currentTimeMillis();
        return envelope.isExpired(now) ? Map.of("missing", true) : Driver.found(envelope.value);
    }

    private static Map<String, Object> locate(Map<String, Object> request) {
        String visibility = (String) request.get("visibility");
        String place = placeOf(request);
        Object name = Notation.build(request.get("name"));
        if (name != null && !(name instanceof String)) {
            throw new Notation.LacksType("names that are no Strings");
        }
        String path = Names.path(visibility, place, (String) name);
        return Map.of("key", Names.key(visibility, place, (String) name), "url", "https://" + request.get("distribution") + path);
    }

    private static String placeOf(Map<String, Object> request) {
        return Names.placeOf(Names.checkServiceName((String) request.get("service")), Boolean.TRUE.equals(request.get("changes")));
    }

    private static Map<String, Object> configure(Map<String, Object> request) {
        Map<String, String> environment = new LinkedHashMap<>(Map.of("AWS_REGION", "us-east-1"));
        Driver.map(request, "environment").forEach((name, value) -> environment.put(name, (String) value));
        Config config = Config.read(Driver.map(request, "conf"), environment, () -> new Given("AWS_REGION", environment.get("AWS_REGION")));
        Names.checkServiceName((String) request.get("service"));
        if (config.visibility.equals(Config.PRIVATE) && !config.keySource.startsWith("arn:")) {
            Signing.inFile(config); // a key that is of no use is refused
        }
        return Map.of("visibility", config.visibility);
    }

    private static Map<String, Object> sign(Map<String, Object> request) throws IOException {
        Path file = Files.createTempFile("driver-", ".pem");
        try {
            Files.writeString(file, (String) request.get("pem"));
            Map<String, Object> conf = new LinkedHashMap<>();
            conf.put("DISTRIBUTION", request.get("distribution"));
            conf.put("BUCKET_NAME", "bucket");
            conf.put("PK_PATH", file);
            conf.put("PUBLIC_KEY_ID", request.get("public_key_id"));
            conf.put("SIGNATURE_LIFETIME", request.get("lifetime"));
            conf.put("HASH_ALGORITHM", request.get("hash_algorithm"));
            Config config = Config.read(conf, Map.of(), () -> new Given("AWS_REGION", "us-east-1"));
            Signing signing = new Signing(config, placeOf(request), Signing.inFile(config));
            double now = Driver.number(request, "now") * 1000;
            Map<String, Object> reply = new LinkedHashMap<>();
            reply.put("query", signing.signature((long) now).query);
            if (request.containsKey("later")) {
                reply.put("later", signing.signature((long) (now + Driver.number(request, "later") * 1000)).query);
            }
            return reply;
        } finally {
            Files.delete(file);
        }
    }

    private static Map<String, Object> cacheName(Map<String, Object> request) {
        List<Object> arguments = new ArrayList<>();
        ((List<?>) request.get("arguments")).forEach(argument -> arguments.add(Notation.build(argument)));
        String name = CacheName.of((String) request.get("function"), arguments);
        Names.path(Config.PUBLIC, "shop", name); // as every call checks its name
        return Map.of("cache_name", name);
    }
}
