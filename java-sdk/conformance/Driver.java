package io.github.memoryservice.memory;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Lets the conformance runner ask the Java SDK: one JSON object a line in, one out (spec/VECTORS.md). */
final class Driver {
    /** What the driver can be asked. */
    interface Operation {
        Object answer(Map<String, Object> request) throws Exception;
    }

    /** What a factory of the driver's own raises. */
    static final class FactoryException extends RuntimeException {
        private static final long serialVersionUID = 1;

        FactoryException() {
            super("the factory failed");
        }
    }

    final Map<String, Operation> operations = new LinkedHashMap<>();
    final TreeSet<String> features = new TreeSet<>();

    private Driver() {
        operations.put("start", request -> start());
        new Documents(this);
        new Records(this);
        new Minting(this);
        new Environments(this);
        new Questions(this);
    }

    private Map<String, Object> start() {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("protocol", 1);
        reply.put("sdk", "java");
        reply.put("version", Version.CURRENT);
        reply.put("runtime", "Java " + System.getProperty("java.version"));
        reply.put("features", features);
        return reply;
    }

    /** The reply to a request, without its id. */
    Map<?, ?> answer(Map<String, Object> request) {
        try {
            Operation operation = operations.get((String) request.get("op"));
            if (operation == null) {
                return Map.of("error", Map.of("code", "none", "message", "not yet: " + request.get("op")));
            }
            return (Map<?, ?>) operation.answer(request);
        } catch (FactoryException failed) {
            return Map.of("error", Map.of("code", "factory", "message", failed.getMessage()));
        } catch (Notation.LacksType lacked) {
            return Map.of("skipped", lacked.getMessage());
        } catch (MemoryServiceException error) {
            return Map.of("error", told(error));
        } catch (Exception bug) {
            bug.printStackTrace();
            return Map.of("error", Map.of("code", "bug", "message", bug.toString()));
        }
    }

    private static Map<String, Object> told(MemoryServiceException error) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("code", error.code());
        if (error instanceof UnsupportedTypeException unsupported) {
            told.put("path", unsupported.path());
        }
        told.put("message", error.getMessage());
        if (error instanceof UnavailableException unavailable && unavailable.isOutcomeUnknown()) {
            told.put("unknown", true);
        }
        if (error instanceof BatchException batch) {
            List<Object> errors = new ArrayList<>();
            batch.errors().forEach((name, failed) -> errors.add(List.of(Notation.describe(name), failed.code())));
            told.put("errors", errors);
            told.put("results", pairs(batch.results()));
        }
        return told;
    }

    /** Names and values as notation. */
    static List<Object> pairs(Map<String, ?> values) {
        List<Object> pairs = new ArrayList<>();
        values.forEach((name, value) -> pairs.add(List.of(Notation.describe(name), Notation.describe(value))));
        return pairs;
    }

    /** The reply with a value. */
    static Map<String, Object> found(Object value) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("value", Notation.describe(value));
        reply.put("native", Notation.nativeOf(value));
        return reply;
    }

    /** A member that is an object; an empty one without. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Map<String, Object> request, String name) {
        Object given = request.get(name);
        return given == null ? Map.of() : (Map<String, Object>) given;
    }

    /** A member that is a number of seconds or milliseconds; NaN without. */
    static double number(Map<String, Object> request, String name) {
        return request.get(name) instanceof Number given ? given.doubleValue() : Double.NaN;
    }

    @SuppressWarnings("unchecked")
    public static void main(String[] arguments) throws IOException {
        // Standard output is for replies: whoever prints there prints for people.
        PrintStream replies = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.US_ASCII);
        System.setOut(System.err);
        Driver driver = new Driver();
        InputStreamReader in = new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8);
        try (BufferedReader lines = new BufferedReader(in)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Map<String, Object> request = (Map<String, Object>) Lines.parse(line);
                Map<Object, Object> reply = new LinkedHashMap<>();
                reply.put("id", request.get("id"));
                reply.putAll(driver.answer(request));
                replies.append(Lines.write(new StringBuilder(), reply).append('\n'));
                replies.flush();
            }
        }
        System.exit(0);
    }
}
