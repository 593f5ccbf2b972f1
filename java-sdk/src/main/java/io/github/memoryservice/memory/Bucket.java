package io.github.memoryservice.memory;

/** Asks S3 about one bucket, and knows what its refusals mean. */
final class Bucket {
    final String name;
    final Aws aws;
    private final String region;

    /**
     * Makes it.
     *
     * @param region null for the platform's
     */
    Bucket(String name, String region, Aws aws) {
        this.name = name;
        this.region = region;
        this.aws = aws;
    }

    /**
     * Where the bucket is asked.
     *
     * @throws ConfigurationException nobody says that, or in no way to follow
     */
    Endpoint endpoint() {
        return aws.endpoints.bucket(name, region);
    }

    /** A request about a key, or about the bucket if that is empty. */
    AwsRequest request(String method, String key, int kind) {
        Endpoint endpoint = endpoint();
        return new AwsRequest(endpoint, "s3", method, key.isEmpty() && !endpoint.path.isEmpty() ? "" : '/' + key, kind);
    }

    Outcome ask(AwsRequest request, Deadline until) {
        return aws.send(request, until);
    }

    /** The error for a request that has no answer. */
    UnavailableException failed(Outcome outcome, String what) {
        return unavailable(what + " in bucket " + name + ": S3 at " + endpoint().authority + ": " + outcome.failure.getMessage(), outcome.isUnknown);
    }

    /** The error for a refusal. */
    MemoryServiceException refused(Response answer, String what) {
        String code = Refusals.code(answer.body);
        return refusal(code.isEmpty() ? String.valueOf(answer.status) : code, what, answer.status, answer.headers.text("x-amz-bucket-region"));
    }

    /** The error for a code with which S3 refuses. */
    MemoryServiceException refusal(String code, String what, int status, String where) {
        return Refusals.error(code, what + " in bucket " + name, "S3", status, where);
    }

    static UnavailableException unavailable(String message, boolean isUnknown) {
        return new UnavailableException(
                isUnknown ? message + ". It may have taken place all the same: read the value and decide" : message, isUnknown);
    }
}
