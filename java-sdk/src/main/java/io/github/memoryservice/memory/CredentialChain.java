package io.github.memoryservice.memory;

/** Where AWS credentials come from that are not in the environment (AWS-2). */
final class CredentialChain {
    private static final int MOST_SOURCES = 10;
    private static final String USUAL_SESSION = "memory-service";
    private static final String[] VARIABLES = {
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    };

    private final Wire wire;
    private final Endpoints endpoints;
    private final String region;
    private final Clock clock;
    private final Deadline until;

    CredentialChain(Wire wire, Endpoints endpoints, String region, Clock clock, Deadline until) {
        this.wire = wire;
        this.endpoints = endpoints;
        this.region = region;
        this.clock = clock;
        this.until = until;
    }

    /** What tells where credentials come from, so that others are looked for when it changes. */
    static String origin(Settings settings) {
        StringBuilder origin = new StringBuilder();
        for (String variable : VARIABLES) {
            origin.append(settings.variable(variable)).append('\n');
        }
        return origin.append(settings.setting("aws_access_key_id")).append('\n').append(settings.setting("role_arn")).toString();
    }

    /**
     * The credentials of the first source that there is.
     *
     * @throws ConfigurationException there is none, or it is incomplete
     * @throws AccessDeniedException a role may not be assumed
     * @throws UnavailableException nobody answered in time
     */
    Credentials find() {
        Settings settings = endpoints.settings;
        boolean isNamed = settings.firstNameOf("AWS_PROFILE", "AWS_DEFAULT_PROFILE") != null;
        Credentials found = isNamed ? ofProfile(settings, 0) : ofWebIdentity();
        if (found == null) {
            found = isNamed ? ofWebIdentity() : ofProfile(settings, 0);
        }
        if (found == null) {
            found = metadata().hasContainer() ? metadata().ofContainer() : metadata().ofInstance();
        }
        if (found == null) {
            throw new ConfigurationException("there are no AWS credentials. Give the function a role, or set AWS_ACCESS_KEY_ID");
        }
        return found;
    }

    Sts sts() {
        return new Sts(wire, endpoints, region, clock, until);
    }

    private Metadata metadata() {
        return new Metadata(wire, endpoints.settings, until);
    }

    private Credentials ofWebIdentity() {
        String token = endpoints.settings.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
        String role = endpoints.settings.variable("AWS_ROLE_ARN");
        if (token == null && role == null) {
            return null;
        }
        if (token == null || role == null) {
            throw CredentialSource.incomplete(role == null ? "AWS_ROLE_ARN" : "AWS_WEB_IDENTITY_TOKEN_FILE");
        }
        String session = endpoints.settings.variable("AWS_ROLE_SESSION_NAME");
        return sts().assumeRoleWithWebIdentity(token, role, session == null ? USUAL_SESSION : session);
    }

    /** The credentials that a profile has or leads to; null if it says nothing of any. */
    private Credentials ofProfile(Settings profile, int depth) {
        String role = profile.setting("role_arn");
        String token = profile.setting("web_identity_token_file");
        if (role != null) {
            String named = profile.setting("role_session_name");
            String session = named == null ? USUAL_SESSION : named;
            return token == null ? ofRole(profile, role, session, depth) : sts().assumeRoleWithWebIdentity(token, role, session);
        }
        String id = profile.setting("aws_access_key_id");
        String secret = profile.setting("aws_secret_access_key");
        if (id != null && secret != null) {
            return new Credentials(id, secret, profile.setting("aws_session_token"), Double.NaN);
        }
        String where = "the AWS profile '" + profile.profile + "'";
        if (id != null || secret != null) {
            throw new ConfigurationException(where + " is incomplete: add " + (id == null ? "aws_access_key_id" : "aws_secret_access_key"));
        }
        for (String setting : new String[] {"credential_process", "sso_session", "sso_start_url", "sso_account_id"}) {
            if (profile.setting(setting) != null) {
                throw new ConfigurationException(where + " has " + setting + ", which this SDK does not follow: set the variables that"
                        + " `aws configure export-credentials --profile " + profile.profile + " --format env` prints, or give the profile keys or a role");
            }
        }
        return null;
    }

    private Credentials ofRole(Settings profile, String role, String session, int depth) {
        String where = "the AWS profile '" + profile.profile + "'";
        if (profile.setting("mfa_serial") != null) {
            throw new ConfigurationException(where + " has mfa_serial, and there is nobody here to ask for its code");
        }
        Credentials source = source(profile, where, depth);
        if (source == null) {
            throw new ConfigurationException(where + " has role_arn, and what it is to be assumed with has no credentials");
        }
        return sts().assumeRole(source, role, session, profile.setting("external_id"));
    }

    private Credentials source(Settings profile, String where, int depth) {
        String named = profile.setting("source_profile");
        String kind = profile.setting("credential_source");
        if (named != null && kind == null) {
            if (depth >= MOST_SOURCES) {
                throw new ConfigurationException(where + " goes from one source_profile to the next without an end");
            }
            Settings source = profile.of(named);
            if (source == null) {
                throw new ConfigurationException("there is no AWS profile '" + named + "', which another profile has as source_profile");
            }
            // It may have keys of its own, with which it assumes its role.
            return ofProfile(named.equals(profile.profile) ? source.without("role_arn") : source, depth + 1);
        }
        switch (named == null && kind != null ? kind : "") {
            case "Environment":
                throw new ConfigurationException(where + " has credential_source Environment: set AWS_ACCESS_KEY_ID");
            case "EcsContainer":
                return metadata().ofContainer();
            case "Ec2InstanceMetadata":
                return metadata().ofInstance();
            default:
                throw new ConfigurationException(
                        where + " has role_arn: give it source_profile, or credential_source Ec2InstanceMetadata or EcsContainer");
        }
    }
}
