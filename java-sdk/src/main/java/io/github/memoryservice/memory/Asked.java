package io.github.memoryservice.memory;

/** One request that the cloud in memory was asked. */
public final class Asked {
    final String where;
    final String method;
    final String path;
    /** Of an edge, the number of the point of presence; -1 elsewhere. */
    final int pop;
    /** Null if nobody signed. */
    final String accessKey;
    /** Since when its signature holds, in Unix seconds, if that is in the query; else 0. */
    final long signedAt;
    final long expires;
    /** 0 if a fault left the request without an answer. */
    int status;

    Asked(String where, String method, String path, int pop, String accessKey, long signedAt, long expires) {
        this.where = where;
        this.method = method;
        this.path = path;
        this.pop = pop;
        this.accessKey = accessKey;
        this.signedAt = signedAt;
        this.expires = expires;
    }

    /**
     * Who was asked.
     *
     * @return {@code edge}, {@code s3}, {@code ssm}, {@code secretsmanager}, {@code sts} or {@code cloudfront}
     */
    public String where() {
        return where;
    }

    /**
     * The HTTP method.
     *
     * @return such as {@code GET}
     */
    public String method() {
        return method;
    }

    /**
     * The path, without the query.
     *
     * @return of S3 {@code /<bucket>/<key>}
     */
    public String path() {
        return path;
    }

    /**
     * The status of the answer.
     *
     * @return that, or 0 if a fault left the request without one
     */
    public int status() {
        return status;
    }

    @Override
    public String toString() {
        return where + ": " + method + " " + path + " " + status;
    }
}
