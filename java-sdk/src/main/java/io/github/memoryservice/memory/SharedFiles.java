package io.github.memoryservice.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * AWS's shared files, the credentials file before the configuration (END-7).
 *
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html">their form</a>
 */
final class SharedFiles {
    private static final String PROFILE = "profile ";
    private static final String SERVICES = "services ";

    private final Map<String, Map<String, Object>> profiles = new HashMap<>();
    private final Map<String, Map<String, Object>> services = new HashMap<>();

    /**
     * Reads both files, if they are there.
     *
     * @throws ConfigurationException one cannot be read, or is not of this form
     */
    SharedFiles(String credentialsFile, String configFile) {
        for (Map.Entry<String, Map<String, Object>> section : sections("AWS_SHARED_CREDENTIALS_FILE", credentialsFile).entrySet()) {
            merge(section.getKey(), section.getValue());
        }
        for (Map.Entry<String, Map<String, Object>> section : sections("AWS_CONFIG_FILE", configFile).entrySet()) {
            String name = section.getKey();
            if (name.startsWith(SERVICES)) {
                services.put(name.substring(SERVICES.length()).strip(), section.getValue());
            } else if (name.startsWith(PROFILE)) {
                merge(name.substring(PROFILE.length()).strip(), section.getValue());
            } else if ("default".equals(name)) {
                merge(name, section.getValue());
            }
        }
    }

    /** The settings of a profile, each a text or a map of its own; null if it is in neither file. */
    Map<String, Object> profile(String name) {
        return profiles.get(name);
    }

    /** The {@code services} section of a name; null if there is none. */
    Map<String, Object> services(String name) {
        return services.get(name);
    }

    private void merge(String name, Map<String, Object> section) {
        Map<String, Object> merged = new LinkedHashMap<>(section);
        Map<String, Object> before = profiles.get(name);
        if (before != null) {
            merged.putAll(before);
        }
        profiles.put(name, merged);
    }

    private static Map<String, Map<String, Object>> sections(String variable, String file) {
        Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
        String text = text(variable, file);
        Map<String, Object> section = null;
        String parent = "";
        int number = 0;
        for (String line : text.split("\r\n|\n|\r")) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.charAt(0) == '#' || stripped.charAt(0) == ';') {
                continue;
            }
            if (stripped.charAt(0) == '[') {
                int end = stripped.indexOf(']');
                if (end < 0) {
                    throw malformed(variable, file, number);
                }
                String name = stripped.substring(1, end).strip().replaceAll("\\s+", " ");
                sections.putIfAbsent(name, new LinkedHashMap<>());
                section = sections.get(name);
                parent = "";
                continue;
            }
            int equals = stripped.indexOf('=');
            if (section == null || equals < 1) {
                throw malformed(variable, file, number);
            }
            String key = stripped.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            String value = stripped.substring(equals + 1).strip();
            boolean isIndented = line.charAt(0) == ' ' || line.charAt(0) == '\t';
            if (isIndented && !parent.isEmpty()) {
                // Behind a setting without a value come its own; behind another its value goes on, which none of ours does.
                nest(section, parent, key, value);
                continue;
            }
            section.put(key, value);
            parent = key;
        }
        return sections;
    }

    private static void nest(Map<String, Object> section, String parent, String key, String value) {
        Object above = section.get(parent);
        Map<String, String> nested = new LinkedHashMap<>();
        if (above instanceof Map<?, ?> before) {
            before.forEach((name, text) -> nested.put((String) name, (String) text));
        } else if (!"".equals(above)) {
            return;
        }
        nested.put(key, value);
        section.put(parent, nested);
    }

    private static String text(String variable, String file) {
        try {
            Path path = Path.of(file);
            if (!Files.exists(path)) {
                return "";
            }
            return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException error) {
            throw new ConfigurationException(variable + " '" + file + "' cannot be read: " + error.getClass().getSimpleName());
        }
    }

    private static ConfigurationException malformed(String variable, String file, int number) {
        // The line itself may be a key.
        return new ConfigurationException(
                variable + " '" + file + "': line " + number + " is neither a [section] nor a setting as in name = value");
    }
}
