package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The SDK's own cloud in memory, as the runner controls it. */
final class Doubles {
    private static final String BUCKET = "testing";
    private static final long PATIENCE_SECONDS = 3;
    private static final Map<String, String> HOSTS = Map.of("EPUBLIC", "public.testing", "EPRIVATE", "private.testing");
    private static final Map<String, String> TOLD = Map.of(
            "DISTRIBUTION", "public.testing",
            "PRIVATE_DISTRIBUTION", "private.testing",
            "DISTRIBUTION_ID", "EPUBLIC",
            "PRIVATE_DISTRIBUTION_ID", "EPRIVATE",
            "BUCKET_NAME", BUCKET,
            "REGION", "us-east-1",
            "PRIVATE_KEY_ARN", "arn:aws:ssm:us-east-1:000000000000:parameter/testing/key",
            "PUBLIC_KEY_ID", "KTESTING",
            "ROLE_ARN", "arn:aws:iam::000000000000:role/testing",
            "ACCESS_KEY", "AKIATESTING");

    private final World world;
    private KeyPair keys;
    private Cloud cloud;
    private int seen;
    private volatile String replaced;
    private volatile double passed;

    Doubles(World world) {
        this.world = world;
    }

    /** Does what the runner asks for. */
    Map<?, ?> answer(Map<String, Object> request) throws Exception {
        switch ((String) request.get("do")) {
            case "begin":
                return begin((Long) request.get("points_of_presence"));
            case "roam":
                cloud.roam(((Long) request.get("pop")).intValue());
                return Map.of();
            case "stored":
                return stored((String) request.get("key"));
            case "store":
                cloud.put((String) request.get("key"), Base64.getDecoder().decode((String) request.get("body_base64")), headers(request));
                return Map.of();
            case "remove":
                cloud.remove((String) request.get("key"));
                return Map.of();
            case "meanwhile":
                cloud.meanwhile(() -> meanwhile(request), (String) request.get("method"), (String) request.get("key"), times(request, "times"));
                return Map.of();
            case "meet":
                return meet(request);
            case "overwritten":
                return overwritten();
            case "fault":
                return fault(Driver.map(request, "fault"));
            case "heal":
                cloud.heal();
                return Map.of();
            case "requests":
                return requests();
            case "invalidations":
                return invalidations((String) request.get("distribution"));
            case "fetch":
                return Map.of("status", cloud.fetch((String) request.get("host"), (String) request.get("path")));
            default:
                throw new IllegalArgumentException("nothing is known of " + request.get("do"));
        }
    }

    private Map<?, ?> begin(long pointsOfPresence) throws NoSuchAlgorithmException {
        if (cloud != null) {
            cloud.close();
        }
        if (keys == null) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            keys = generator.generateKeyPair();
        }
        cloud = new Cloud(world, (int) pointsOfPresence);
        cloud.only(Set.of(BUCKET), HOSTS, Map.of("public.testing", false, "private.testing", true));
        cloud.trust("KTESTING", keys.getPublic());
        String pem = "-----BEGIN PRIVATE KEY-----\\n" + Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\\n-----END PRIVATE KEY-----\\n";
        cloud.putParameter("/testing/key", "{\"public_key_id\":\"KTESTING\",\"private_key\":\"" + pem + "\"}");
        cloud.start();
        seen = 0;
        replaced = null;
        passed = 0;
        return Map.of("conf", TOLD);
    }

    private Map<?, ?> stored(String key) {
        StoredObject stored = cloud.objects().get(key);
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("object", stored == null ? null : Map.of(
                "headers", stored.headers(),
                "body_base64", Base64.getEncoder().encodeToString(stored.body()),
                "version", stored.version(),
                "storage_class", stored.storageClass(),
                "tags", stored.tags()));
        return reply;
    }

    private void meanwhile(Map<String, Object> request) {
        if (request.containsKey("passes")) {
            world.advance(Driver.number(request, "passes"));
            passed += Driver.number(request, "passes");
            return;
        }
        String key = (String) request.get("key");
        StoredObject stored = cloud.objects().get(key);
        String write = stored == null ? null : writeOf(stored.body());
        replaced = write == null ? replaced : write;
        if (request.containsKey("remove")) {
            cloud.remove(key);
            return;
        }
        String body = ((String) request.get("body")).replace("$WRITE", String.valueOf(write)).replace("$NEW", Platform.writeId());
        cloud.put(key, body.getBytes(StandardCharsets.UTF_8), headers(request));
    }

    private Map<?, ?> meet(Map<String, Object> request) {
        CyclicBarrier others = new CyclicBarrier(times(request, "count"));
        Runnable act = () -> {
            try {
                others.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException alone) {
                return; // not for ever
            }
        };
        cloud.meanwhile(act, (String) request.get("method"), (String) request.get("key"), times(request, "count"));
        return Map.of();
    }

    private Map<?, ?> overwritten() {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("write", replaced);
        if (passed != 0) {
            reply.put("passed", passed);
        }
        replaced = null;
        passed = 0;
        return reply;
    }

    private Map<?, ?> fault(Map<String, Object> given) {
        Fault fault;
        try {
            fault = new Fault((String) given.get("where"), (String) given.get("kind"));
        } catch (UnsupportedOperationException | IllegalArgumentException lacking) {
            return Map.of("skipped", lacking.getMessage());
        }
        given.forEach((name, value) -> {
            if (value != null) {
                set(fault, name, value);
            }
        });
        cloud.fail(fault);
        return Map.of();
    }

    private static void set(Fault fault, String name, Object value) {
        switch (name) {
            case "where":
            case "kind":
                break;
            case "path":
                fault.path((String) value);
                break;
            case "method":
                fault.method((String) value);
                break;
            case "pop":
                fault.pointOfPresence(((Number) value).intValue());
                break;
            case "times":
                fault.times(((Number) value).longValue());
                break;
            case "every":
                fault.every(((Number) value).longValue());
                break;
            case "status":
                fault.status(((Number) value).intValue());
                break;
            case "code":
                fault.code((String) value);
                break;
            case "delay":
                fault.delay(((Number) value).doubleValue());
                break;
            case "pause":
                fault.pause(((Number) value).doubleValue());
                break;
            case "headers":
                fault.headers((String) value);
                break;
            default:
                throw new IllegalArgumentException("a fault has no " + name);
        }
    }

    private Map<?, ?> requests() {
        List<Object> told = new ArrayList<>();
        for (Asked asked : cloud.takeRequests()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("where", asked.where);
            one.put("method", asked.method);
            one.put("path", asked.path);
            one.put("status", asked.status == 0 ? null : asked.status);
            one.put("pop", asked.pop < 0 ? null : asked.pop);
            one.put("access_key", asked.accessKey);
            one.put("signed_at", asked.signedAt == 0 ? null : asked.signedAt);
            one.put("expires", asked.signedAt == 0 ? null : asked.expires);
            told.add(one);
        }
        return Map.of("requests", told);
    }

    private Map<?, ?> invalidations(String host) {
        List<List<String>> all = cloud.invalidations();
        List<Object> told = new ArrayList<>();
        for (List<String> one : all.subList(seen, all.size())) {
            if (host.equals(HOSTS.get(one.get(0)))) {
                told.add(one.subList(1, one.size()));
            }
        }
        seen = all.size();
        return Map.of("invalidations", told);
    }

    private static String writeOf(byte[] document) {
        try {
            return ((Map<?, ?>) Lines.parse(new String(document, StandardCharsets.UTF_8))).get("write") instanceof String write ? write : null;
        } catch (RuntimeException none) {
            return null;
        }
    }

    private static Map<String, String> headers(Map<String, Object> request) {
        Map<String, String> headers = new LinkedHashMap<>();
        Driver.map(request, "headers").forEach((name, value) -> headers.put(name, String.valueOf(value)));
        return headers;
    }

    private static int times(Map<String, Object> request, String name) {
        return ((Long) request.get(name)).intValue();
    }
}
