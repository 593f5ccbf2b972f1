package io.github.memoryservice.memory;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Scheme, host and port, as a configuration names a distribution (CFG-4). */
final class WebOrigin {
    private static final Pattern FORM =
            Pattern.compile("(?:(https?)://)?((?:[a-z0-9_-]+\\.)*+[a-z0-9_-]++|\\[[0-9a-f:.]+\\])(?::([1-9][0-9]{0,4}))?/?");
    /** What others take for an IPv4 address, however it is written, and the one way to write it here. */
    private static final Pattern NUMERIC = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int MAX_PORT = 65_535;

    final String scheme;
    /** In lower case; an IPv6 address in brackets. */
    final String host;
    final int port;

    private WebOrigin(String scheme, String host, int port) {
        this.scheme = scheme;
        this.host = host;
        this.port = port;
    }

    /**
     * What a key of the configuration names.
     *
     * @throws ConfigurationException CFG-4
     */
    static WebOrigin read(String key, String text) {
        // An upper-case letter outside ASCII may become one of ASCII.
        boolean isAscii = text.chars().allMatch(letter -> letter > ' ' && letter < 0x7f);
        Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!isAscii || !parts.matches() || !isHost(parts.group(2)) || portOf(parts) > MAX_PORT) {
            throw new ConfigurationException(key + " must be a host name, or an https URL without a path, not " + text + ".");
        }
        boolean isPlain = "http".equals(parts.group(1));
        if (isPlain && !LOOPBACK.contains(parts.group(2))) {
            throw new ConfigurationException(key + " must be https, and http only for this machine itself, not " + text + ".");
        }
        return new WebOrigin(isPlain ? "http" : "https", parts.group(2), portOf(parts));
    }

    /** The host, with the port unless that is the scheme's own: what {@code Host} says. */
    String authority() {
        return port == (scheme.equals("https") ? 443 : 80) ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return scheme + "://" + authority();
    }

    private static int portOf(Matcher parts) {
        if (parts.group(3) != null) {
            return Integer.parseInt(parts.group(3));
        }
        return "http".equals(parts.group(1)) ? 80 : 443;
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            return isIpv6(host);
        }
        return !NUMERIC.matcher(host).matches() || IPV4.matcher(host).matches();
    }

    private static boolean isIpv6(String literal) {
        try {
            // Of what is in brackets nobody is asked: it is an address or it is not.
            return literal.indexOf(':') >= 0 && InetAddress.getByName(literal) != null;
        } catch (UnknownHostException none) {
            return false;
        }
    }
}
