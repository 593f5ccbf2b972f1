package io.github.memoryservice.memory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** One connection: a request goes out, an answer comes back, and no phase takes longer than it may (TIME-2). It is one thread's at a time. */
final class Connection {
    static final long SILENCE_NANOS = 2_000_000_000L;

    private static final long MAX_IDLE_MILLIS = 4000;
    /** A system takes so much at once, and so does one record of TLS. */
    private static final int SENT_AT_ONCE = 16 * 1024;
    private static final int SMALL = 8 * 1024;

    private final TimedSocket raw;
    private final boolean isTls;
    private final InputStream in;
    private final OutputStream out;
    private long usedAt = System.currentTimeMillis();
    /** Whether another request may go out. */
    private boolean isReusable = true;

    /**
     * Makes it.
     *
     * @param raw connected
     * @param secured over it, its TLS handshake done; null without
     */
    Connection(TimedSocket raw, Socket secured) throws IOException {
        this.raw = raw;
        this.isTls = secured != null;
        Socket socket = secured == null ? raw : secured;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    boolean isReusable() {
        return isReusable;
    }

    /** Whether it has not been idle for long, and nothing has come since: a frozen function's are dead (WIRE-6). */
    boolean isAlive() {
        long idle = System.currentTimeMillis() - usedAt;
        if (idle < 0 || idle > MAX_IDLE_MILLIS) {
            return false;
        }
        try {
            return raw.getInputStream().available() == 0;
        } catch (IOException dead) {
            return false;
        }
    }

    /** Lets go of it. Not as TLS has it, which could wait for the other side. */
    void close() {
        isReusable = false;
        raw.quietlyClose();
    }

    /**
     * Sends a request and returns its answer.
     *
     * @param head the request as bytes, but for its body
     * @throws WireException there is none, or not a whole one
     */
    Response exchange(Request request, byte[] head, Deadline until) throws WireException {
        Deadline limit = request.sendUntil == 0 ? until : until.atMost(request.sendUntil - System.currentTimeMillis());
        if (limit.isOver()) {
            close();
            throw new WireException("the time was over", WireException.NOT_SENT);
        }
        raw.limit(System.nanoTime() + limit.leftNanos(), request.isLong ? Long.MAX_VALUE : SILENCE_NANOS);
        ResponseReader reader = new ResponseReader(in, isTls);
        boolean isDone = false;
        try {
            send(request, head, limit);
            Response response = reader.read(request.method, request.limit);
            isDone = true;
            if (reader.isLast) {
                close();
            }
            usedAt = System.currentTimeMillis();
            return response;
        } catch (SocketTimeoutException silent) {
            throw new WireException(until.isOver() ? "the time was over" : "no sign of life for 2 s", WireException.UNDER_WAY);
        } catch (ResponseReader.MalformedException none) {
            throw new WireException(none.getMessage(), WireException.ENDED);
        } catch (IOException ended) {
            // Its text could quote what was sent; its kind cannot.
            throw new WireException("the connection ended before the answer did (" + ended.getClass().getSimpleName() + ")", WireException.ENDED, !reader.hasBegun);
        } finally {
            if (!isDone) {
                giveUp(request);
            }
        }
    }

    /** Lets go of it in the middle of a request, of which nothing more may be sent if it says so (CHG-13). */
    private void giveUp(Request request) {
        isReusable = false;
        if (request.sendUntil != 0) {
            raw.reset();
        } else {
            raw.quietlyClose();
        }
    }

    private void send(Request request, byte[] head, Deadline until) throws IOException {
        byte[] body = request.body;
        if (request.sendUntil != 0 && System.currentTimeMillis() >= request.sendUntil) {
            throw new SocketTimeoutException();
        }
        if (head.length + body.length <= SMALL) {
            // The system takes it over at once: nothing else is on its way.
            byte[] both = head;
            if (body.length > 0) {
                both = new byte[head.length + body.length];
                System.arraycopy(head, 0, both, 0, head.length);
                System.arraycopy(body, 0, both, head.length, body.length);
            }
            out.write(both);
            out.flush();
            return;
        }
        SendGuard guard = new SendGuard(raw, until, request.sendUntil);
        try {
            out.write(head);
            for (int at = 0; at < body.length; at += SENT_AT_ONCE) {
                guard.moved();
                out.write(body, at, Math.min(SENT_AT_ONCE, body.length - at));
            }
            out.flush();
        } catch (IOException stopped) {
            if (guard.end()) {
                throw new SocketTimeoutException();
            }
            // It may have refused the request and closed: then its answer is there to be read.
            isReusable = false;
        }
        if (guard.end()) {
            throw new SocketTimeoutException();
        }
    }
}
