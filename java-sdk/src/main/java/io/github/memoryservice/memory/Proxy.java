package io.github.memoryservice.memory;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** A proxy that makes tunnels (PROXY-1 to PROXY-3). Its password shows in no text. */
final class Proxy {
    private static final int PORT = 80;

    final String host;
    final int port;
    /** Value of {@code Proxy-Authorization}; null without a user. */
    final String authorization;

    private Proxy(String host, int port, String authorization) {
        this.host = host;
        this.port = port;
        this.authorization = authorization;
    }

    @Override
    public String toString() {
        return "http://" + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + port;
    }

    /**
     * The proxy on the way to a host; null if there is none.
     *
     * @throws ConfigurationException what the environment names cannot be followed
     */
    static Proxy on(Settings settings, String scheme, String host, int port) {
        boolean isTls = "https".equals(scheme);
        String variable = isTls
                ? settings.firstNameOf("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
                : settings.firstNameOf("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY");
        if (variable == null || isNear(host) || isExcepted(settings, host.toLowerCase(Locale.ROOT), port)) {
            return null;
        }
        if (!isTls) {
            throw new ConfigurationException(variable + " is set, and http://" + host + " would be asked through it, which is not supported: add "
                    + host + " to NO_PROXY, or use https");
        }
        return read(variable, settings.variable(variable));
    }

    private static Proxy read(String variable, String text) {
        String url = text.strip();
        int start = url.indexOf("://");
        String scheme = start < 0 ? "http" : url.substring(0, start).toLowerCase(Locale.ROOT);
        String rest = start < 0 ? url : url.substring(start + 3);
        int at = rest.lastIndexOf('@');
        String authority = (rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest).substring(at + 1).toLowerCase(Locale.ROOT);
        // The URL may have a password: no message shows it.
        if (!"http".equals(scheme) || !Endpoints.isAuthority(authority)) {
            throw new ConfigurationException(variable + " is a proxy such as http://proxy.corp.example:3128: others than of http are not supported");
        }
        String authorization = null;
        if (at >= 0) {
            String user = rest.substring(0, at);
            int colon = user.indexOf(':');
            String both = decoded(variable, colon < 0 ? user : user.substring(0, colon)) + ':'
                    + (colon < 0 ? "" : decoded(variable, user.substring(colon + 1)));
            authorization = "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
        }
        Endpoint endpoint = new Endpoint("http", authority, "", null, true);
        return new Proxy(endpoint.host, endpoint.port == 0 ? PORT : endpoint.port, authorization);
    }

    private static String decoded(String variable, String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException none) {
            throw new ConfigurationException(variable + " has a user or password that is not percent-encoded");
        }
    }

    /** Whether a host is this machine. */
    static boolean isLoopback(String host) {
        return "localhost".equals(host) || "::1".equals(host) || host.endsWith(".localhost") || host.startsWith("127.") && isAddress(host);
    }

    /** Whether a host is this machine or this link, which a proxy elsewhere cannot mean. */
    private static boolean isNear(String host) {
        if (isLoopback(host) || host.startsWith("169.254.") && isAddress(host)) {
            return true;
        }
        String low = host.toLowerCase(Locale.ROOT);
        return low.indexOf(':') >= 0
                && (low.startsWith("fe8") || low.startsWith("fe9") || low.startsWith("fea") || low.startsWith("feb") || low.startsWith("fd00:ec2:"));
    }

    /** PROXY-3. */
    private static boolean isExcepted(Settings settings, String host, int port) {
        String entries = settings.firstOf("no_proxy", "NO_PROXY");
        if (entries == null) {
            return false;
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        for (String entry : entries.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            if ("*".equals(entry) || !entry.isEmpty() && covers(entry, name, port)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(String entry, String host, int port) {
        int slash = entry.indexOf('/');
        if (slash >= 0) {
            return isIn(entry.substring(0, slash), entry.substring(slash + 1), host);
        }
        String name = entry;
        String wanted = "";
        int colon = entry.lastIndexOf(':');
        if (entry.startsWith("[")) {
            int end = entry.indexOf(']');
            name = end < 0 ? "" : entry.substring(1, end);
            wanted = end + 2 <= entry.length() ? entry.substring(end + 2) : "";
        } else if (colon >= 0 && colon == entry.indexOf(':')) {
            name = entry.substring(0, colon);
            wanted = entry.substring(colon + 1);
        }
        if (!wanted.isEmpty() && !wanted.equals(String.valueOf(port))) {
            return false;
        }
        name = name.startsWith("*") ? name.substring(1) : name;
        name = name.startsWith(".") ? name.substring(1) : name;
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (name.isEmpty()) {
            return false;
        }
        return host.equals(name) || !isAddress(host) && host.endsWith('.' + name) || isIn(name, "128", host) && isIn(host, "128", name);
    }

    private static boolean isIn(String block, String bits, String host) {
        byte[] start = octets(block);
        byte[] address = octets(host);
        if (start == null || address == null || start.length != address.length || bits.isEmpty() || bits.length() > 3) {
            return false;
        }
        int most = 8 * start.length;
        int fixed = 0;
        for (int at = 0; at < bits.length(); at++) {
            char digit = bits.charAt(at);
            if (digit < '0' || digit > '9') {
                return false;
            }
            fixed = fixed * 10 + digit - '0';
        }
        if (fixed > most && fixed != 128) {
            return false;
        }
        for (int bit = 0; bit < Math.min(fixed, most); bit++) {
            int mask = 0x80 >> bit % 8;
            if ((start[bit / 8] & mask) != (address[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** The octets of an address; null of a name, which is not looked up. */
    static byte[] octets(String host) {
        if (!isAddress(host)) {
            return null;
        }
        try {
            return InetAddress.getByName(host).getAddress();
        } catch (UnknownHostException none) {
            return null;
        }
    }

    /** Whether it is an address rather than a name: nobody needs to look it up. */
    private static boolean isAddress(String host) {
        if (host.indexOf(':') >= 0) {
            return true;
        }
        int dots = 0;
        for (int at = 0; at < host.length(); at++) {
            char letter = host.charAt(at);
            if (letter == '.') {
                dots++;
            } else if (letter < '0' || letter > '9') {
                return false;
            }
        }
        return dots == 3;
    }
}
