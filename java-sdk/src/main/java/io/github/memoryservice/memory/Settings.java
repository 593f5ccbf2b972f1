package io.github.memoryservice.memory;

import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The environment and the profile it names, as one (END-10: what is empty is not set). */
final class Settings {
    private final Map<String, String> environment;
    private final SharedFiles files;
    /** The profile's name. */
    final String profile;

    private final Map<String, Object> values;

    /**
     * Reads the profile that the environment names.
     *
     * @throws ConfigurationException it is not there, or a file is not of AWS's form
     */
    Settings(Map<String, String> environment) {
        this.environment = environment;
        String named = firstOf("AWS_PROFILE", "AWS_DEFAULT_PROFILE");
        String home = firstOf("HOME", "USERPROFILE");
        home = home == null ? System.getProperty("user.home", "") : home;
        String credentials = place(home, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
        String config = place(home, "AWS_CONFIG_FILE", "config");
        this.files = new SharedFiles(credentials, config);
        this.profile = named == null ? "default" : named;
        Map<String, Object> found = files.profile(profile);
        if (found == null && named != null) {
            throw new ConfigurationException("there is no AWS profile '" + named + "': it is in neither " + credentials + " nor " + config
                    + ". Unset AWS_PROFILE, or add it");
        }
        this.values = found == null ? Map.of() : found;
    }

    private Settings(Settings other, String profile, Map<String, Object> values) {
        this.environment = other.environment;
        this.files = other.files;
        this.profile = profile;
        this.values = values;
    }

    /** With the settings of another profile, which this one names; null if there is none. */
    Settings of(String other) {
        Map<String, Object> found = files.profile(other);
        return found == null ? null : new Settings(this, other, found);
    }

    /** The same, but for one setting of the profile. */
    Settings without(String setting) {
        Map<String, Object> others = new HashMap<>(values);
        others.remove(setting);
        return new Settings(this, profile, others);
    }

    /** A variable of the environment; null if it is not set. */
    String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** The name of the first variable that is set; null if none is. */
    String firstNameOf(String... names) {
        for (String name : names) {
            if (variable(name) != null) {
                return name;
            }
        }
        return null;
    }

    /** The first of these variables that is set; null if none is. */
    String firstOf(String... names) {
        String name = firstNameOf(names);
        return name == null ? null : variable(name);
    }

    /** A setting of the profile; null if it is not set. */
    String setting(String name) {
        Object value = values.get(name);
        return value instanceof String text && !text.isEmpty() ? text : null;
    }

    /** The settings that lie under one of the profile, such as those of {@code s3}. */
    Map<?, ?> nested(String name) {
        return nested(values, name);
    }

    private static Map<?, ?> nested(Map<String, Object> section, String name) {
        return section.get(name) instanceof Map<?, ?> inside ? inside : Collections.emptyMap();
    }

    /**
     * A switch of the environment, else of the profile (END-4).
     *
     * @throws ConfigurationException it is neither true nor false
     */
    boolean flag(String variable, String setting) {
        String own = variable(variable);
        String value = own == null ? setting(setting) : own;
        String word = value == null ? "false" : value.strip().toLowerCase(Locale.ROOT);
        if (!"true".equals(word) && !"false".equals(word)) {
            throw new ConfigurationException((own == null ? setting : variable) + " is true or false, not '" + value + "'");
        }
        return "true".equals(word);
    }

    /** The platform's Region, and who says so (END-1); null if nobody does. */
    Given givenRegion() {
        String name = firstNameOf("AWS_REGION", "AWS_DEFAULT_REGION");
        if (name != null) {
            return new Given(name, variable(name));
        }
        String region = setting("region");
        return region == null ? null : new Given("region of the profile " + profile, region);
    }

    /**
     * The URL that the profile gives for a service, or for all; null if it gives none.
     *
     * @throws ConfigurationException it names a services section that is not there
     */
    String endpointUrl(String service) {
        String services = setting("services");
        if (services != null) {
            Map<String, Object> section = files.services(services);
            if (section == null) {
                throw new ConfigurationException("the AWS profile '" + profile + "' names the services '" + services
                        + "', and there is no section [services " + services + "]");
            }
            Object url = nested(section, service).get("endpoint_url");
            if (url instanceof String text && !text.isEmpty()) {
                return text;
            }
        }
        return setting("endpoint_url");
    }

    private String place(String home, String variable, String usual) {
        String path = variable(variable);
        if (path == null) {
            return home + "/.aws/" + usual;
        }
        return path.equals("~") || path.startsWith("~/") ? home + path.substring(1) : path;
    }
}
