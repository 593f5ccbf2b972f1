package io.github.memoryservice.memory;

import java.time.Instant;
import java.util.Optional;

/** What opens one prefix or one name of a private service to whoever holds it, until its end (GRANT-1). */
public final class Grant {
    private final String distribution;
    private final String service;
    private final String what;
    private final long expires;
    private final String query;

    /**
     * A grant.
     *
     * @param what a prefix, or a name
     * @param expires Unix time in seconds
     * @param query what follows the {@code ?} of a URL that it opens
     */
    Grant(String distribution, String service, String what, long expires, String query) {
        this.distribution = distribution;
        this.service = service;
        this.what = what;
        this.expires = expires;
        this.query = query;
    }

    /**
     * The prefix that it opens.
     *
     * @return empty if it opens a name
     */
    public Optional<String> prefix() {
        return Names.isPrefix(what) ? Optional.of(what) : Optional.empty();
    }

    /**
     * The name that it opens.
     *
     * @return empty if it opens a prefix
     */
    public Optional<String> name() {
        return Names.isPrefix(what) ? Optional.empty() : Optional.of(what);
    }

    /**
     * Its end.
     *
     * @return by the clock of the service
     */
    public Instant expiresAt() {
        return Instant.ofEpochSecond(expires);
    }

    /**
     * What follows the {@code ?} of a URL that it opens: whoever sees it can read. It is not printed with the rest (KEYS-4).
     *
     * @return percent-encoded as it is to be sent
     */
    public String query() {
        return query;
    }

    /**
     * The URL that reads a name.
     *
     * @param name which the grant need not open: CloudFront refuses it then
     * @return with the query
     * @throws InvalidNameException if it is no name
     */
    public String url(String name) {
        return "https://" + distribution + Names.path(Config.PRIVATE, service, name) + "?" + query;
    }

    /**
     * What a page or another program is handed (GRANT-3): whoever sees it can read.
     *
     * @return a JSON object
     */
    public String toJson() {
        StringBuilder json = new StringBuilder("{\"distribution\":");
        Json.quote(json, distribution).append(",\"service\":");
        Json.quote(json, service).append(Names.isPrefix(what) ? ",\"prefix\":" : ",\"name\":");
        Json.quote(json, what).append(",\"query\":");
        return Json.quote(json, query).append(",\"expires_at\":").append(expires).append("000}").toString();
    }

    @Override
    public String toString() {
        return "Grant[" + (Names.isPrefix(what) ? "prefix " : "name ") + Names.show(what) + " of " + service + " until " + expiresAt() + "]";
    }
}
