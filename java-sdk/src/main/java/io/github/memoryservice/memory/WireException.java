package io.github.memoryservice.memory;

/** There is no answer. The message names hosts, never a query. */
final class WireException extends Exception {
    private static final long serialVersionUID = 1;

    /** How far the request has come (WRITE-1). */
    static final int NOT_SENT = 0;
    /** The other side ended the connection: what it has done with the request, it has done. */
    static final int ENDED = 1;
    /** This side gave up waiting: the request may be carried out at any later moment. */
    static final int UNDER_WAY = 2;

    final int state;
    /** Whether the connection ended without a byte of an answer. */
    final boolean wasDead;

    WireException(String reason, int state, boolean wasDead) {
        super(reason, null, false, false); // its stack tells nothing, and costs more than the failure
        this.state = state;
        this.wasDead = wasDead;
    }

    WireException(String reason, int state) {
        this(reason, state, false);
    }

    boolean mayHaveArrived() {
        return state != NOT_SENT;
    }
}
