/**
 * A serverless cache and key-value store on S3 and CloudFront, shared by functions in Java, Python and Node.js.
 *
 * <p>Values are {@code null}, {@link java.lang.Boolean}, {@link java.lang.Long}, {@link java.math.BigInteger} beyond it, {@link
 * java.lang.Double}, {@link java.lang.String}, {@code byte[]}, {@link java.util.List} and {@link java.util.Map} with strings as keys. What
 * comes back has the type that was stored, whatever language stored it.
 */
package io.github.memoryservice.memory;
