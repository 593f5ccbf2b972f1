/** A serverless cache and key-value store on S3 and CloudFront. */
module io.github.memoryservice.memory {
    exports io.github.memoryservice.memory;
}
