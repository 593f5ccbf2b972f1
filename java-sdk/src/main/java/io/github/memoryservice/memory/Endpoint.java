package io.github.memoryservice.memory;

/** Where something is asked. */
final class Endpoint {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    final String scheme;
    /** Without brackets. */
    final String host;

    final int port;
    /** Value of the {@code Host} header. */
    final String authority;
    /** What stands in front of every path, without a slash at its end. */
    final String path;
    /** The Region that requests are signed for; null where none are. */
    final String region;
    /** Whether somebody named it, rather than the Region. */
    final boolean isConfigured;

    Endpoint(String scheme, String authority, String path, String region, boolean isConfigured) {
        this.scheme = scheme;
        this.authority = authority;
        this.path = path;
        this.region = region;
        this.isConfigured = isConfigured;
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String name = hasPort ? authority.substring(0, colon) : authority;
        this.host = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        boolean isNumbered = hasPort && colon + 1 < authority.length();
        this.port = isNumbered ? Integer.parseInt(authority.substring(colon + 1)) : "https".equals(scheme) ? HTTPS : HTTP;
    }

    /** Of an origin that has been checked, such as {@code https://host:port}. */
    static Endpoint of(String origin) {
        int end = origin.indexOf("://");
        return new Endpoint(origin.substring(0, end), origin.substring(end + 3), "", null, true);
    }

    String origin() {
        return scheme + "://" + authority;
    }
}
