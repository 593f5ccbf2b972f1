package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Announces in the change record what is about to change (sections 14.2 and 14.3), for all threads of a service: one at a time puts the
 * record, for all who have come meanwhile. Times are seconds of S3's time.
 */
final class Announcer {
    /** After which everything is announced (CHG-8). */
    private static final int MOST_LOST = 2;
    /** For how long what S3 had is worth another put; what is older, others have changed more often than not. */
    private static final double RECENT_MILLIS = 10_000;

    /** What S3 has: a record if there is one that is believed, and its version; null if there is none. */
    private static final class Seen {
        final Changes record;
        final String version;

        Seen(Changes record, String version) {
            this.record = record;
            this.version = version;
        }
    }

    /** What came of a put of the record. */
    private static final class Attempt {
        /** What S3 has now; null if that has to be read. */
        Seen seen;
        long e;
        List<Wish> wishes = List.of();
        boolean isUnknown;
        boolean isRefused;
    }

    private final String key;
    private final String mark;
    private final Form form;
    private final Store store;
    private final Origin origin;
    private final State state;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Wish> wishes = new ArrayList<>();
    private boolean isTaken;
    // Only whoever has the turn uses these.
    private Seen last;
    private double lookedAt;
    private long newest;

    Announcer(Config config, String place, Store store, Origin origin, State state, Clock clock) {
        this.key = config.visibility + Names.recordPath(place);
        this.mark = Changes.placeMark(config.bucket, key);
        this.form = Form.ofRecord(config.edgeTtl);
        this.store = store;
        this.origin = origin;
        this.state = state;
        this.clock = clock;
    }

    /** Announces names, all if they are null, and writes. */
    <T> T write(Collection<String> names, Deadline until, Function<Fence, T> send) {
        boolean isUnknown = false;
        long least = 0;
        for (int attempt = 1; ; attempt++) {
            Fence fence = null;
            try {
                fence = new Fence(announce(names, until, least));
                T written = send.apply(fence);
                if (fence.late != 0) {
                    announceLate(names, until, fence.late);
                }
                return written;
            } catch (ExpiredException error) {
                isUnknown |= error.isOutcomeUnknown();
                least = fence == null ? least : fence.e + 1;
            } catch (NotMetException error) {
                throw new NotMetException(isUnknown || error.isUnknown);
            } catch (UnannouncedException error) {
                throw error;
            } catch (UnavailableException | AccessDeniedException | ConfigurationException error) {
                if (!isUnknown) {
                    throw error;
                }
                // What was said last does not tell what became of an attempt before (WRITE-5).
                throw new UnavailableException(error.getMessage(), true);
            }
            if (until.isOver()) {
                throw new UnavailableException(
                        "a write did not begin within the 20 s after its announcement: the time was over", isUnknown);
            }
            Backoff.pause(clock, attempt);
        }
    }

    /** Announces names, all if they are null, unless that has been done just now, and returns with which time (CHG-7 to CHG-10). */
    long announce(Collection<String> names, Deadline until, long least) {
        return announced(new Wish(names, least, 0), until);
    }

    /** Announces that others may write anything for so many seconds, and returns since when that counts (CHG-21). */
    long announceFor(long lifetime, Deadline until) {
        return announced(new Wish(List.of(), 0, lifetime), until);
    }

    private long announced(Wish wish, Deadline until) {
        List<Wish> group = new ArrayList<>();
        lock.lock();
        try {
            wishes.add(wish);
            while (isTaken && !wish.isOver()) {
                await(wish, until);
            }
            wishes.remove(wish);
            if (wish.isOver()) {
                return outcome(wish);
            }
            isTaken = true;
            group.add(wish);
            group.addAll(wishes);
            wishes.clear();
        } finally {
            lock.unlock();
        }
        MemoryServiceException failure = null;
        try {
            commit(group, until);
        } catch (MemoryServiceException error) {
            failure = error;
        } finally {
            lock.lock();
            try {
                for (Wish one : group) {
                    // Others may have more time than the one who had the turn.
                    if (failure != null && one.e == 0 && (one == wish || !(failure instanceof UnavailableException))) {
                        one.error = failure;
                    }
                    if (!one.isOver() && !one.isAbandoned && one != wish) {
                        wishes.add(one);
                    }
                }
                isTaken = false;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return outcome(wish);
    }

    private void await(Wish wish, Deadline until) {
        boolean isLate;
        try {
            isLate = !changed.await(until.leftNanos(), TimeUnit.NANOSECONDS) && until.isOver();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            isLate = true;
        }
        if (isLate && !wish.isOver()) {
            wish.isAbandoned = true;
            wishes.remove(wish);
            throw new UnavailableException(key + ": the announcement of another thread did not end in time");
        }
    }

    private static long outcome(Wish wish) {
        if (wish.e == 0 && wish.error != null) {
            throw wish.error;
        }
        return wish.e;
    }

    /** Raises the record until all of a group is announced. */
    private void commit(List<Wish> group, Deadline until) {
        Attempt tried = new Attempt();
        double age = AwsClock.present() - lookedAt;
        tried.seen = 0 <= age && age <= RECENT_MILLIS ? last : null;
        int lost = 0;
        for (int attempt = 0; ; attempt++) {
            if (attempt > 0) {
                if (until.isOver()) {
                    throw new UnavailableException(key + ": other writers were faster until the time was over");
                }
                Backoff.pause(clock, attempt);
            }
            Seen seen = tried.seen != null ? tried.seen : look(until);
            boolean isDone = tried.isUnknown;
            for (Wish wish : tried.wishes) {
                isDone &= wish.isIn(seen.record, tried.e);
            }
            isDone &= !tried.wishes.isEmpty();
            if (isDone) {
                for (Wish wish : tried.wishes) {
                    wish.e = tried.e;
                }
            }
            boolean isLost = tried.isRefused && !isDone;
            count(isDone, isLost);
            lost += isLost ? 1 : 0;
            List<Wish> left = new ArrayList<>();
            double now = AwsClock.present() / 1000.0;
            for (Wish wish : group) {
                if (wish.e == 0) {
                    wish.e = wish.sharedBy(seen.record, now);
                }
                if (wish.e == 0) {
                    left.add(wish);
                }
            }
            if (left.isEmpty()) {
                return;
            }
            tried = put(seen, left, until, lost >= MOST_LOST);
        }
    }

    /** Puts the record once, with what is to be announced, and notes that it is if that succeeded. */
    private Attempt put(Seen seen, List<Wish> left, Deadline until, boolean isWide) {
        double started = AwsClock.present();
        Attempt tried = new Attempt();
        tried.wishes = left;
        tried.e = (long) (started / 1000);
        boolean isEverything = isWide;
        TreeSet<Integer> buckets = new TreeSet<>();
        for (Wish wish : left) {
            tried.e = Math.max(tried.e, wish.least);
            isEverything |= wish.buckets == null;
            if (wish.buckets != null) {
                buckets.addAll(wish.buckets);
            }
        }
        long all = isEverything ? tried.e : 0;
        for (Wish wish : left) {
            all = Math.max(all, wish.lifetime > 0 ? tried.e + wish.lifetime : 0);
        }
        Changes known = seen.record != null ? seen.record : Changes.first(tried.e);
        Changes raised = known.raised(tried.e, isEverything ? new int[0] : buckets.stream().mapToInt(Integer::intValue).toArray(), all);
        Stored stored;
        try {
            stored = store.putIf(key, raised.document(mark), form, seen.version, new Fence(tried.e), until);
        } catch (UnavailableException error) {
            if (!error.isOutcomeUnknown() && !(error instanceof ExpiredException)) {
                throw error;
            }
            tried.isUnknown = error.isOutcomeUnknown();
            return tried;
        }
        if (stored.isRefused()) {
            tried.isUnknown = stored.isInDoubt;
            tried.isRefused = true;
            return tried;
        }
        count(true, false);
        tried.seen = seen(stored.version, raised.isOf(stored.date / 1000) ? raised : null);
        if (AwsClock.isRight(started, stored.date)) {
            for (Wish wish : left) {
                wish.e = tried.e;
            }
        }
        return tried;
    }

    /** Reads what S3 has. */
    private Seen look(Deadline until) {
        double started = AwsClock.present();
        last = null;
        Answer answer;
        try {
            answer = origin.readRecord(key, null, ChangeReader.MAX_BYTES, until);
        } catch (UnavailableException error) {
            throw new UnavailableException("nothing can be announced: " + error.getMessage());
        }
        AwsClock.isRight(started, answer.date());
        if (answer.document() == null) {
            return seen(null, null);
        }
        return seen(answer.version(), Changes.believed(answer.document(), answer.storedAt() / 1000, mark));
    }

    /** Notes what S3 has: a record of before one that was there already is not believed (CHG-20). */
    private Seen seen(String version, Changes record) {
        Changes believed = record != null && record.newest < newest ? null : record;
        newest = believed == null ? 0 : believed.newest;
        Seen seen = new Seen(believed, version);
        lookedAt = AwsClock.present();
        // Without an ETag there is nothing to put the next one on.
        last = "".equals(version) ? null : seen;
        return seen;
    }

    /** Announces what was written later than it was to be (CHG-13). */
    private void announceLate(Collection<String> names, Deadline until, long date) {
        try {
            announce(names, until, date);
        } catch (MemoryServiceException error) {
            throw new UnannouncedException("what was written took too long for its announcement, and cannot be announced again ("
                    + error.getMessage() + "): others may not see it for a day. Write it once more");
        }
    }

    private void count(boolean isAnnounced, boolean isLost) {
        state.lock.lock();
        try {
            state.stats.announcements += isAnnounced ? 1 : 0;
            state.stats.conflicts += isLost ? 1 : 0;
        } finally {
            state.lock.unlock();
        }
    }
}
