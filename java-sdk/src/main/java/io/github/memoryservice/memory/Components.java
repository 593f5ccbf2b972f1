package io.github.memoryservice.memory;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The parts of one object and how they are joined. */
final class Components implements Compute.Cache {
    final State state;
    final TagReader tagReader;
    final Reader reader;
    final CoalescingReader coalescingReader;
    final Store store;
    final Writer writer;
    final Conditional conditional;
    final TagWriter tagWriter;
    final Updates updates;

    private final Config config;
    private final String place;
    private final Clock clock;
    private final Log log;
    private final Wire wire;
    private final Aws aws;
    /** What signs reads and grants; null for a public service. */
    private final Signing signing;
    private final Announcer announcer;
    private final ReentrantLock lock = new ReentrantLock();
    private Compute compute;

    Components(Config config, String service, String place, Settings settings, Clock clock, Log log) {
        this.config = config;
        this.place = place;
        this.clock = clock;
        this.log = log;
        Cloud cloud = Cloud.current();
        wire = cloud == null ? Network.wire(settings) : cloud.wire();
        Endpoints endpoints = new Endpoints(settings);
        Aws own = new Aws(wire, endpoints, Network.identity(wire, endpoints, null, service, config.region, clock), clock);
        aws = config.roleArn == null
                ? own
                : new Aws(wire, endpoints, Network.identity(wire, endpoints, config.roleArn, service, config.region, clock), clock);
        signing = Config.PRIVATE.equals(config.visibility) ? new Signing(config, place, Network.keys(config, own)) : null;
        Edge.Signer signer = signing == null ? null : new ReadSigner(signing, clock);
        String edgeOrigin = config.edge.toString();
        Edge edge = new Edge(wire, config.distribution.toString(), edgeOrigin, config.maxValueBytes, signer);
        Bucket bucket = new Bucket(config.bucket, config.region, aws);
        prepare(edgeOrigin, bucket);
        Origin origin = new Origin(bucket, config.maxValueBytes);
        store = new Store(bucket, config.staleIfError);
        state = new State(config);
        Circuit circuit = new Circuit(clock);
        ChangeReader changes = null;
        if (config.changes) {
            changes = new ChangeReader(config, place, edge, origin, state, clock, log, circuit);
            announcer = new Announcer(config, place, store, origin, state, clock);
        } else {
            announcer = null;
        }
        tagReader = new TagReader(config, place, state);
        reader = new Reader(config, edge, origin, state, clock, log, circuit, changes, tagReader);
        coalescingReader = new CoalescingReader(config, reader, state, clock);
        writer = new Writer(config, store, state, clock, announcer);
        conditional = new Conditional(store, reader, writer, state, clock);
        tagWriter = new TagWriter(config, reader, tagReader, writer, conditional, state, clock);
        updates = new Updates(reader, writer, conditional, tagWriter, clock, log);
    }

    /** Loads what TLS takes while there is a whole core (CFG-6); how S3 is reached is looked at when it is asked. */
    private void prepare(String edgeOrigin, Bucket bucket) {
        wire.prepare(Endpoint.of(edgeOrigin));
        try {
            wire.prepare(bucket.endpoint());
        } catch (ConfigurationException unreachable) {
            log.debug("S3 cannot be asked: " + unreachable.getMessage());
        }
    }

    /** What runs factories, made when it is needed. */
    Compute compute() {
        lock.lock();
        try {
            if (compute == null) {
                compute = new Compute(this, clock, log);
            }
            return compute;
        } finally {
            lock.unlock();
        }
    }

    /** The key of a name. */
    String key(String name) {
        return config.visibility + Names.path(config.visibility, place, name);
    }

    @Override
    public Reading find(String name, boolean isConsistent) {
        try {
            return isConsistent
                    ? reader.readOrigin(name, key(name), writer.until())
                    : coalescingReader.read(name, key(name), -1);
        } catch (CorruptValueException error) {
            throw new CorruptValueException(Names.show(name) + ": " + error.getMessage());
        }
    }

    @Override
    public Tagging prepare(PutOptions options) {
        return tagWriter.take(options.tags);
    }

    @Override
    public void store(String name, Object value, PutOptions options, Tagging tagging, long took) {
        Form form = Form.of(options, clock.wallMillis(), null, tagging);
        writer.put(writer.prepared(name, key(name), value, form, took));
    }

    Invalidation invalidation() {
        return new Invalidation(config.distributionId, config.region, aws);
    }

    /** Opens a prefix or a name to who reads (GRANT-1). */
    Grant grant(String what, Duration ttl) {
        if (signing == null) {
            throw new ConfigurationException("a public service needs no grants: its values are readable by anybody");
        }
        int seconds = Options.checkGrantTtl(ttl, config.maxGrant);
        boolean isPrefix = Names.isPrefix(what);
        String path = isPrefix ? Names.prefixPath(config.visibility, place, what) + "*" : Names.path(config.visibility, place, what);
        long now = clock.wallMillis();
        long expires = Math.floorDiv(now, 1000) + seconds;
        return new Grant(config.distribution.authority(), place, what, expires, signing.queryFor(path, expires, now));
    }

    /** Opens a prefix or a name to who writes (WGRANT-1), which is announced where that has to be (CHG-21). */
    WriteGrant grantPut(String what, Duration ttl, long maxBytes, PutOptions options) {
        WriteGrant.Terms terms = WriteGrant.check(config, place, what, ttl, maxBytes, options);
        Deadline until = writer.until();
        Endpoint endpoint = aws.endpoints.bucket(config.bucket, config.region);
        Credentials credentials = aws.credentials(until);
        Tagging tagging = tagWriter.take(options.tags);
        Map<String, String> generations = tagging == null ? Map.of() : tagging.generations;
        long now = announcer == null ? Math.floorDiv(AwsClock.present(), 1000) : announcer.announceFor(terms.lifetime, until);
        return WriteGrant.sign(config, place, endpoint, terms, generations, credentials, now);
    }

    void close() {
        wire.close();
    }

    /** Signs the reads of a private service by the clock of that. */
    private static final class ReadSigner implements Edge.Signer {
        private final Signing signing;
        private final Clock clock;
        private volatile Signing.Signed last;

        ReadSigner(Signing signing, Clock clock) {
            this.signing = signing;
            this.clock = clock;
        }

        @Override
        public String query(Deadline until) {
            Signing.Signed signed = signing.signature(clock.wallMillis(), until);
            last = signed;
            return signed.query;
        }

        @Override
        public boolean renew(String refused) {
            Signing.Signed signed = last;
            // Another read was refused as well, and first.
            return !signed.query.equals(refused) || signing.renew(signed, clock.wallMillis());
        }
    }
}
