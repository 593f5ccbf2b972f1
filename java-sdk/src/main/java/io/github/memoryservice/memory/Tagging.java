package io.github.memoryservice.memory;

import java.util.Map;

/** The tags of a document that is to be put. */
final class Tagging {
    /** What their generations were before the value was made (CTAG-12). */
    final Map<String, String> generations;
    /** Until when the records need not be read again, in Unix milliseconds by the clock of the service. */
    final double until;
    /** How many invalidations of this object had ended before. */
    final int turn;

    Tagging(Map<String, String> generations, double until, int turn) {
        this.generations = generations;
        this.until = until;
        this.turn = turn;
    }
}
