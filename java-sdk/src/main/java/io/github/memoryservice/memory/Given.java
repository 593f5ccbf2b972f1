package io.github.memoryservice.memory;

/** A text with the name of the key, variable or setting that it was given as. */
final class Given {
    final String name;
    final String value;

    Given(String name, String value) {
        this.name = name;
        this.value = value;
    }
}
