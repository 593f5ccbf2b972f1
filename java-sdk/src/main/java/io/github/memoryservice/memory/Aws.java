package io.github.memoryservice.memory;

import java.util.ArrayList;
import java.util.List;

/** Signs requests to AWS and sends them, again as long as that makes sense (section 12). */
final class Aws {
    /** Gives what requests are signed with. */
    interface Identity {
        /**
         * The credentials of now.
         *
         * @throws MemoryServiceException there are none, or nobody gave them in time
         */
        Credentials credentials(Deadline until);
    }

    private static final int ATTEMPTS = 4;
    private static final int FIRST_ERROR = 300;
    private static final int LATER = 5;

    final Endpoints endpoints;
    private final Wire wire;
    private final Identity identity;
    private final Clock clock;

    Aws(Wire wire, Endpoints endpoints, Identity identity, Clock clock) {
        this.wire = wire;
        this.endpoints = endpoints;
        this.identity = identity;
        this.clock = clock;
    }

    /** What requests are signed with now. */
    Credentials credentials(Deadline until) {
        return identity.credentials(until);
    }

    /**
     * Sends a request until there is an answer that counts.
     *
     * @throws ConfigurationException there are no credentials, or the way to AWS is not supported
     * @throws AccessDeniedException the role may not be assumed
     * @throws UnavailableException nobody gave credentials in time
     */
    Outcome send(AwsRequest request, Deadline until) {
        String path = request.endpoint.path + request.path;
        boolean isUnknown = false;
        boolean hasSetClock = false;
        for (int attempt = 1; ; attempt++) {
            Request signed = signed(request, path, identity.credentials(until));
            if (request.fence != null && request.fence.isOver()) {
                return new Outcome(null, new WireException("its announcement is too old", WireException.NOT_SENT), isUnknown, true);
            }
            long started = AwsClock.present();
            Response answer = null;
            WireException failure = null;
            try {
                answer = wire.ask(signed, until);
            } catch (WireException error) {
                failure = error;
            }
            if (answer != null && answer.status < FIRST_ERROR) {
                return new Outcome(answer, null, false, false);
            }
            if (request.fence != null && answer != null && Refusals.isOutOfTime(answer.body)) {
                AwsClock.isRight(started, Dates.ofHttp(answer.headers.get("date")));
                return new Outcome(answer, null, isUnknown || answer.wasSentTwice, true);
            }
            isUnknown |= request.kind != AwsRequest.READ && isUnknown(answer, failure);
            String code = answer == null ? "" : Refusals.code(answer.body);
            if (answer != null && !hasSetClock && Refusals.isSkewed(code) && AwsClock.learn(Dates.ofHttp(answer.headers.get("date")))) {
                hasSetClock = true;
                continue;
            }
            int factor = answer != null && isRefused(answer.status) ? LATER : 1;
            long wait = (long) (Backoff.longest(attempt) * clock.random() * factor);
            if (attempt >= ATTEMPTS || !isWorthAnother(answer, failure, code, request.kind) || wait >= until.leftMillis()) {
                return new Outcome(answer, failure, isUnknown, false);
            }
            Backoff.sleep(clock, wait);
        }
    }

    private static Request signed(AwsRequest request, String path, Credentials credentials) {
        Endpoint endpoint = request.endpoint;
        byte[] body = request.bodies == null ? request.body : request.bodies.get();
        List<String[]> headers = new ArrayList<>(request.headers.size() + 5);
        headers.add(new String[] {"Host", endpoint.authority});
        headers.addAll(request.headers);
        String query = request.query;
        long sendUntil = 0;
        if (request.fence == null) {
            headers = Sigv4.headers(request, path, body, headers, credentials, AwsClock.present());
        } else {
            query = Sigv4.query(request, path, headers, credentials, request.fence.e * 1000, Fence.LIFETIME);
            sendUntil = request.fence.end();
        }
        String target = query.isEmpty() ? path : path + '?' + query;
        boolean isLong = "POST".equals(request.method) && "s3".equals(request.service); // it removes many
        return new Request(request.method, endpoint, target, headers, body, request.limit, sendUntil, request.bodies != null, isLong);
    }

    /** RETRY-1, RETRY-3, WRITE-3. */
    private static boolean isWorthAnother(Response answer, WireException failure, String code, int kind) {
        if (answer == null) {
            return kind == AwsRequest.READ
                    || failure.state == WireException.NOT_SENT
                    || failure.state == WireException.ENDED && kind == AwsRequest.WRITE;
        }
        return isOfServer(answer.status) || isRefused(answer.status) || Refusals.isBusy(code);
    }

    /** Whether a write may have been carried out (WRITE-2). */
    private static boolean isUnknown(Response answer, WireException failure) {
        return answer == null ? failure.mayHaveArrived() : answer.wasSentTwice || isOfServer(answer.status);
    }

    private static boolean isOfServer(int status) {
        return status == 500 || status == 502 || status == 504;
    }

    /** What has changed nothing for sure (WRITE-2). */
    private static boolean isRefused(int status) {
        return status == 429 || status == 503;
    }
}
