package io.github.memoryservice.memory;

import java.util.List;

/** The SDK's own log: to the platform's logger, or with LOG_LEVEL to standard error. It never has a value, a key or a query. */
final class Log {
    private static final int DEBUG = 0;
    private static final int WARN = 2;

    /** Lets every log say all that it can; for those who look for secrets in it (KEYS-4). */
    static volatile boolean saysAll;

    private final int level;

    /** One that shows what LOG_LEVEL says; null leaves that to the platform. */
    Log(String level) {
        this.level = level == null ? -1 : List.of("debug", "info", "warn", "error", "silent").indexOf(level);
    }

    /** Whether it is worth while to make up a line for who looks for faults. */
    boolean isDebug() {
        return level == DEBUG || saysAll;
    }

    void debug(String line) {
        if (isDebug()) {
            System.err.println("memory: " + line);
        }
    }

    void warn(String line) {
        if (level < 0 && !saysAll) {
            // Looked up here: finding a logger takes longer than most calls.
            System.getLogger("io.github.memoryservice.memory").log(System.Logger.Level.WARNING, line);
        } else if (level <= WARN || saysAll) {
            System.err.println("memory: " + line);
        }
    }
}
