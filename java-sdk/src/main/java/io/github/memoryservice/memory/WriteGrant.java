package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What lets its holder store what lies under one prefix, or one name, until its end (WGRANT-1). */
public final class WriteGrant {
    /** Seconds that others may write for at most, where that is announced (CHG-21). */
    private static final int LONGEST_ANNOUNCED = 900;

    private static final long SECOND = 1000;

    /** What is to be granted, checked. */
    static final class Terms {
        /** A prefix, or a name. */
        final String what;
        /** Of the name, or what all keys under the prefix begin with. */
        final String key;
        /** Seconds. */
        final int lifetime;
        /** What a document may take. */
        final int maxBytes;
        /** Those of each put. */
        final PutOptions options;

        private Terms(String what, String key, int lifetime, int maxBytes, PutOptions options) {
            this.what = what;
            this.key = key;
            this.lifetime = lifetime;
            this.maxBytes = maxBytes;
            this.options = options;
        }
    }

    private final String distribution;
    private final String visibility;
    private final String service;
    private final Terms terms;
    private final String url;
    private final long expires;
    private final Map<String, String> tags;
    private final Map<String, String> plain;
    private final Map<String, String> gzip;

    private WriteGrant(Config config, String place, String url, Terms terms, Map<String, String> tags, long expires, Form form) {
        this.distribution = config.distribution.authority();
        this.visibility = config.visibility;
        this.service = place;
        this.url = url;
        this.terms = terms;
        this.tags = tags;
        this.expires = expires;
        this.plain = form.fields(false);
        this.gzip = form.fields(true);
    }

    /**
     * Checks what a caller asked for.
     *
     * @param what a prefix, or a name
     * @throws ConfigurationException WGRANT-1, WGRANT-2
     * @throws InvalidNameException WGRANT-1
     */
    static Terms check(Config config, String place, String what, Duration ttl, long maxBytes, PutOptions options) {
        int most = config.changes ? Math.min(config.maxGrant, LONGEST_ANNOUNCED) : config.maxGrant;
        int lifetime = Options.checkGrantTtl(ttl, most);
        int size = Options.checkMaxBytes(maxBytes, config.maxValueBytes);
        if ("".equals(what)) {
            throw new ConfigurationException("A write grant for all of a service would open the records of its tags and changes as well: give it a"
                    + " prefix like \"forms/\".");
        }
        String path = Names.isPrefix(what)
                ? Names.prefixPath(config.visibility, place, what)
                : Names.path(config.visibility, place, what);
        Names.refuseReserved(what);
        return new Terms(what, config.visibility + path, lifetime, size, options);
    }

    /**
     * Makes a grant.
     *
     * @param endpoint of the bucket
     * @param generations of the tags that the values have; empty without
     * @param now Unix seconds, as S3 has them; with a change record those of the announcement
     * @throws UnavailableException if the credentials end now
     */
    static WriteGrant sign(
            Config config, String place, Endpoint endpoint, Terms terms, Map<String, String> generations, Credentials credentials, long now) {
        long end = now + terms.lifetime;
        if (!Double.isNaN(credentials.expiresAt)) {
            end = Math.min(end, (long) Math.floor(credentials.expiresAt / SECOND));
        }
        if (end <= now) {
            throw new UnavailableException("A write grant ends with the AWS credentials that sign it, and those end now.");
        }
        String url = endpoint.origin() + (endpoint.path.isEmpty() ? "/" : endpoint.path);
        return new WriteGrant(config, place, url, terms, generations, end, new Form(config, terms, endpoint.region, credentials, now, end));
    }

    /**
     * The prefix that it opens.
     *
     * @return empty if it opens a name
     */
    public Optional<String> prefix() {
        return Names.isPrefix(terms.what) ? Optional.of(terms.what) : Optional.empty();
    }

    /**
     * The name that it opens.
     *
     * @return empty if it opens a prefix
     */
    public Optional<String> name() {
        return Names.isPrefix(terms.what) ? Optional.empty() : Optional.of(terms.what);
    }

    /**
     * Where its forms are posted.
     *
     * @return a URL of the bucket
     */
    public String url() {
        return url;
    }

    /**
     * Its end.
     *
     * @return by S3's clock
     */
    public Instant expiresAt() {
        return Instant.ofEpochSecond(expires);
    }

    /**
     * What a document may take, before gzip.
     *
     * @return bytes
     */
    public int maxBytes() {
        return terms.maxBytes;
    }

    /**
     * The fields of the form for a document that is posted as it is: whoever sees them can write. They are not printed with the rest
     * (KEYS-4).
     *
     * @return in the order in which they are posted
     */
    public Map<String, String> plainForm() {
        return Collections.unmodifiableMap(plain);
    }

    /**
     * The fields of the form for a gzipped document, as {@link #plainForm}.
     *
     * @return in the order in which they are posted
     */
    public Map<String, String> gzipForm() {
        return Collections.unmodifiableMap(gzip);
    }

    /**
     * What a page or another program is handed (WGRANT-6): whoever sees it can write.
     *
     * @return a JSON object
     */
    public String toJson() {
        StringBuilder json = new StringBuilder(4096).append("{\"distribution\":");
        Json.quote(json, distribution).append(",\"visibility\":\"").append(visibility).append("\",\"service\":");
        Json.quote(json, service).append(Names.isPrefix(terms.what) ? ",\"prefix\":" : ",\"name\":");
        Json.quote(json, terms.what).append(",\"url\":");
        Json.quote(json, url).append(",\"expires_at\":").append(expires * SECOND).append(",\"max_bytes\":").append(terms.maxBytes);
        if (!Double.isNaN(terms.options.ttl)) {
            double ttl = terms.options.ttl;
            json.append(",\"ttl\":").append(ttl == Math.rint(ttl) ? String.valueOf((long) ttl) : String.valueOf(ttl));
        }
        if (!tags.isEmpty()) {
            json.append(Generations.member(tags));
        }
        append(json.append(",\"forms\":{\"plain\":"), plain);
        return append(json.append(",\"gzip\":"), gzip).append("}}").toString();
    }

    private static StringBuilder append(StringBuilder json, Map<String, String> fields) {
        char before = '{';
        for (Map.Entry<String, String> field : fields.entrySet()) {
            Json.quote(json.append(before), field.getKey()).append(':');
            Json.quote(json, field.getValue());
            before = ',';
        }
        return json.append('}');
    }

    @Override
    public String toString() {
        String what = (Names.isPrefix(terms.what) ? "prefix " : "name ") + Names.show(terms.what);
        return "WriteGrant[" + what + " of " + service + ", " + terms.maxBytes + " bytes, until " + expiresAt() + "]";
    }

    /** An upload form (WGRANT-4, WGRANT-5). */
    private static final class Form {
        private final Config config;
        private final Terms terms;
        private final String region;
        private final Credentials credentials;
        private final long now;
        private final long end;

        Form(Config config, Terms terms, String region, Credentials credentials, long now, long end) {
            this.config = config;
            this.terms = terms;
            this.region = region;
            this.credentials = credentials;
            this.now = now;
            this.end = end;
        }

        Map<String, String> fields(boolean isZipped) {
            Map<String, String> pinned = pinned(isZipped);
            Map<String, String> signed = Sigv4.formFields(region, credentials, now);
            Map<String, String> fields = new LinkedHashMap<>();
            if (!Names.isPrefix(terms.what)) {
                fields.put("key", terms.key);
            }
            fields.putAll(pinned);
            fields.putAll(signed);
            String policy = Base64.getEncoder().encodeToString(policy(pinned, signed).getBytes(StandardCharsets.UTF_8));
            fields.put("policy", policy);
            fields.put("x-amz-signature", Sigv4.formSignature(policy, region, credentials, now));
            return fields;
        }

        private Map<String, String> pinned(boolean isZipped) {
            PutOptions options = terms.options;
            double millis = now * (double) SECOND;
            Map<String, String> pinned = new LinkedHashMap<>();
            pinned.put("Content-Type", "application/json");
            pinned.put("Cache-Control", "max-age=" + options.maxAge(millis, null) + ", stale-if-error=" + config.staleIfError);
            if (isZipped) {
                pinned.put("Content-Encoding", "gzip");
            }
            if (!options.storageClass.equals("STANDARD")) {
                pinned.put("x-amz-storage-class", options.storageClass);
            }
            int days = options.ttlDays(millis, null);
            if (days > 0) {
                pinned.put("tagging", "<Tagging><TagSet><Tag><Key>ttl-days</Key><Value>" + days + "</Value></Tag></TagSet></Tagging>");
            }
            pinned.put("success_action_status", "201");
            return pinned;
        }

        private String policy(Map<String, String> pinned, Map<String, String> signed) {
            StringBuilder text = new StringBuilder(1024).append("{\"expiration\":\"").append(Dates.iso(end * SECOND));
            text.append("\",\"conditions\":[{\"bucket\":\"").append(config.bucket).append("\"},");
            text.append(Names.isPrefix(terms.what) ? "[\"starts-with\",\"$key\",\"" + terms.key + "\"]" : "{\"key\":\"" + terms.key + "\"}");
            conditions(text, pinned);
            text.append(",[\"content-length-range\",1,").append(terms.maxBytes).append(']');
            conditions(text, signed);
            return text.append("]}").toString();
        }

        private static void conditions(StringBuilder text, Map<String, String> fields) {
            fields.forEach((name, value) -> {
                Json.quote(text.append(",{"), name).append(':');
                Json.quote(text, value).append('}');
            });
        }
    }
}
