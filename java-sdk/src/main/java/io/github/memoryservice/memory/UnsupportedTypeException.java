package io.github.memoryservice.memory;

/** A value that could not come back with the type that it has (VAL-2). Nothing was stored. */
public final class UnsupportedTypeException extends MemoryServiceException {
    private static final long serialVersionUID = 1;

    /** VAL-3. */
    private final String path;

    UnsupportedTypeException(String message) {
        this("$", message);
    }

    UnsupportedTypeException(String path, String message) {
        super(message, null);
        this.path = path;
    }

    @Override
    public String code() {
        return "unsupported_type";
    }

    /**
     * Where the offender is in the value.
     *
     * @return such as {@code $.orders[3].id}; {@code $} is the value itself (VAL-3)
     */
    public String path() {
        return path;
    }
}
