package io.github.memoryservice.memory;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** AWS credentials: who gives them, and that they are still good (AWS-2, ROLE-1). */
final class CredentialSource implements Aws.Identity {
    private static final long RENEWED_BEFORE_MILLIS = 300_000;

    /** Those of the process: a handler may make a service in each call. */
    private static final ConcurrentHashMap<String, Kept> ALL = new ConcurrentHashMap<>();

    /** Temporary credentials, and who fetches new ones. */
    private static final class Kept {
        private final ReentrantLock renewal = new ReentrantLock();
        private volatile Credentials found;
    }

    private final Wire wire;
    private final Endpoints endpoints;
    private final String roleArn;
    private final String sessionName;
    private final String region;
    private final Clock clock;

    /**
     * Makes it.
     *
     * @param roleArn the role whose they are; null for the function's own
     * @param sessionName what the role's calls are logged as
     * @param region where STS is asked if the platform names no Region; null for none
     */
    CredentialSource(Wire wire, Endpoints endpoints, String roleArn, String sessionName, String region, Clock clock) {
        this.wire = wire;
        this.endpoints = endpoints;
        this.roleArn = roleArn;
        this.sessionName = sessionName;
        this.region = region;
        this.clock = clock;
    }

    @Override
    public Credentials credentials(Deadline until) {
        Credentials given = wire.credentials(roleArn);
        if (given != null) {
            return given;
        }
        if (roleArn == null) {
            return own(until);
        }
        return renewed("role " + roleArn + ' ' + sessionName + ' ' + endpoints.settings.variable("AWS_ACCESS_KEY_ID"), true, until);
    }

    private Credentials own(Deadline until) {
        Settings settings = endpoints.settings;
        String id = settings.variable("AWS_ACCESS_KEY_ID");
        String secret = settings.variable("AWS_SECRET_ACCESS_KEY");
        if (id != null && secret != null) {
            return new Credentials(id, secret, settings.variable("AWS_SESSION_TOKEN"), Double.NaN);
        }
        if (id != null || secret != null) {
            throw incomplete(id == null ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY");
        }
        return renewed("own " + CredentialChain.origin(settings), false, until);
    }

    static ConfigurationException incomplete(String lacking) {
        return new ConfigurationException("the AWS credentials are incomplete: set " + lacking + " as well");
    }

    private Credentials fetch(boolean isRole, Deadline until) {
        CredentialChain chain = new CredentialChain(wire, endpoints, region, clock, until);
        return isRole ? chain.sts().assumeRole(own(until), roleArn, sessionName, null) : chain.find();
    }

    /** The credentials at hand, fetched anew when they are about to end. One thread fetches them for all. */
    private Credentials renewed(String key, boolean isRole, Deadline until) {
        Kept kept = ALL.computeIfAbsent(key, unknown -> new Kept());
        Credentials found = kept.found;
        if (isGood(found, RENEWED_BEFORE_MILLIS)) {
            return found;
        }
        boolean isAtHand = isGood(found, 0);
        if (!enter(kept.renewal, isAtHand, until)) {
            return found; // another thread fetches new ones
        }
        try {
            Credentials meanwhile = kept.found;
            if (isGood(meanwhile, RENEWED_BEFORE_MILLIS)) {
                return meanwhile;
            }
            Credentials fetched = fetch(isRole, until);
            kept.found = fetched;
            return fetched;
        } catch (MemoryServiceException error) {
            if (!isAtHand) {
                throw error;
            }
            return found; // they are good for some minutes yet
        } finally {
            kept.renewal.unlock();
        }
    }

    private static boolean enter(ReentrantLock renewal, boolean isAtHand, Deadline until) {
        try {
            if (isAtHand ? renewal.tryLock() : renewal.tryLock(until.leftNanos(), TimeUnit.NANOSECONDS)) {
                return true;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (isAtHand) {
            return false;
        }
        throw new UnavailableException("another thread's request for AWS credentials did not end in time");
    }

    private static boolean isGood(Credentials found, long left) {
        return found != null && !(found.expiresAt - left <= System.currentTimeMillis());
    }
}
