package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Looking up and connecting, with addresses of this machine that are black holes. */
class DialTest {
    /** Connections to these addresses are neither taken nor refused: what wants in finds the queue full. */
    private static final class BlackHoles implements Closeable {
        private final List<Closeable> open = new ArrayList<>();
        final List<InetAddress> addresses = new ArrayList<>();
        int port;

        BlackHoles(int count) throws IOException {
            for (int number = 0; number < count; number++) {
                InetAddress address = InetAddress.getByName("127.0.7." + (number + 1));
                ServerSocket listener = new ServerSocket();
                open.add(listener);
                listener.bind(new InetSocketAddress(address, port), 1);
                port = listener.getLocalPort();
                for (int waiting = 0; waiting < 4; waiting++) {
                    SocketChannel channel = SocketChannel.open();
                    open.add(channel);
                    channel.configureBlocking(false);
                    channel.connect(new InetSocketAddress(address, port));
                }
                addresses.add(address);
            }
        }

        @Override
        public void close() throws IOException {
            for (Closeable one : open) {
                one.close();
            }
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    @Test
    void aGoodAddressBehindBlackHolesIsReached() throws Exception {
        try (BlackHoles holes = new BlackHoles(7);
                ServerSocket good = new ServerSocket(holes.port, 9, InetAddress.getByName("127.0.7.99"))) {
            holes.addresses.add(good.getInetAddress());
            long began = System.nanoTime();
            try (Socket found = Dial.connect(holes.addresses.toArray(new InetAddress[0]), holes.port, Deadline.in(1))) {
                assertEquals(good.getInetAddress(), found.getInetAddress());
            }
            assertTrue(seconds(began) < 1, "it took " + seconds(began));
        }
    }

    @Test
    void anAddressThatRefusesCostsNoTime() throws Exception {
        int port;
        try (ServerSocket good = new ServerSocket(0, 9, InetAddress.getByName("127.0.7.99"))) {
            port = good.getLocalPort();
            InetAddress[] addresses = {InetAddress.getByName("127.0.7.98"), InetAddress.getByName("127.0.7.97"), good.getInetAddress()};
            long began = System.nanoTime();
            Dial.connect(addresses, port, Deadline.in(5)).close();
            assertTrue(seconds(began) < 0.4, "it took " + seconds(began));
        }
        InetAddress[] none = {InetAddress.getByName("127.0.7.98"), InetAddress.getByName("127.0.7.97")};
        assertThrows(IOException.class, () -> Dial.connect(none, port, Deadline.in(5)));
    }

    @Test
    void twelveBlackHolesTakeNoLongerThanOne() throws Exception {
        try (BlackHoles holes = new BlackHoles(12)) {
            for (int count : new int[] {1, 12}) {
                InetAddress[] addresses = holes.addresses.subList(0, count).toArray(new InetAddress[0]);
                long began = System.nanoTime();
                assertThrows(SocketTimeoutException.class, () -> Dial.connect(addresses, holes.port, Deadline.in(1)));
                assertTrue(seconds(began) > 0.9 && seconds(began) < 1.5, count + " took " + seconds(began));
            }
        }
    }

    @Test
    void aLookUpThatNeverEndsIsGivenUpByEachWhoWaits() {
        Lookup.UNDER_WAY.put("silent.test", new Lookup("silent.test"));
        long began = System.nanoTime();
        assertThrows(SocketTimeoutException.class, () -> Lookup.addresses("silent.test", Deadline.in(0.3)));
        assertTrue(seconds(began) > 0.29 && seconds(began) < 0.8, "it took " + seconds(began));
        Lookup.UNDER_WAY.remove("silent.test");
    }

    @Test
    void anAddressIsNotLookedUp() throws Exception {
        Lookup.UNDER_WAY.put("127.0.0.1", new Lookup("127.0.0.1"));
        assertEquals(InetAddress.getByName("127.0.0.1"), Lookup.addresses("127.0.0.1", Deadline.in(1))[0]);
        assertEquals(InetAddress.getByName("::1"), Lookup.addresses("::1", Deadline.in(1))[0]);
        Lookup.UNDER_WAY.remove("127.0.0.1");
    }
}
