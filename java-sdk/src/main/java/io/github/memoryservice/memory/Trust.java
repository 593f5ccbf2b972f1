package io.github.memoryservice.memory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Whom TLS connections trust (TRUST-1, WIRE-10). */
final class Trust {
    private static final String ON_TOP = "NODE_EXTRA_CA_CERTS";
    private static final String[] SYSTEM_STORES = {
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"
    };

    private final Settings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile SSLSocketFactory sockets;

    Trust(Settings settings) {
        this.settings = settings;
    }

    /** What names the authorities; null for the platform's own. */
    String source() {
        if (settings.variable("AWS_CA_BUNDLE") != null) {
            return "AWS_CA_BUNDLE";
        }
        return settings.setting("ca_bundle") != null
                ? "the profile's ca_bundle"
                : settings.firstNameOf("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE");
    }

    /** The file of the authorities; null for the platform's own. */
    String bundle() {
        String source = source();
        if (source == null) {
            return null;
        }
        String file = settings.variable(source);
        return file == null ? settings.setting("ca_bundle") : file;
    }

    /** The file of those on top; null for none. */
    String extra() {
        return settings.variable(ON_TOP);
    }

    /**
     * What makes TLS connections, made with the first call: at best in a constructor.
     *
     * @throws ConfigurationException the authorities that the environment names cannot be read
     */
    SSLSocketFactory sockets() {
        SSLSocketFactory made = sockets;
        if (made != null) {
            return made;
        }
        lock.lock();
        try {
            made = sockets;
            if (made == null) {
                made = make();
                Rehearsal.shakeHands(made);
                sockets = made;
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    private SSLSocketFactory make() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            String bundle = bundle();
            String extra = extra();
            if (bundle == null && extra == null) {
                context.init(null, null, null);
                if (hasAuthorities()) {
                    return context.getSocketFactory();
                }
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            try {
                store.load(null, null);
            } catch (IOException impossible) {
                throw new IllegalStateException(impossible); // nothing is read
            }
            if (bundle != null) {
                add(store, source(), bundle);
            } else {
                addPlatforms(store);
            }
            if (extra != null) {
                add(store, ON_TOP, extra);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            context.init(null, factory.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException error) {
            throw new ConfigurationException("TLS cannot be set up here: " + error.getMessage());
        }
    }

    private static boolean hasAuthorities() throws GeneralSecurityException {
        return Files.exists(Path.of(System.getProperty("java.home", ""), "lib", "security", "cacerts")) || !platforms().isEmpty();
    }

    private static List<X509Certificate> platforms() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        List<X509Certificate> found = new ArrayList<>();
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager authorities) {
                Collections.addAll(found, authorities.getAcceptedIssuers());
            }
        }
        return found;
    }

    private static void addPlatforms(KeyStore store) throws GeneralSecurityException {
        List<X509Certificate> found = platforms();
        for (X509Certificate one : found) {
            store.setCertificateEntry("platform-" + store.size(), one);
        }
        for (String file : SYSTEM_STORES) {
            if (found.isEmpty() && Files.exists(Path.of(file))) {
                add(store, "the system's store", file);
                return;
            }
        }
    }

    private static void add(KeyStore store, String source, String file) throws GeneralSecurityException {
        int before = store.size();
        try {
            String text = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (String block : blocks(text)) {
                Certificate one = factory.generateCertificate(new ByteArrayInputStream(block.getBytes(StandardCharsets.ISO_8859_1)));
                store.setCertificateEntry("own-" + store.size(), one);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException error) {
            throw new ConfigurationException(
                    source + " '" + file + "' cannot be read as certificates in PEM format: " + error.getClass().getSimpleName());
        }
        if (store.size() == before) {
            throw new ConfigurationException(source + " '" + file + "' has no certificate in PEM format");
        }
    }

    private static List<String> blocks(String text) {
        List<String> blocks = new ArrayList<>();
        String end = "-----END CERTIFICATE-----";
        String begin = "-----BEGIN CERTIFICATE-----";
        String plain = text.replace("-----BEGIN TRUSTED CERTIFICATE-----", begin)
                .replace("-----BEGIN X509 CERTIFICATE-----", begin)
                .replace("-----END TRUSTED CERTIFICATE-----", end)
                .replace("-----END X509 CERTIFICATE-----", end);
        for (int at = plain.indexOf(begin); at >= 0; ) {
            int last = plain.indexOf(end, at);
            if (last < 0) {
                throw new IllegalArgumentException("no end");
            }
            blocks.add(plain.substring(at, last + end.length()) + '\n');
            at = plain.indexOf(begin, last);
        }
        return blocks;
    }
}
