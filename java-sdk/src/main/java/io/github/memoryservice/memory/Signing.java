package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Signs the reads of private values: one custom policy for all of a service's values, used until half its life is over, so that a private
 * read costs what a public one does (section 10). Times are Unix milliseconds by the clock of the service.
 */
final class Signing {
    private static final long SECOND = 1000;

    /** What a signature is made with, and where it comes from. */
    interface Keys {
        /**
         * The key that signs now.
         *
         * @param until when to have it; null for when the configuration says
         * @throws MemoryServiceException if it cannot be read in time
         */
        SigningKey key(long now, Deadline until);

        /** After a refusal: whether the next {@link #key} may be another (KEYS-3). */
        boolean forget(SigningKey refused, long now);
    }

    /** What follows the {@code ?} of a signed URL. */
    static final class Signed {
        final String query;
        private final SigningKey key;
        private final long at;

        private Signed(String query, SigningKey key, long at) {
            this.query = query;
            this.key = key;
            this.at = at;
        }
    }

    private final String origin;
    private final String place;
    private final long lifetime;
    private final String hash;
    private final Keys keys;
    private volatile Signed last;

    Signing(Config config, String place, Keys keys) {
        this.origin = config.distribution.toString();
        this.place = place;
        this.lifetime = config.signatureLifetime;
        this.hash = config.hashAlgorithm;
        this.keys = keys;
    }

    /**
     * The key in a file, which is never another.
     *
     * @throws ConfigurationException if it is of no use (KEYS-1)
     */
    static Keys inFile(Config config) {
        SigningKey key = SigningKey.inFile(config.publicKeyId, config.keySource);
        return new Keys() {
            @Override
            public SigningKey key(long now, Deadline until) {
                return key;
            }

            @Override
            public boolean forget(SigningKey refused, long now) {
                return false;
            }
        };
    }

    /**
     * The signature of a read (SIG-1 to SIG-4).
     *
     * @throws MemoryServiceException if the key cannot be read
     */
    Signed signature(long now) {
        return signature(now, null);
    }

    /** The same, with the key there by then. */
    Signed signature(long now, Deadline until) {
        Signed signed = last;
        if (signed != null && now >= signed.at && now - signed.at < lifetime * SECOND / 2) {
            return signed;
        }
        SigningKey key = keys.key(now, until);
        signed = new Signed(query("/" + place + "/*", Math.floorDiv(now, SECOND) + lifetime, key), key, now);
        last = signed;
        return signed;
    }

    /**
     * Signs for somebody else (GRANT-1).
     *
     * @param path of a URL, or of all that begin with it and a {@code *} at its end
     * @param expires Unix time in seconds
     * @return what follows the {@code ?} of a signed URL
     * @throws MemoryServiceException if the key cannot be read
     */
    String queryFor(String path, long expires, long now) {
        return query(path, expires, keys.key(now, null));
    }

    /** After a refusal: whether the next {@link #signature} may be another (KEYS-3). */
    boolean renew(Signed refused, long now) {
        if (!keys.forget(refused.key, now)) {
            return false;
        }
        Signed signed = last;
        if (signed != null && signed.key == refused.key) {
            last = null;
        }
        return true;
    }

    private String query(String path, long expires, SigningKey key) {
        String text = "{\"Statement\":[{\"Resource\":\"" + origin + path + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":" + expires + "}}}]}";
        byte[] policy = text.getBytes(StandardCharsets.US_ASCII);
        // SHA-1 is what a verifier takes that is told nothing (SIG-3).
        return "Policy=" + urlSafe(policy) + "&Signature=" + urlSafe(key.sign(hash, policy)) + "&Key-Pair-Id=" + key.id
                + (hash.equals("sha1") ? "" : "&Hash-Algorithm=SHA256");
    }

    /** CloudFront's alphabet is that of base64 with three others (SIG-3). */
    private static String urlSafe(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes).replace('+', '-').replace('=', '_').replace('/', '~');
    }
}
