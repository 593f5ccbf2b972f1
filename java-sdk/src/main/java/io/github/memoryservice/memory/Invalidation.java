package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Asks CloudFront to drop what its edges hold (INV-1, INV-2). */
final class Invalidation {
    private static final int PATHS_PER_REQUEST = 1000;
    private static final String VERSION = "2020-05-31";
    private static final int FIRST_ERROR = 300;

    private final String distributionId;
    private final String region;
    private final Aws aws;

    /**
     * Makes it.
     *
     * @param distributionId null if nobody says it
     * @param region of the configuration, which decides the partition; null for the platform's
     */
    Invalidation(String distributionId, String region, Aws aws) {
        this.distributionId = distributionId;
        this.region = region;
        this.aws = aws;
    }

    /**
     * Sees whether it can be asked for at all.
     *
     * @throws ConfigurationException there is no DISTRIBUTION_ID (INV-2)
     */
    void check() {
        if (distributionId == null) {
            throw new ConfigurationException("invalidate needs DISTRIBUTION_ID: give it in the configuration or set MEMORY_DISTRIBUTION_ID");
        }
    }

    /**
     * Asks for paths to be dropped. It takes CloudFront some seconds.
     *
     * @param paths of URLs, as they are sent; {@code *} at the end of one stands for all that begin so
     * @param done what has been done in S3, for the message
     * @param seconds that each request may take
     * @throws AccessDeniedException the function's role lacks cloudfront:CreateInvalidation
     * @throws ConfigurationException there is no such distribution
     * @throws UnavailableException CloudFront did not answer, or has too many invalidations to do
     */
    void send(List<String> paths, String done, double seconds) {
        check();
        for (int start = 0; start < paths.size(); start += PATHS_PER_REQUEST) {
            List<String> page = paths.subList(start, Math.min(paths.size(), start + PATHS_PER_REQUEST));
            MemoryServiceException error;
            try {
                error = ask(page, Deadline.in(seconds));
            } catch (MemoryServiceException unasked) {
                error = unasked;
            }
            if (error != null) {
                throw told(error, done + ", but edges may serve their copies until these are old: " + error.getMessage());
            }
        }
    }

    /** The same error, with another message. */
    private static MemoryServiceException told(MemoryServiceException error, String message) {
        if (error instanceof AccessDeniedException) {
            return new AccessDeniedException(message, error);
        }
        return error instanceof ConfigurationException ? new ConfigurationException(message, error) : new UnavailableException(message, false, error);
    }

    /**
     * Sends one request.
     *
     * @return the error, if it was refused; else null
     * @see <a href="https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html">CreateInvalidation</a>
     */
    private MemoryServiceException ask(List<String> paths, Deadline until) {
        StringBuilder xml = new StringBuilder("<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/" + VERSION + "/\"><Paths><Quantity>");
        xml.append(paths.size()).append("</Quantity><Items>");
        for (String path : paths) { // of the letters that KEY-2 leaves: none needs an escape
            xml.append("<Path>").append(path).append("</Path>");
        }
        // Sent again after an answer that was lost, the reference makes it the same invalidation.
        xml.append("</Items></Paths><CallerReference>").append(Platform.writeId()).append(Platform.writeId());
        AwsRequest request = new AwsRequest(
                aws.endpoints.of("cloudfront", region),
                "cloudfront",
                "POST",
                '/' + VERSION + "/distribution/" + distributionId + "/invalidation",
                AwsRequest.WRITE);
        request.headers = List.<String[]>of(new String[] {"Content-Type", "application/xml"});
        request.body = xml.append("</CallerReference></InvalidationBatch>").toString().getBytes(StandardCharsets.UTF_8);
        Outcome outcome = aws.send(request, until);
        String what = "invalidating " + paths.size() + " paths";
        if (outcome.answer == null) {
            return new UnavailableException(what + ": CloudFront: " + outcome.failure.getMessage());
        }
        if (outcome.answer.status < FIRST_ERROR) {
            return null;
        }
        String code = Refusals.code(outcome.answer.body);
        return Refusals.error(code.isEmpty() ? String.valueOf(outcome.answer.status) : code, what, "CloudFront", outcome.answer.status, "");
    }
}
