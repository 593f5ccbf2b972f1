package io.github.memoryservice.memory;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Reads an answer of HTTP/1.1 as RFC 9112 has it, strictly: what is not so is no answer (WIRE-3). */
final class ResponseReader {
    /** What came is no HTTP. */
    static final class MalformedException extends IOException {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }

    private static final int HEAD_BYTES = 64 * 1024;
    private static final int CHUNK_LINE_BYTES = 1024;
    private static final int LENGTH_DIGITS = 18;
    private static final int CHUNK_DIGITS = 15;
    private static final int FIRST_BUFFER = 8 * 1024;
    private static final int BODY_STEP = 64 * 1024;
    private static final int SWITCHING = 101;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final InputStream in;
    private final boolean isTls;
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int start;
    private int end;
    private Headers headers;
    private int minor;

    /** Whether there was a first byte. */
    boolean hasBegun;
    /** Whether the connection cannot be used again. */
    boolean isLast;

    ResponseReader(InputStream in, boolean isTls) {
        this.in = in;
        this.isTls = isTls;
    }

    /**
     * The answer, without the interim ones before it (WIRE-2).
     *
     * @param limit how many bytes of the body to read
     * @throws MalformedException it is no HTTP
     * @throws EOFException it is not whole
     */
    Response read(String method, int limit) throws IOException {
        int status = head();
        while (status < OK) {
            if (status == SWITCHING) {
                throw new MalformedException("an unasked change of the protocol");
            }
            status = head();
        }
        isLast = minor == 0 || headers.text("connection").toLowerCase(Locale.ROOT).contains("close");
        String coding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        byte[] body = Request.NO_BODY;
        boolean cut = false;
        if ("HEAD".equals(method) || status == NO_CONTENT || status == NOT_MODIFIED) {
            body = Request.NO_BODY;
        } else if (coding != null) {
            if (!"chunked".equals(coding.toLowerCase(Locale.ROOT)) || minor == 0) {
                throw new MalformedException("an unknown transfer coding");
            }
            // Both is how requests are smuggled: this is the one that counts, and then nothing more.
            isLast |= length != null;
            Body collected = new Body();
            cut = chunks(collected, limit);
            body = collected.bytes();
        } else if (length != null) {
            long size = size(length);
            cut = size > limit;
            body = exactly((int) Math.min(size, limit));
        } else if (isTls) {
            throw new EOFException("an end that nobody announced"); // as far as anybody knows (WIRE-10)
        } else {
            isLast = true;
            Body collected = new Body();
            cut = rest(collected, limit);
            body = collected.bytes();
        }
        // More than was announced: whose it is, nobody can tell.
        isLast |= cut || end > start;
        return new Response(status, headers, body, cut, false);
    }

    /**
     * The answer to a request in all that came.
     *
     * @throws WireException it is no HTTP, or not whole
     */
    static Response read(InputStream in, Request request) throws WireException {
        ResponseReader reader = new ResponseReader(in, false);
        try {
            return reader.read(request.method, request.limit);
        } catch (MalformedException none) {
            throw new WireException(none.getMessage(), WireException.ENDED);
        } catch (IOException ended) {
            throw new WireException("the connection ended before the answer did", WireException.ENDED, !reader.hasBegun);
        }
    }

    /** What has come of a body whose length nobody knows. */
    private static final class Body {
        private byte[] bytes = Request.NO_BODY;
        private int length;

        void add(byte[] from, int offset, int count) {
            if (bytes.length - length < count) {
                bytes = Arrays.copyOf(bytes, Math.max(length + count, (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
            }
            System.arraycopy(from, offset, bytes, length, count);
            length += count;
        }

        byte[] bytes() {
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        }
    }

    /** Reads more into the buffer. */
    private void more() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == buffer.length) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            throw new EOFException("the connection ended before the answer did");
        }
        hasBegun = true;
        end += count;
    }

    /** Reads a head, and returns the status. */
    private int head() throws IOException {
        headers = new Headers();
        int left = HEAD_BYTES;
        String line = line(left, "a head of more than 64 KiB", true);
        boolean isStatus = line.length() >= 12
                && line.startsWith("HTTP/1.")
                && isDigit(line.charAt(7))
                && line.charAt(8) == ' '
                && line.charAt(9) >= '1'
                && line.charAt(9) <= '5'
                && isDigit(line.charAt(10))
                && isDigit(line.charAt(11))
                && (line.length() == 12 || line.charAt(12) == ' ')
                && isText(line, 12);
        if (!isStatus) {
            throw new MalformedException("an answer that is no HTTP");
        }
        minor = line.charAt(7) - '0';
        int status = Integer.parseInt(line.substring(9, 12));
        fields(left - line.length() - 2, true);
        return status;
    }

    private void fields(int most, boolean isKept) throws IOException {
        int left = most;
        for (; ; ) {
            String line = line(left, "a head of more than 64 KiB", false);
            if (line.isEmpty()) {
                return;
            }
            left -= line.length() + 2;
            int colon = line.indexOf(':');
            if (left <= 0 || colon < 1 || !isToken(line, colon) || !isText(line, colon + 1)) {
                throw new MalformedException(left <= 0 ? "a head of more than 64 KiB" : "a malformed head");
            }
            if (isKept) {
                headers.add(line.substring(0, colon), trimmed(line, colon + 1));
            }
        }
    }

    private static String trimmed(String line, int from) {
        int first = from;
        int last = line.length();
        while (first < last && (line.charAt(first) == ' ' || line.charAt(first) == '\t')) {
            first++;
        }
        while (last > first && (line.charAt(last - 1) == ' ' || line.charAt(last - 1) == '\t')) {
            last--;
        }
        return line.substring(first, last);
    }

    /** The next line without its end. */
    private String line(int most, String tooLong, boolean isFirst) throws IOException {
        int searched = 0;
        for (; ; ) {
            for (int at = start + searched; at + 1 < end; at++) {
                if (buffer[at] == '\r' && buffer[at + 1] == '\n') {
                    if (at - start > most) {
                        throw new MalformedException(tooLong);
                    }
                    String line = new String(buffer, start, at - start, StandardCharsets.ISO_8859_1);
                    start = at + 2;
                    return line;
                }
            }
            if (end - start > most) {
                throw new MalformedException(tooLong);
            }
            for (int at = 0; isFirst && at < Math.min(7, end - start); at++) {
                if (buffer[start + at] != "HTTP/1.".charAt(at)) {
                    throw new MalformedException("an answer that is no HTTP");
                }
            }
            searched = Math.max(0, end - start - 1);
            more();
        }
    }

    private byte[] exactly(int size) throws IOException {
        byte[] body = new byte[Math.min(size, Math.max(BODY_STEP, end - start))];
        int count = Math.min(size, end - start);
        System.arraycopy(buffer, start, body, 0, count);
        start += count;
        while (count < size) {
            if (count == body.length) {
                // As much as has come, and not as much as somebody announced.
                body = Arrays.copyOf(body, (int) Math.min(size, 4L * body.length));
            }
            int more = in.read(body, count, body.length - count);
            if (more < 0) {
                throw new EOFException("the connection ended before the answer did");
            }
            count += more;
        }
        return body;
    }

    private boolean rest(Body body, int limit) throws IOException {
        for (; ; ) {
            int room = limit - body.length;
            body.add(buffer, start, Math.min(room, end - start));
            if (end - start > room) {
                return true;
            }
            start = end;
            try {
                more();
            } catch (EOFException ended) {
                return false;
            }
        }
    }

    private boolean chunks(Body body, int limit) throws IOException {
        for (; ; ) {
            long size = chunkSize(line(CHUNK_LINE_BYTES, "a line that does not end", false));
            if (size == 0) {
                fields(HEAD_BYTES, false);
                return false;
            }
            int room = limit - body.length;
            byte[] chunk = exactly((int) Math.min(size, room));
            body.add(chunk, 0, chunk.length);
            if (size > room) {
                return true;
            }
            while (end - start < 2) {
                more();
            }
            if (buffer[start] != '\r' || buffer[start + 1] != '\n') {
                throw new MalformedException("a chunk that is longer than it says");
            }
            start += 2;
        }
    }

    private static long chunkSize(String line) throws MalformedException {
        int digits = 0;
        long size = 0;
        while (digits < line.length() && digits <= CHUNK_DIGITS && Character.digit(line.charAt(digits), 16) >= 0 && line.charAt(digits) < 0x7f) {
            size = size << 4 | Character.digit(line.charAt(digits), 16);
            digits++;
        }
        int rest = digits;
        while (rest < line.length() && (line.charAt(rest) == ' ' || line.charAt(rest) == '\t')) {
            rest++;
        }
        boolean isEnd = rest == line.length() || line.charAt(rest) == ';' && isText(line, rest);
        if (digits == 0 || digits > CHUNK_DIGITS || !isEnd) {
            throw new MalformedException("a chunk without a size");
        }
        return size;
    }

    /** A Content-Length. The same one several times is one (RFC 9110, 8.6). */
    private static long size(String given) throws MalformedException {
        String length = null;
        for (String one : given.split(",", -1)) {
            String value = trimmed(one, 0);
            if (length != null && !length.equals(value)) {
                throw new MalformedException("several Content-Lengths");
            }
            length = value;
        }
        boolean isNumber = length != null && !length.isEmpty() && length.length() <= LENGTH_DIGITS;
        for (int at = 0; isNumber && at < length.length(); at++) {
            isNumber = isDigit(length.charAt(at));
        }
        if (!isNumber) {
            throw new MalformedException("a Content-Length that is none");
        }
        return Long.parseLong(length);
    }

    private static boolean isDigit(char letter) {
        return letter >= '0' && letter <= '9';
    }

    /** Whether all from there is visible, blank or beyond ASCII. */
    private static boolean isText(String line, int from) {
        for (int at = from; at < line.length(); at++) {
            char letter = line.charAt(at);
            if (letter < ' ' && letter != '\t' || letter == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isToken(String line, int end) {
        for (int at = 0; at < end; at++) {
            char letter = line.charAt(at);
            boolean isPart = isDigit(letter) || letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || "!#$%&'*+.^_`|~-".indexOf(letter) >= 0;
            if (!isPart) {
                return false;
            }
        }
        return true;
    }
}
