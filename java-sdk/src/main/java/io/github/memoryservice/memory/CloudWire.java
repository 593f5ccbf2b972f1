package io.github.memoryservice.memory;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Carries requests to the cloud in memory, and reads its answers as they would be read from a connection. */
final class CloudWire implements Wire {
    private final Cloud cloud;

    CloudWire(Cloud cloud) {
        this.cloud = cloud;
    }

    @Override
    public Response ask(Request request, Deadline deadline) throws WireException {
        byte[] octets = cloud.ask(request, deadline);
        try {
            return new ResponseReader(new ByteArrayInputStream(octets), false).read(request.method, request.limit);
        } catch (IOException error) {
            throw new WireException("the answer is not whole: " + error.getMessage(), WireException.ENDED);
        }
    }

    @Override
    public void prepare(Endpoint endpoint) {
        // Nothing has to be loaded.
    }

    @Override
    public Credentials credentials(String roleArn) {
        return Cloud.credentials(roleArn);
    }

    @Override
    public void close() {
        // There are no connections.
    }
}
