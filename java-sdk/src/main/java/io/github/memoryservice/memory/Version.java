package io.github.memoryservice.memory;

/** The version of this SDK. */
final class Version {
    static final String CURRENT = "0.1.0";

    private Version() {}
}
