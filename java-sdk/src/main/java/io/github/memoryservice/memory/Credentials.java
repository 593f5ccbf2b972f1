package io.github.memoryservice.memory;

/** An access key, as signatures need it. Nothing of it shows in a text. */
final class Credentials {
    final String accessKeyId;
    final String secretAccessKey;
    /** What temporary ones have besides; null for none. */
    final String sessionToken;
    /** When they end, in Unix milliseconds; NaN if never. */
    final double expiresAt;

    Credentials(String accessKeyId, String secretAccessKey, String sessionToken, double expiresAt) {
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
        this.sessionToken = sessionToken == null || sessionToken.isEmpty() ? null : sessionToken;
        this.expiresAt = expiresAt;
    }

    @Override
    public String toString() {
        return "Credentials(…)";
    }
}
