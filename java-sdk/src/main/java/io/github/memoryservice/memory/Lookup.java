package io.github.memoryservice.memory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looking up a host. The system's look-up knows no deadline, so a thread waits for it: at most one per host. */
final class Lookup implements Runnable {
    static final ConcurrentHashMap<String, Lookup> UNDER_WAY = new ConcurrentHashMap<>();

    private final String host;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile InetAddress[] found;

    Lookup(String host) {
        this.host = host;
    }

    /**
     * The addresses of a host, in the order in which to try them.
     *
     * @throws SocketTimeoutException nobody said in time
     * @throws UnknownHostException it has none
     */
    static InetAddress[] addresses(String host, Deadline until) throws IOException {
        byte[] octets = Proxy.octets(host);
        if (octets != null) {
            return new InetAddress[] {InetAddress.getByAddress(host, octets)};
        }
        Lookup mine = new Lookup(host);
        Lookup lookup = UNDER_WAY.putIfAbsent(host, mine);
        if (lookup == null) {
            lookup = mine;
            Thread thread = new Thread(mine, "memory-lookup");
            thread.setDaemon(true);
            thread.start();
        }
        return lookup.await(until);
    }

    private InetAddress[] await(Deadline until) throws IOException {
        try {
            if (!ended.await(until.leftNanos(), TimeUnit.NANOSECONDS)) {
                throw new SocketTimeoutException();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("the thread was interrupted", interrupted);
        }
        if (found == null) {
            throw new UnknownHostException();
        }
        return found;
    }

    @Override
    public void run() {
        try {
            found = inTurns(InetAddress.getAllByName(host));
        } catch (UnknownHostException | RuntimeException none) {
            found = null;
        } finally {
            UNDER_WAY.remove(host, this);
            ended.countDown();
        }
    }

    /** The addresses with their families in turns, beginning with the first one's (RFC 8305, section 4). */
    private static InetAddress[] inTurns(InetAddress[] addresses) {
        int kind = addresses[0].getAddress().length;
        InetAddress[] turns = new InetAddress[addresses.length];
        int[] next = {-1, -1};
        for (int at = 0; at < turns.length; at++) {
            int wanted = at % 2;
            int place = nextOf(addresses, kind, wanted == 0, next[wanted]);
            if (place < 0) {
                wanted = 1 - wanted;
                place = nextOf(addresses, kind, wanted == 0, next[wanted]);
            }
            next[wanted] = place;
            turns[at] = addresses[place];
        }
        return turns;
    }

    private static int nextOf(InetAddress[] addresses, int kind, boolean isFirstKind, int after) {
        for (int at = after + 1; at < addresses.length; at++) {
            if (addresses[at].getAddress().length == kind == isFirstKind) {
                return at;
            }
        }
        return -1;
    }
}
