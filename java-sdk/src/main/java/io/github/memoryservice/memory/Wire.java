package io.github.memoryservice.memory;

/** The one way this SDK asks anybody: the edge, S3, and every other service of AWS (section 12). */
interface Wire {
    /**
     * Sends a request, and a second time only if a kept connection turns out to be dead (RETRY-2).
     *
     * @throws WireException there is no answer
     * @throws ConfigurationException the way there is not supported
     */
    Response ask(Request request, Deadline deadline) throws WireException;

    /**
     * Loads what asking there takes. Nobody is asked yet.
     *
     * @throws ConfigurationException the way there is not supported
     */
    void prepare(Endpoint endpoint);

    /** Credentials in a test; null to look for them. */
    default Credentials credentials(String roleArn) {
        return null;
    }

    /** Closes the connections; the next request opens new ones. */
    void close();
}
