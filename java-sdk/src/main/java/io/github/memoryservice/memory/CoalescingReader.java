package io.github.memoryservice.memory;

/** Gives who asks what memory has, or lets those who ask for one name at a time share one request (MEM-4). */
final class CoalescingReader implements TagReader.Records {
    /** How much of a get's time is the edge's; the rest is kept for S3 (TIME-3). */
    static final double EDGE_SHARE = 0.6;

    private final double deadline;
    private final boolean isFailingOver;
    private final Reader reader;
    private final State state;
    private final Clock clock;

    CoalescingReader(Config config, Reader reader, State state, Clock clock) {
        this.deadline = config.deadline;
        this.isFailingOver = config.failover;
        this.reader = reader;
        this.state = state;
        this.clock = clock;
    }

    /**
     * Reads what is stored under a name, as new as this service knows it to be.
     *
     * @param missed the {@code arrivals} of memory when the caller looked there in vain; -1 if it has not looked
     */
    Reading read(String name, String key, long missed) {
        Deadline until = Deadline.in(deadline);
        // Some of a get's time is S3's, whatever the edge or another thread does with the rest (TIME-3, TIME-4).
        return by(name, key, isFailingOver ? Deadline.in(deadline * EDGE_SHARE) : until, until, missed);
    }

    /** Reads the record of a tag (CTAG-6). */
    @Override
    public Reading read(String name, String key, Deadline edgeDeadline, Deadline until) {
        return by(name, key, edgeDeadline, until, -1);
    }

    private Reading by(String name, String key, Deadline edgeDeadline, Deadline until, long missed) {
        SingleFlight.Flight<Reading> mine = new SingleFlight.Flight<>();
        SingleFlight.Flight<Reading> flight = null;
        CachedValue copy = null;
        state.lock.lock();
        try {
            Local local = state.local;
            if (local.arrivals != missed) {
                double now = clock.wallMillis();
                copy = Names.isTagRecord(name) ? local.freshRecord(name, now) : local.fresh(name, now);
            }
            if (copy == null) {
                flight = state.singleFlight.join(name, mine);
            }
        } finally {
            state.lock.unlock();
        }
        if (copy != null) {
            return Reading.of(Reading.MEMORY, copy);
        }
        if (flight == mine) {
            return lead(mine, name, key, edgeDeadline, until);
        }
        return joined(flight, name, key, edgeDeadline, until);
    }

    private Reading lead(SingleFlight.Flight<Reading> mine, String name, String key, Deadline edgeDeadline, Deadline until) {
        Reading outcome = null;
        Throwable error = null;
        try {
            outcome = reader.read(name, key, edgeDeadline, until, this);
            return outcome;
        } catch (RuntimeException | Error raised) {
            error = raised;
            throw raised;
        } finally {
            state.singleFlight.land(name, mine, outcome, error);
        }
    }

    /** What another's request for the same name brings, if it comes in time and is new enough. */
    private Reading joined(
            SingleFlight.Flight<Reading> flight, String name, String key, Deadline edgeDeadline, Deadline until) {
        if (flight.isOfThisThread()) {
            return reader.readOrigin(name, key, until);
        }
        if (flight.wait(edgeDeadline)) {
            Reading joined = flight.outcome();
            if (joined != null && suits(name, joined)) {
                return joined.shared();
            }
        } else if (!isFailingOver) {
            throw new UnavailableException("the request of another thread for the same name did not end in time");
        }
        return reader.beyondEdge(name, key, until, null, this);
    }

    /** Whether the outcome of another's request is new enough for one who joined it. */
    private boolean suits(String name, Reading reading) {
        Stats counts = state.counts(name);
        state.lock.lock();
        try {
            CachedValue copy = reading.copy;
            if (copy != null && copy.isExpired(clock.wallMillis())) {
                return false; // what was fetched before its end says nothing after it (EXP-1)
            }
            if (reading.answer == null) {
                boolean isNewest = state.session.isNewest(name, copy == null ? null : copy.version);
                if (isNewest && Reading.MEMORY.equals(reading.source)) {
                    counts.memoryHits++;
                    counts.confirmed++;
                }
                return isNewest;
            }
            boolean isAccepted = state.session.accepts(name, reading.answer, reading.started);
            if (isAccepted) {
                counts.sharedReads++;
            }
            return isAccepted;
        } finally {
            state.lock.unlock();
        }
    }
}
