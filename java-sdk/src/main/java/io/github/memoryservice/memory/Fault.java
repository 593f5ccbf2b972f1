package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something that goes wrong with the requests that it is for, in the cloud in memory. No time passes: what is too slow fails at once, as
 * it would have in the end. The kinds:
 *
 * <ul>
 *   <li>{@code refuse}: there are no connections.
 *   <li>{@code reset}: the connection ends, and the request is not carried out.
 *   <li>{@code hang}: no answer ever comes, and the request is not carried out.
 *   <li>{@code status}: the answer is an error with {@code status}.
 *   <li>{@code keys}: of a removal of many keys S3 says that none could be removed, each for the error {@code code}.
 *   <li>{@code no-http}: the answer is not HTTP.
 *   <li>{@code lost}: the request is carried out, and then the connection ends.
 *   <li>{@code slow}, {@code slow-head}: the right answer comes by {@code pause} seconds a byte, without or with its headers.
 *   <li>{@code cut}: half of the body comes.
 *   <li>{@code garbled}: every byte of the body is wrong.
 *   <li>{@code headers}: the lines of {@code headers} replace the answer's own of these names.
 *   <li>{@code early}: before the right answer comes a {@code 103 Early Hints}, with {@code pause} one after another.
 * </ul>
 */
public final class Fault {
    /** The answer never comes; for these the request is not even carried out. */
    private static final List<String> UNHEARD = List.of("refuse", "reset", "hang", "status", "keys", "no-http");
    private static final List<String> SPOILING = List.of("lost", "slow", "slow-head", "cut", "garbled", "headers", "early");
    private static final double SILENCE_SECONDS = 2;
    private static final Pattern KEY = Pattern.compile("<Key>(.*?)</Key>");
    private static final String HINT = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";

    final String where;
    private final String kind;
    private String path = "/";
    private String method;
    private int pop = -1;
    private long times = Long.MAX_VALUE;
    private long every = 1;
    private int status = 503;
    private String code = "";
    private double delay;
    private double pause;
    private String headers = "";
    private long met;

    /**
     * Makes a fault.
     *
     * @param where {@code edge}: what is asked of CloudFront; {@code s3}: what is asked of S3 by services; {@code origin}: what the edges
     *     ask of S3; or another service of AWS
     * @param kind how it goes wrong
     * @throws IllegalArgumentException there is no such kind
     * @throws UnsupportedOperationException only a real connection can have it
     */
    public Fault(String where, String kind) {
        if ("reset-kept".equals(kind)) {
            throw new UnsupportedOperationException("a cloud in memory keeps no connections: \"" + kind + "\" is for the local cloud");
        }
        if (!UNHEARD.contains(kind) && !SPOILING.contains(kind)) {
            throw new IllegalArgumentException("a cloud in memory has no fault \"" + kind + "\"");
        }
        this.where = where;
        this.kind = kind;
    }

    /**
     * Only for paths that begin so.
     *
     * @param begins at S3 {@code /<bucket>/<key>}
     * @return this
     */
    public Fault path(String begins) {
        path = begins;
        return this;
    }

    /**
     * Only for one HTTP method.
     *
     * @param only that
     * @return this
     */
    public Fault method(String only) {
        method = only;
        return this;
    }

    /**
     * Only at one point of presence.
     *
     * @param only its number
     * @return this
     */
    public Fault pointOfPresence(int only) {
        pop = only;
        return this;
    }

    /**
     * Only for so many requests.
     *
     * @param most how many
     * @return this
     */
    public Fault times(long most) {
        times = most;
        return this;
    }

    /**
     * Only for every how many-th request.
     *
     * @param which 2 for every other
     * @return this
     */
    public Fault every(long which) {
        every = which;
        return this;
    }

    /**
     * For the kind {@code status}.
     *
     * @param answered the status
     * @return this
     */
    public Fault status(int answered) {
        status = answered;
        return this;
    }

    /**
     * For the kinds {@code status} and {@code keys}.
     *
     * @param answered the error's code
     * @return this
     */
    public Fault code(String answered) {
        code = answered;
        return this;
    }

    /**
     * Before anything happens.
     *
     * @param seconds how long
     * @return this
     */
    public Fault delay(double seconds) {
        delay = seconds;
        return this;
    }

    /**
     * For what is slow: before each byte, or each hint.
     *
     * @param seconds how long
     * @return this
     */
    public Fault pause(double seconds) {
        pause = seconds;
        return this;
    }

    /**
     * For the kind {@code headers}.
     *
     * @param lines {@code Name: value} on a line each; the first may be a status line
     * @return this
     */
    public Fault headers(String lines) {
        headers = lines;
        return this;
    }

    /** Whether a request meets it; counts those that it is for. */
    boolean meets(String asked, String its, String itsPath, int itsPop) {
        if (!where.equals(asked) || !itsPath.startsWith(path) || method != null && !method.equals(its) || pop >= 0 && pop != itsPop) {
            return false;
        }
        met++;
        return met % every == 0 && met / every <= times;
    }

    /** Whether the request is not carried out. */
    boolean isBefore() {
        return UNHEARD.contains(kind);
    }

    /** What comes instead of an answer; of a fault that {@link #isBefore}. */
    CloudAnswer instead(Deadline deadline, byte[] body, boolean isLong) throws WireException {
        if ("refuse".equals(kind)) {
            throw new WireException("no connection to the cloud in memory: ECONNREFUSED", WireException.NOT_SENT);
        }
        if ("hang".equals(kind) || isLate(delay, deadline, isLong)) {
            throw new WireException("no sign of life for 2 s", WireException.UNDER_WAY);
        }
        if ("reset".equals(kind)) {
            throw new WireException("the connection was reset", WireException.ENDED);
        }
        if ("no-http".equals(kind)) {
            throw new WireException("an answer that is no HTTP", WireException.ENDED);
        }
        if ("keys".equals(kind)) {
            return CloudAnswer.of(200, "application/xml", removalOfNone(new String(body, StandardCharsets.UTF_8)));
        }
        if ("edge".equals(where)) {
            String told = code.isEmpty() ? "" : "<Error><Code>" + code + "</Code></Error>";
            return new CloudAnswer(status, Map.of(), told.getBytes(StandardCharsets.UTF_8));
        }
        String its = code.isEmpty() && status == 403 ? "AccessDenied" : code;
        String told = its.isEmpty() ? "" : "<Code>" + its + "</Code>";
        String error = "<Error>" + told + "<RequestId>0</RequestId></Error>";
        return new CloudAnswer(status, Map.of(), error.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes of an answer after what befalls it; without a fault those of the right one. */
    static byte[] octets(Fault fault, CloudAnswer answer, Deadline deadline, boolean isLong) throws WireException {
        return fault == null ? head(answer, answer.body.length, List.of(), answer.body) : fault.spoilt(answer, deadline, isLong);
    }

    private byte[] spoilt(CloudAnswer answer, Deadline deadline, boolean isLong) throws WireException {
        if ("lost".equals(kind)) {
            throw new WireException("the connection was reset", WireException.ENDED);
        }
        if (isLate(delay, deadline, isLong)) {
            throw new WireException("no sign of life for 2 s", WireException.UNDER_WAY);
        }
        byte[] body = answer.body.clone();
        if ("garbled".equals(kind)) {
            for (int at = 0; at < body.length; at++) {
                body[at] ^= (byte) 0xa5;
            }
        }
        if ("early".equals(kind) && pause > 0) {
            throw new WireException("the time was over", WireException.UNDER_WAY);
        }
        List<String> lines = "headers".equals(kind) ? Arrays.asList(headers.split("\r?\n")) : List.of();
        byte[] sent = "cut".equals(kind) ? Arrays.copyOf(body, body.length / 2) : body;
        byte[] octets = head(answer, body.length, lines, sent);
        int slow = "slow".equals(kind) ? body.length : "slow-head".equals(kind) ? octets.length : 0;
        if (slow > 0 && (pause >= SILENCE_SECONDS && !isLong || isLate(delay + slow * pause, deadline, isLong))) {
            throw new WireException("the time was over", WireException.UNDER_WAY);
        }
        if (!"early".equals(kind)) {
            return octets;
        }
        byte[] hint = HINT.getBytes(StandardCharsets.ISO_8859_1);
        byte[] both = Arrays.copyOf(hint, hint.length + octets.length);
        System.arraycopy(octets, 0, both, hint.length, octets.length);
        return both;
    }

    private boolean isLate(double seconds, Deadline deadline, boolean isLong) {
        return seconds * 1e9 > deadline.leftNanos() || delay >= SILENCE_SECONDS && !isLong;
    }

    private String removalOfNone(String asked) {
        StringBuilder errors = new StringBuilder("<DeleteResult>");
        for (Matcher keys = KEY.matcher(asked); keys.find(); ) {
            errors.append("<Error><Key>").append(keys.group(1)).append("</Key><Code>");
            errors.append(code.isEmpty() ? "InternalError" : code).append("</Code></Error>");
        }
        return errors.append("</DeleteResult>").toString();
    }

    private static byte[] head(CloudAnswer answer, int length, List<String> replacing, byte[] sent) {
        List<String> lines = new ArrayList<>(replacing);
        String status = "HTTP/1.1 " + answer.status + " ";
        if (!lines.isEmpty() && lines.get(0).startsWith("HTTP/")) {
            status = lines.remove(0);
        }
        List<String> names = new ArrayList<>();
        for (String line : lines) {
            names.add(line.split(":", 2)[0].trim().toLowerCase(Locale.ROOT));
        }
        StringBuilder head = new StringBuilder(status).append("\r\n");
        answer.headers.forEach((name, value) -> {
            if (!names.contains(name)) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        if (!names.contains("content-length")) {
            head.append("content-length: ").append(length).append("\r\n");
        }
        lines.forEach(line -> head.append(line).append("\r\n"));
        byte[] first = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] octets = Arrays.copyOf(first, first.length + sent.length);
        System.arraycopy(sent, 0, octets, first.length, sent.length);
        return octets;
    }
}
