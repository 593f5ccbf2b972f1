package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.crac.Resource;
import org.junit.jupiter.api.Test;

/** Snapshots of a process. */
class CheckpointTest {
    @Test
    void connectionsAreDroppedBeforeASnapshotAndAfterIt() throws Exception {
        Wire wire = Checkpoint.watching(new NetworkWire(new Settings(Map.of("HOME", "/nowhere"))));
        // It is there only if it has been registered.
        Resource watcher = (Resource) Checkpoint.RESOURCES.get(Checkpoint.RESOURCES.size() - 1);
        try (Peer peer = Peer.of(Peer.PLAIN, Peer.PLAIN, Peer.PLAIN)) {
            Request request =
                    new Request("GET", peer.endpoint("http"), "/", List.<String[]>of(new String[] {"Host", "a"}), Request.NO_BODY, 9);
            wire.ask(request, Deadline.in(5));
            wire.ask(request, Deadline.in(5));
            assertEquals(1, peer.count());
            watcher.beforeCheckpoint(null);
            wire.ask(request, Deadline.in(5));
            assertEquals(2, peer.count());
            watcher.afterRestore(null);
            wire.ask(request, Deadline.in(5));
            assertEquals(3, peer.count());
        }
    }
}
