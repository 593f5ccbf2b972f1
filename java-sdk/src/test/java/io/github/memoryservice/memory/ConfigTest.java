package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTest {
    @Test
    void whatIsNotGivenHasTheSpecificationsValues() {
        Config config = read(Map.of());
        assertEquals("https://d111111abcdef8.cloudfront.net", config.distribution.toString());
        assertEquals(config.distribution, config.edge);
        assertEquals("values", config.bucket);
        assertNull(config.region);
        assertEquals(Config.PUBLIC, config.visibility);
        assertNull(config.keySource);
        assertEquals(List.of(5, 2 << 20, 900, 5, 300, 10_000, 16 << 20, 3600), List.of(
                config.edgeTtl, config.maxValueBytes, config.signatureLifetime, config.deadline, config.staleIfError, config.localMaxItems,
                config.localMaxBytes, config.maxGrant));
        assertEquals("STANDARD", config.storageClass);
        assertEquals("sha256", config.hashAlgorithm);
        assertTrue(config.failover);
        assertFalse(config.changes);
        assertNull(config.logLevel);
    }

    @Test
    void theParametersComeBeforeTheEnvironment() {
        Map<String, String> environment = Map.of("MEMORY_EDGE_TTL", "7", "MEMORY_DEADLINE", " 9\n", "MEMORY_FAILOVER", "FALSE");
        Config config = Config.read(parameters(Map.of("EDGE_TTL", 8, "DEADLINE", "")), environment, () -> null);
        assertEquals(8, config.edgeTtl);
        assertEquals(9, config.deadline);
        assertFalse(config.failover);
    }

    @Test
    void theRegionIsTakenAsItIsGiven() {
        assertEquals("eu-west-1", Config.read(parameters(Map.of()), Map.of(), () -> new Given("AWS_REGION", "eu-west-1")).region);
        assertEquals("eu-west-2", Config.read(parameters(Map.of("REGION", "eu-west-2")), Map.of(), () -> new Given("AWS_REGION", "x")).region);
        assertEquals("eu-west-3", Config.read(parameters(Map.of()), Map.of("MEMORY_REGION", "eu-west-3"), () -> null).region);
        refused(Map.of("REGION", " eu-west-2"), "REGION is no Region");
        refused(Map.of("REGION", "a".repeat(100)), "a".repeat(80) + "\"");
    }

    @Test
    void aKeyThatIsUnknownIsRefusedWithAGuess() {
        refused(Map.of("BUCKET", "b"), "Did you mean BUCKET_NAME?");
        assertThrows(ConfigurationException.class, () -> Config.read(null, Map.of(), () -> null));
    }

    @Test
    void whatIsRequiredIsMissed() {
        for (String key : List.of("DISTRIBUTION", "BUCKET_NAME")) {
            Map<String, Object> without = parameters(Map.of());
            without.remove(key);
            assertTrue(message(without).contains(key + " is missing"));
            without.put(key, null);
            assertTrue(message(without).contains(key + " is empty or null"));
        }
    }

    @Test
    void numbersAreWithinTheirBounds() {
        for (Object good : List.of(1, 86_400L, "00086400", (short) 5, (byte) 5)) {
            assertTrue(read(Map.of("EDGE_TTL", good)).edgeTtl > 0);
        }
        for (Object bad : List.of(0, 86_401, "1.5", "-1", "+1", "12345678901", "٣", 1.0, true, List.of(), 1L << 40)) {
            refused(Map.of("EDGE_TTL", bad), "EDGE_TTL must be an integer from 1 to 86400");
        }
    }

    @Test
    void textsAreTexts() {
        refused(Map.of("BUCKET_NAME", 5), "BUCKET_NAME must be a String, not a Integer");
        refused(Map.of("BUCKET_NAME", "Abc"), "must look like");
        refused(Map.of("FAILOVER", "yes"), "true or false");
        refused(Map.of("FAILOVER", 1), "true or false");
        refused(Map.of("STORAGE_CLASS", "GLACIER"), "STANDARD_IA");
        refused(Map.of("HASH_ALGORITHM", "md5"), "sha256, sha1");
        assertEquals("sha1", read(Map.of("HASH_ALGORITHM", "Sha1")).hashAlgorithm);
        assertEquals("debug", read(Map.of("LOG_LEVEL", "DEBUG")).logLevel);
    }

    @Test
    void aKeyThatIsAsMuchAsMentionedMakesPrivate() {
        Map<String, Object> mentioned = parameters(Map.of());
        mentioned.put("PUBLIC_KEY_ID", null);
        assertTrue(message(mentioned).contains("PK_PATH is missing"));
        refused(Map.of("VISIBILITY", "private"), "give PK_PATH");
        refused(Map.of("VISIBILITY", "public", "PK_PATH", "key.pem"), "leave out PK_PATH");
        refused(Map.of("VISIBILITY", ""), "VISIBILITY is empty");
        refused(Map.of("PK_PATH", "key.pem"), "PUBLIC_KEY_ID is missing");
        refused(Map.of("PK_PATH", "key.pem", "PUBLIC_KEY_ID", "K 1"), "PUBLIC_KEY_ID must look like");
        Config config = read(Map.of("PK_PATH", "key.pem", "PUBLIC_KEY_ID", "K1", "VISIBILITY", "Private"));
        assertEquals(List.of(Config.PRIVATE, "key.pem", "K1"), List.of(config.visibility, config.keySource, config.publicKeyId));
    }

    @Test
    void theSecretMayBringTheIdOfItsKey() {
        String arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/key";
        assertNull(read(Map.of("PK_PATH", arn)).publicKeyId);
        assertEquals("K1", read(Map.of("PK_PATH", arn, "PUBLIC_KEY_ID", "K1")).publicKeyId);
        refused(Map.of("PK_PATH", "arn:aws:s3:eu-west-1:123456789012:parameter/key"), "neither the ARN");
    }

    @Test
    void aFileMayBeAPath() {
        String file = read(Map.of("PK_PATH", Path.of("arn:x"), "PUBLIC_KEY_ID", "K1")).keySource;
        assertTrue(file.endsWith("arn:x") && !file.startsWith("arn:"), file);
    }

    @Test
    void originsAreHostsWithoutAnythingElse() {
        assertEquals("http://[::1]:9000", WebOrigin.read("K", "HTTP://[::1]:9000/").toString());
        assertEquals("https://a.b", WebOrigin.read("K", "A.b:443").toString());
        assertEquals("http://localhost", WebOrigin.read("K", "http://localhost:80").toString());
        assertEquals("a.b:80", WebOrigin.read("K", "a.b:80").authority());
        for (String text : List.of("a/b", "a..b", "1.2.3", "256.1.1.1", "0x7f.1", "[12]", "[::1", "a:0", "a:65536", "\u212a.b", "http://a.b", "ftp://localhost")) {
            assertThrows(ConfigurationException.class, () -> WebOrigin.read("K", text), text);
        }
    }

    @Test
    void optionsAreFilledInAndChecked() {
        Config config = read(Map.of("DISTRIBUTION_ID", "E1", "EDGE_TTL", 9));
        PutOptions none = Options.read(null, Options.PUT, "a put", config);
        assertTrue(Double.isNaN(none.ttl) && Double.isNaN(none.ttlIfNew));
        assertEquals(9, none.edgeTtl);
        assertNull(none.tags);
        assertNull(none.replaces);
        assertFalse(none.isInvalidating);
        assertEquals(100, none.attempts);
        Options all = new Options().ttl(Duration.ofMillis(1500)).edgeTtl(Duration.ofSeconds(3)).storageClass("STANDARD_IA").tags(List.of("a", "b", "a"));
        PutOptions some = Options.read(all.ifVersion("v").invalidate(), Options.PUT, "a put", config);
        assertEquals(1.5, some.ttl);
        assertEquals(3, some.edgeTtl);
        assertEquals("STANDARD_IA", some.storageClass);
        assertEquals(List.of("a", "b"), some.tags);
        assertEquals("v", some.replaces);
        assertTrue(some.isInvalidating);
        assertEquals("", Options.read(new Options().ifAbsent(), Options.PUT, "a put", config).replaces);
        assertEquals(60, Options.read(new Options().ttlIfNew(Duration.ofMinutes(1)).attempts(3), Options.UPDATE, "an update", config).ttlIfNew);
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        Config config = read(Map.of());
        List<Options> bad = List.of(
                new Options().ttl(Duration.ofMillis(999)),
                new Options().ttl(Duration.ofDays(36_501)),
                new Options().edgeTtl(Duration.ofMillis(1500)),
                new Options().edgeTtl(Duration.ZERO),
                new Options().edgeTtl(Duration.ofSeconds(86_401)),
                new Options().storageClass("GLACIER"),
                new Options().ifAbsent().ifVersion("v"),
                new Options().ifVersion(""),
                new Options().ifVersion("a\"b"),
                new Options().ifVersion("a b"),
                new Options().invalidate(),
                new Options().attempts(3),
                new Options().tags(java.util.stream.IntStream.range(0, 17).mapToObj(String::valueOf).toList()));
        for (Options options : bad) {
            assertThrows(ConfigurationException.class, () -> Options.read(options, Options.PUT, "a put", config));
        }
        for (int attempts : new int[] {0, -1, 1_000_001}) {
            assertThrows(ConfigurationException.class, () -> Options.read(new Options().attempts(attempts), Options.UPDATE, "an update", config));
        }
        Options both = new Options().ttl(Duration.ofSeconds(1)).ttlIfNew(Duration.ofSeconds(1));
        assertThrows(ConfigurationException.class, () -> Options.read(both, Options.UPDATE, "an update", config));
        assertThrows(ConfigurationException.class, () -> new Options().ttl(null));
        assertThrows(ConfigurationException.class, () -> new Options().tags(java.util.Collections.singletonList(null)).tags(null));
        assertFalse(Options.readInvalidate(null, "a remove", config));
        assertThrows(ConfigurationException.class, () -> Options.readInvalidate(new Options().invalidate(), "a remove", config));
        assertThrows(ConfigurationException.class, () -> Options.readInvalidate(new Options().ttl(Duration.ofDays(1)), "a remove", config));
        assertTrue(Options.readInvalidate(new Options().invalidate(), "a remove", read(Map.of("DISTRIBUTION_ID", "E1"))));
    }

    @Test
    void aValueKeepsItsEndOrGetsANewOne() {
        PutOptions none = Options.read(null, Options.PUT, "a put", read(Map.of()));
        PutOptions brief = none.withTtl(2.5);
        assertNull(none.expiresAt(1000, null));
        assertEquals(5000L, none.expiresAt(1000, 5000L));
        assertEquals(3500L, brief.expiresAt(1000, 5000L));
        assertEquals(3501L, brief.expiresAt(1000.5, null));
        assertEquals(List.of(5, 4, 2, 1), List.of(
                none.maxAge(1000, null), none.maxAge(1000, 5000L), brief.maxAge(1000, null), none.maxAge(1000, 1001L)));
        assertEquals(List.of(0, 1, 1, 7, 30, 365, 0), List.of(
                none.ttlDays(0, null), brief.ttlDays(0, null), none.ttlDays(0, 86_400_000L), none.ttlDays(0, 86_400_001L),
                none.withTtl(8 * 86_400).ttlDays(0, null), none.withTtl(365 * 86_400).ttlDays(0, null), none.withTtl(366 * 86_400).ttlDays(0, null)));
    }

    static Config read(Map<String, ?> more) {
        return Config.read(parameters(more), Map.of(), () -> null);
    }

    private static Map<String, Object> parameters(Map<String, ?> more) {
        Map<String, Object> parameters = new HashMap<>(Map.of("DISTRIBUTION", "d111111abcdef8.cloudfront.net", "BUCKET_NAME", "values"));
        parameters.putAll(more);
        return parameters;
    }

    private static void refused(Map<String, ?> more, String says) {
        String message = message(parameters(more));
        assertTrue(message.contains(says), message);
    }

    private static String message(Map<String, ?> parameters) {
        return assertThrows(ConfigurationException.class, () -> Config.read(parameters, Map.of(), () -> null)).getMessage();
    }
}
