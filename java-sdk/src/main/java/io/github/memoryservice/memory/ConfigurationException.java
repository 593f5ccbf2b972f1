package io.github.memoryservice.memory;

/** The configuration or the arguments cannot work, or do not fit what is deployed. */
public final class ConfigurationException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    ConfigurationException(String message) {
        this(message, null);
    }

    ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String code() {
        return "configuration";
    }
}
