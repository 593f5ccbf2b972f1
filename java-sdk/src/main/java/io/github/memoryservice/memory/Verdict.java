package io.github.memoryservice.memory;

import java.util.Map;

/** What the records of a document's tags say of it. */
final class Verdict {
    /** The tags whose records have another generation, with that one; null for what is no record. */
    final Map<String, String> differing;
    /** Until when they need not be read again, by the clock of the service. */
    final double until;
    /** Whether one of them is older than it should be (CTAG-6). */
    final boolean isStale;
    /** How many invalidations of this object had ended before. */
    final int turn;

    Verdict(Map<String, String> differing, double until, boolean isStale, int turn) {
        this.differing = differing;
        this.until = until;
        this.isStale = isStale;
        this.turn = turn;
    }
}
