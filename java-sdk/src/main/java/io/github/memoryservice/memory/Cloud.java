package io.github.memoryservice.memory;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * S3, CloudFront and what else Memory Service asks, in memory: for tests. Between {@link #start} and {@link #close}, every {@link
 * MemoryService} that is made asks it and nobody else, and goes by its clock.
 *
 * <p>Every bucket exists and shares its objects with the others, and every distribution exists and is in front of them; one is private if
 * its requests are signed.
 */
public final class Cloud implements AutoCloseable {
    static final String ROLE_ACCESS_KEY = "ASIATESTING";
    private static final String ACCESS_KEY = "AKIATESTING";
    private static final Pattern SCOPE = Pattern.compile("Credential=([^/]+)/\\d+/[^/]+/([^/]+)/aws4_request");
    private static final Pattern BUCKET_HOST = Pattern.compile("(.+)\\.s3[.-].+");
    /** Seconds by which a signature may be ahead of S3's clock. */
    private static final long AHEAD = 900;

    /** The one that is started; null for the network. */
    private static volatile Cloud current;

    /** Something that happens each time S3 is about to carry out a request. */
    private static final class Hook {
        final Runnable act;
        final String method;
        final String key;
        int times;

        Hook(Runnable act, String method, String key, int times) {
            this.act = act;
            this.method = method;
            this.key = key;
            this.times = times;
        }
    }

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Asked> requests = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Hook> hooks = new ArrayList<>();
    private final CloudBucket bucket;
    private final CloudEdges edges;
    private final CloudServices services = new CloudServices(this::drop);
    private final CloudWire wire = new CloudWire(this);
    private final int pointsOfPresence;
    private Set<String> buckets;
    private Map<String, String> distributionIds;
    private Cloud before;
    private volatile int pop;

    /** Makes a cloud with a clock that goes with the machine's, and one point of presence. */
    public Cloud() {
        this(new ManualClock(), 1);
    }

    /**
     * Makes a cloud.
     *
     * @param clock the time of S3, of the edges and of services
     * @param pointsOfPresence how many there are, each with copies of its own
     */
    public Cloud(Clock clock, int pointsOfPresence) {
        this.clock = clock;
        this.pointsOfPresence = pointsOfPresence;
        this.bucket = new CloudBucket(clock);
        this.edges = new CloudEdges(clock, this::fromOrigin);
    }

    /** The cloud that services ask which are made now; null for the network. */
    static Cloud current() {
        return current;
    }

    /** Only these buckets exist, and only these distributions, by their ids: each with its host, and whether it is private. */
    void only(Set<String> itsBuckets, Map<String, String> hostsById, Map<String, Boolean> isPrivate) {
        buckets = itsBuckets;
        distributionIds = hostsById;
        edges.isPrivate.putAll(isPrivate);
    }

    /**
     * A configuration of a public service.
     *
     * @return which may be changed
     */
    public Map<String, Object> conf() {
        Map<String, Object> conf = new LinkedHashMap<>();
        conf.put("DISTRIBUTION", "public.testing");
        conf.put("BUCKET_NAME", "testing");
        conf.put("REGION", "us-east-1");
        return conf;
    }

    /**
     * Takes the place of the network.
     *
     * @return this
     */
    public Cloud start() {
        before = current;
        current = this;
        AwsClock.follow(clock);
        return this;
    }

    /** Gives the network its place back. */
    @Override
    public void close() {
        current = before;
        AwsClock.follow(before == null ? SystemClock.INSTANCE : before.clock);
    }

    /**
     * The objects by their keys, such as {@code public/shop/a.json}.
     *
     * @return as they are now
     */
    public Map<String, StoredObject> objects() {
        return locked(() -> new LinkedHashMap<>(bucket.objects));
    }

    /**
     * What it was asked, the oldest first, since this was called last.
     *
     * @return those
     */
    public List<Asked> takeRequests() {
        return locked(() -> {
            List<Asked> taken = new ArrayList<>(requests);
            requests.clear();
            return taken;
        });
    }

    /**
     * The invalidations so far.
     *
     * @return of each the distribution's id and then its paths
     */
    public List<List<String>> invalidations() {
        return locked(() -> new ArrayList<>(services.invalidations));
    }

    /**
     * Stores a parameter of SSM.
     *
     * @param name of it
     * @param value of it
     */
    public void putParameter(String name, String value) {
        locked(() -> services.parameters.put(name, value));
    }

    /**
     * Stores a secret of Secrets Manager.
     *
     * @param arn of it
     * @param value of it
     */
    public void putSecret(String arn, String value) {
        locked(() -> services.secrets.put(arn, value));
    }

    /**
     * Verifies signatures from now on; without any key, each one is believed.
     *
     * @param publicKeyId the key's id
     * @param publicKey the key
     */
    public void trust(String publicKeyId, PublicKey publicKey) {
        locked(() -> edges.keys.put(publicKeyId, publicKey));
    }

    /**
     * Stores an object, as somebody without an SDK does.
     *
     * @param key its key
     * @param body its bytes
     * @param headers the headers of a put
     */
    public void put(String key, byte[] body, Map<String, String> headers) {
        Map<String, String> lower = new HashMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        locked(() -> bucket.put(key, body, lower));
    }

    /**
     * Removes an object, as somebody without an SDK does.
     *
     * @param key its key
     */
    public void remove(String key) {
        locked(() -> bucket.objects.remove(key));
    }

    /**
     * Lets services reach another point of presence from now on.
     *
     * @param number from 0
     */
    public void roam(int number) {
        if (number < 0 || number >= pointsOfPresence) {
            throw new IllegalArgumentException("there are " + pointsOfPresence + " points of presence, from 0: none is " + number);
        }
        pop = number;
    }

    /**
     * Lets something go wrong from now on.
     *
     * @param fault such as {@code new Fault("s3", "status").status(503).times(2)}
     */
    public void fail(Fault fault) {
        locked(() -> faults.add(fault));
    }

    /**
     * Lets something happen each time S3 is about to carry out a request.
     *
     * @param act what happens
     * @param method the request's
     * @param key what the object's key begins with
     * @param times how often
     */
    public void meanwhile(Runnable act, String method, String key, int times) {
        locked(() -> hooks.add(new Hook(act, method, key, times)));
    }

    /** Lets everything work again, and nothing happen any more. */
    public void heal() {
        locked(() -> {
            faults.clear();
            hooks.clear();
            return null;
        });
    }

    /**
     * Asks an edge, as a program without an SDK does.
     *
     * @param host the distribution's domain
     * @param target path and query
     * @return the status of the answer
     */
    public int fetch(String host, String target) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        return locked(() -> edges.answer(host, path, mark < 0 ? "" : target.substring(mark + 1), null, pop).status);
    }

    /** What carries the requests of services. */
    Wire wire() {
        return wire;
    }

    Clock clock() {
        return clock;
    }

    static Credentials credentials(String roleArn) {
        return roleArn == null
                ? new Credentials(ACCESS_KEY, "testing", null, Double.NaN)
                : new Credentials(ROLE_ACCESS_KEY, "testing", "testing", Double.NaN);
    }

    /** The bytes of the answer to a request. */
    byte[] ask(Request request, Deadline deadline) throws WireException {
        int mark = request.target.indexOf('?');
        String path = mark < 0 ? request.target : request.target.substring(0, mark);
        Map<String, String> query = mark < 0 ? Map.of() : query(request.target.substring(mark + 1));
        Map<String, String> headers = new HashMap<>();
        for (String[] header : request.headers) {
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
        }
        String host = headers.getOrDefault("host", "");
        String[] credential = query.getOrDefault("X-Amz-Credential", "").split("/");
        if (credential.length > 3) {
            long signedAt = signedAt(query.getOrDefault("X-Amz-Date", ""));
            long expires = Long.parseLong(query.getOrDefault("X-Amz-Expires", "0"));
            return toS3(request, path, query, headers, credential[0], signedAt, expires, deadline);
        }
        Matcher signed = SCOPE.matcher(headers.getOrDefault("authorization", ""));
        if (!signed.find()) {
            if (!host.equals(request.host) && !host.startsWith(request.host + ":")) {
                throw new WireException(
                        "no connection to " + request.host + ": nothing is there but the cloud in memory", WireException.NOT_SENT);
            }
            int at = pop;
            Asked asked = new Asked("edge", request.method, path, at, null, 0, 0);
            String given = mark < 0 ? "" : request.target.substring(mark + 1);
            return carriedOut(asked, request, deadline, () -> edges.answer(host, path, given, headers.get("if-none-match"), at));
        }
        String service = signed.group(2);
        if ("s3".equals(service)) {
            return toS3(request, path, query, headers, signed.group(1), 0, 0, deadline);
        }
        Asked asked = new Asked(service, request.method, path, -1, signed.group(1), 0, 0);
        return carriedOut(asked, request, deadline, () -> services.answer(service, path, request.body));
    }

    private byte[] toS3(
            Request request,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String accessKey,
            long signedAt,
            long expires,
            Deadline deadline)
            throws WireException {
        Matcher host = BUCKET_HOST.matcher(headers.getOrDefault("host", ""));
        int slash = path.indexOf('/', 1);
        boolean isOfHost = host.matches();
        String name = isOfHost ? host.group(1) : path.substring(1, slash < 0 ? path.length() : slash);
        String key = isOfHost ? path.substring(Math.min(1, path.length())) : slash < 0 ? "" : path.substring(slash + 1);
        runHooks(request.method, key);
        Asked asked = new Asked("s3", request.method, "/" + name + "/" + key, -1, accessKey, signedAt, expires);
        return carriedOut(asked, request, deadline, () -> {
            double now = clock.wallMillis() / 1000.0;
            if (signedAt != 0 && (now > signedAt + expires || now < signedAt - AHEAD)) {
                String why = now > signedAt + expires ? "Request has expired" : "Request is not valid yet";
                return CloudAnswer.refusal(403, "AccessDenied", why).dated(clock.wallMillis());
            }
            if (buckets != null && !buckets.contains(name)) {
                return CloudAnswer.refusal(404, "NoSuchBucket", "NoSuchBucket").dated(clock.wallMillis());
            }
            return bucket.answer(request.method, key, query, headers, request.body);
        });
    }

    /** Something that is done under the lock. */
    private interface Deed<T> {
        T act() throws WireException;
    }

    private byte[] carriedOut(Asked asked, Request request, Deadline deadline, Deed<CloudAnswer> act) throws WireException {
        lock.lock();
        try {
            requests.add(asked);
            Fault fault = fault(asked.where, asked.method, asked.path, asked.pop);
            if (fault != null && fault.isBefore()) {
                CloudAnswer answer = fault.instead(deadline, request.body, request.isLong).dated(clock.wallMillis());
                asked.status = answer.status;
                return Fault.octets(null, answer, deadline, request.isLong);
            }
            CloudAnswer answer = act.act();
            byte[] octets = Fault.octets(fault, answer, deadline, request.isLong);
            asked.status = answer.status;
            return octets;
        } finally {
            lock.unlock();
        }
    }

    private CloudAnswer fromOrigin(String key) {
        String name = buckets == null ? "testing" : new TreeSet<>(buckets).first();
        Fault fault = fault("origin", "GET", "/" + name + "/" + key, -1);
        if (fault == null || !fault.isBefore()) {
            return bucket.found(key);
        }
        try {
            return fault.instead(Deadline.in(Integer.MAX_VALUE), new byte[0], false);
        } catch (WireException none) {
            return null;
        }
    }

    private Fault fault(String where, String method, String path, int at) {
        for (Fault fault : faults) {
            if (fault.meets(where, method, path, at)) {
                return fault;
            }
        }
        return null;
    }

    private void runHooks(String method, String key) {
        List<Hook> due = new ArrayList<>();
        locked(() -> {
            for (Hook hook : hooks) {
                if (hook.method.equals(method) && key.startsWith(hook.key) && hook.times > 0) {
                    hook.times--;
                    due.add(hook);
                }
            }
            return null;
        });
        for (Hook hook : due) {
            hook.act.run(); // it may ask this cloud: no lock is held
        }
    }

    private boolean drop(String distributionId, List<String> paths) {
        List<String> kinds = Arrays.asList("public", "private");
        if (distributionIds != null) {
            String host = distributionIds.get(distributionId);
            if (host == null) {
                return false;
            }
            kinds = Collections.singletonList(edges.isPrivate.getOrDefault(host, false) ? "private" : "public");
        }
        for (String kind : kinds) {
            paths.forEach(path -> edges.drop(kind, path));
        }
        return true;
    }

    private <T> T locked(Supplier<T> act) {
        lock.lock();
        try {
            return act.get();
        } finally {
            lock.unlock();
        }
    }

    /** The parameters of a query; of several of a name the first. */
    static Map<String, String> query(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String one : text.split("&")) {
            if (!one.isEmpty()) {
                String[] both = one.split("=", 2);
                String value = both.length < 2 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8);
                found.putIfAbsent(URLDecoder.decode(both[0], StandardCharsets.UTF_8), value);
            }
        }
        return found;
    }

    /** A time as {@code 20270115T080000Z} has it, in Unix seconds. */
    private static long signedAt(String date) {
        return LocalDateTime.parse(date, DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")).toEpochSecond(ZoneOffset.UTC);
    }
}
