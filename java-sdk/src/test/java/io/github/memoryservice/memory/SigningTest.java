package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningTest {
    private static final KeyPair RSA = pair("RSA", 2048, null);
    private static final KeyPair EC = pair("EC", 0, "secp256r1");
    private static final int OF_PKCS8_RSA = 26;
    private static final Deadline UNTIL = Deadline.in(60);

    @Test
    void aSignatureVerifiesWithEitherHashAndKey() throws GeneralSecurityException {
        byte[] text = "policy".getBytes(StandardCharsets.UTF_8);
        for (KeyPair pair : List.of(RSA, EC)) {
            SigningKey key = SigningKey.of("K1", pem("PRIVATE KEY", pair.getPrivate().getEncoded()), "here");
            for (String hash : List.of("sha256", "sha1")) {
                String name = hash.toUpperCase(java.util.Locale.ROOT) + "with" + (pair == RSA ? "RSA" : "ECDSA");
                Signature verifier = Signature.getInstance(name);
                verifier.initVerify(pair.getPublic());
                verifier.update(text);
                assertTrue(verifier.verify(key.sign(hash, text)), name);
            }
        }
    }

    @Test
    void theOlderFormsOfPemAreRead() {
        byte[] rsa = RSA.getPrivate().getEncoded();
        // PKCS#8 is a head of fixed length around PKCS#1.
        byte[] pkcs1 = Arrays.copyOfRange(rsa, OF_PKCS8_RSA, rsa.length);
        byte[] text = {1};
        SigningKey whole = SigningKey.of("K1", pem("PRIVATE KEY", rsa), "here");
        SigningKey inner = SigningKey.of("K1", pem("RSA PRIVATE KEY", pkcs1), "here");
        assertTrue(Arrays.equals(whole.sign("sha256", text), inner.sign("sha256", text)));
    }

    @Test
    void anotherKeyIsRefusedWithoutQuotingIt() {
        List<String> bad = List.of(
                "",
                pem("PRIVATE KEY", pair("RSA", 1024, null).getPrivate().getEncoded()),
                pem("PRIVATE KEY", pair("EC", 0, "secp384r1").getPrivate().getEncoded()),
                pem("PUBLIC KEY", RSA.getPublic().getEncoded()),
                pem("ENCRYPTED PRIVATE KEY", RSA.getPrivate().getEncoded()),
                pem("RSA PRIVATE KEY", new byte[] {1, 2, 3}),
                pem("EC PRIVATE KEY", new byte[200]),
                "-----BEGIN PRIVATE KEY-----\nAAAA");
        for (String pem : bad) {
            ConfigurationException error = assertThrows(ConfigurationException.class, () -> SigningKey.of("K1", pem, "this place"));
            assertTrue(error.getMessage().contains("this place"));
            assertEquals(null, error.getCause());
        }
    }

    @Test
    void aFileThatIsNotThereIsRefused(@TempDir Path folder) {
        String file = folder.resolve("none.pem").toString();
        assertTrue(assertThrows(ConfigurationException.class, () -> SigningKey.inFile("K1", file)).getMessage().contains(file));
        assertThrows(ConfigurationException.class, () -> SigningKey.inFile("K1", "a\0b"));
    }

    @Test
    void aKeyIsNotPrinted() {
        assertEquals("SigningKey[K1]", SigningKey.of("K1", pem("PRIVATE KEY", EC.getPrivate().getEncoded()), "here").toString());
    }

    @Test
    void aSignatureIsUsedForHalfItsLife(@TempDir Path folder) throws IOException {
        Signing signing = signing(folder, 900);
        Signing.Signed first = signing.signature(1_000_000, UNTIL);
        assertSame(first, signing.signature(1_000_000 + 449_999, UNTIL));
        assertNotSame(first, signing.signature(1_000_000 + 450_000, UNTIL));
        Signing.Signed later = signing.signature(2_000_000, UNTIL);
        assertNotSame(later, signing.signature(1_999_999, UNTIL));
    }

    @Test
    void thePolicyNamesThePlaceAndTheEnd(@TempDir Path folder) throws IOException {
        String query = signing(folder, 900).signature(1_800_000_000_999L, UNTIL).query;
        assertEquals(
                "{\"Statement\":[{\"Resource\":\"https://d111111abcdef8.cloudfront.net/shop/*\","
                        + "\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":1800000900}}}]}",
                policyOf(query));
        assertTrue(query.endsWith("&Key-Pair-Id=K1&Hash-Algorithm=SHA256"));
        assertFalse(query.matches(".*[+/=].*") && query.contains("%"));
    }

    @Test
    void aRefusedKeyIsAskedForAgain() {
        SigningKey[] keys = {
            SigningKey.of("K1", pem("PRIVATE KEY", EC.getPrivate().getEncoded()), "here"),
            SigningKey.of("K2", pem("PRIVATE KEY", EC.getPrivate().getEncoded()), "here")
        };
        int[] at = {0};
        Signing signing = new Signing(ConfigTest.read(Map.of()), "shop", new Signing.Keys() {
            @Override
            public SigningKey key(long now, Deadline until) {
                return keys[at[0]];
            }

            @Override
            public boolean forget(SigningKey refused, long now) {
                return refused == keys[0] && at[0]++ == 0;
            }
        });
        Signing.Signed first = signing.signature(0, UNTIL);
        assertTrue(signing.renew(first, 0));
        assertTrue(signing.signature(0, UNTIL).query.contains("Key-Pair-Id=K2"));
        assertFalse(signing.renew(signing.signature(0, UNTIL), 0));
        Signing.Signed kept = signing.signature(0, UNTIL);
        assertSame(kept, signing.signature(0, UNTIL));
    }

    @Test
    void aGrantOpensWhatItSaysAndIsNotPrinted(@TempDir Path folder) throws IOException {
        String query = signing(folder, 900).queryFor("/shop/a/*", 1_800_000_060, 0);
        assertTrue(policyOf(query).contains("https://d111111abcdef8.cloudfront.net/shop/a/*"));
        Grant grant = new Grant("d111111abcdef8.cloudfront.net", "shop", "a/", 1_800_000_060, query);
        assertEquals("a/", grant.prefix().orElseThrow());
        assertTrue(grant.name().isEmpty());
        assertEquals("https://d111111abcdef8.cloudfront.net/shop/a/b.json?" + query, grant.url("a/b"));
        assertFalse(grant.toString().contains(query.substring(8, 40)));
        assertEquals(
                "{\"distribution\":\"d111111abcdef8.cloudfront.net\",\"service\":\"shop\",\"prefix\":\"a/\",\"query\":\"" + query
                        + "\",\"expires_at\":1800000060000}",
                grant.toJson());
        Grant one = new Grant("d", "shop", "a", 60, "q");
        assertEquals("a", one.name().orElseThrow());
        assertTrue(one.prefix().isEmpty());
        assertTrue(one.toJson().contains("\"name\":\"a\""));
        assertEquals(60, one.expiresAt().getEpochSecond());
    }

    private static Signing signing(Path folder, int lifetime) throws IOException {
        Path file = folder.resolve("key.pem");
        Files.writeString(file, pem("PRIVATE KEY", RSA.getPrivate().getEncoded()));
        Config config = ConfigTest.read(Map.of("PK_PATH", file, "PUBLIC_KEY_ID", "K1", "SIGNATURE_LIFETIME", lifetime));
        return new Signing(config, "shop", Signing.inFile(config));
    }

    private static String policyOf(String query) {
        String policy = query.substring("Policy=".length(), query.indexOf('&'));
        byte[] text = Base64.getDecoder().decode(policy.replace('-', '+').replace('_', '=').replace('~', '/'));
        return new String(text, StandardCharsets.UTF_8);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    private static KeyPair pair(String algorithm, int bits, String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (curve == null) {
                generator.initialize(bits);
            } else {
                generator.initialize(new ECGenParameterSpec(curve));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
