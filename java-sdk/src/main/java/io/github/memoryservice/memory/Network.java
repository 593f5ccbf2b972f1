package io.github.memoryservice.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** What the services of a process share on their way to AWS. */
final class Network {
    private static final int SESSION_LETTERS = 64;

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<String, Wire> WIRES = new HashMap<>();

    private Network() {}

    /** The wire of this process. It has another one where the files of the environment say another way. */
    static Wire wire(Settings settings) {
        Trust trust = new Trust(settings);
        String files = trust.bundle() + '\n' + trust.extra();
        LOCK.lock();
        try {
            Wire wire = WIRES.get(files);
            if (wire == null) {
                Rehearsal.sign();
                wire = Checkpoint.watching(new NetworkWire(settings));
                WIRES.put(files, wire);
            }
            return wire;
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * Whose requests are.
     *
     * @param roleArn the role to assume; null for the function's own credentials
     * @param region where STS is asked if the platform names no Region; null for none
     */
    static Aws.Identity identity(Wire wire, Endpoints endpoints, String roleArn, String service, String region, Clock clock) {
        String session = "memory-service-" + service;
        return new CredentialSource(wire, endpoints, roleArn, session.substring(0, Math.min(session.length(), SESSION_LETTERS)), region, clock);
    }

    /**
     * Where the key of a private service comes from.
     *
     * @param own asks with the function's own credentials
     * @throws ConfigurationException a file is of no use
     */
    static Signing.Keys keys(Config config, Aws own) {
        if (!config.keySource.startsWith("arn:")) {
            return Signing.inFile(config);
        }
        return new Secrets(config.keySource, config.publicKeyId, own, config.deadline);
    }
}
