package io.github.memoryservice.memory;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/**
 * A socket each of whose reads ends in time. A time-out that is set once begins anew with every byte that drips, and in a TLS handshake
 * nobody else could set it.
 */
final class TimedSocket extends Socket {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private volatile long end;
    private volatile long silence;
    private InputStream timed;

    TimedSocket() {
        // Whom to ask on the way says the environment, the same as in every SDK (PROXY-1), and no property of the JVM.
        super(java.net.Proxy.NO_PROXY);
    }

    /** Lets reads from now on end by then, and none take longer than so many nanoseconds. */
    void limit(long endNanos, long silenceNanos) {
        end = endNanos;
        silence = silenceNanos;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream in = timed;
        if (in == null) {
            in = new Timed(super.getInputStream());
            timed = in;
        }
        return in;
    }

    /** Closes it so that what the system still has to send is dropped. */
    void reset() {
        try {
            setSoLinger(true, 0);
        } catch (IOException closed) {
            // then there is nothing to drop
        }
        quietlyClose();
    }

    void quietlyClose() {
        try {
            close();
        } catch (IOException ignored) {
            // nobody needs it any more
        }
    }

    private void arm() throws IOException {
        long left = Math.min(end - System.nanoTime(), silence);
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        setSoTimeout((int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(left + NANOS_PER_MILLI - 1)));
    }

    private final class Timed extends FilterInputStream {
        Timed(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            arm();
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            arm();
            return in.read(bytes, offset, length);
        }
    }
}
