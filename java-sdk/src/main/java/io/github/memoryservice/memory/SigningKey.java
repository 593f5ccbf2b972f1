package io.github.memoryservice.memory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** A private key that CloudFront takes the signatures of (KEYS-1). */
final class SigningKey {
    private static final int RSA_BITS = 2048;
    /** The order of P-256, which tells it from other curves. */
    private static final String P_256_ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    /** AlgorithmIdentifier of RSA, and of ECDSA on P-256, in DER. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] P_256 = HexFormat.of().parseHex("301306072a8648ce3d020106082a8648ce3d030107");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int MAX_SHORT = 0x7f;

    /** Of the public key in CloudFront. */
    final String id;

    private final PrivateKey key;

    private SigningKey(String id, PrivateKey key) {
        this.id = id;
        this.key = key;
    }

    /**
     * A key that somebody gave as PEM.
     *
     * @param where for the error, which never has any of the key
     * @throws ConfigurationException unless CloudFront takes keys of this kind
     */
    static SigningKey of(String id, String pem, String where) {
        PrivateKey key;
        try {
            key = parse(pem);
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            // What they say may have some of the key.
            throw new ConfigurationException("There is no usable private key in " + where + ": it must be unencrypted PEM.");
        }
        boolean isRsa = key instanceof RSAPrivateKey rsa && rsa.getModulus().bitLength() == RSA_BITS;
        boolean isP256 = key instanceof ECPrivateKey ec && ec.getParams().getOrder().toString(16).equals(P_256_ORDER);
        if (isRsa || isP256) {
            return new SigningKey(id, key);
        }
        throw new ConfigurationException("The key in " + where + " is neither RSA with 2048 bits nor ECDSA on P-256: make a new one.");
    }

    /**
     * The key in a file.
     *
     * @throws ConfigurationException if it cannot be read, or as of {@link #of}
     */
    static SigningKey inFile(String id, String file) {
        String where = "the file " + file + " (PK_PATH)";
        try {
            return of(id, Files.readString(Path.of(file)), where);
        } catch (IOException | InvalidPathException cause) {
            throw new ConfigurationException("Cannot read " + where + ": put the private key there.", cause);
        }
    }

    /** Signs with a hash: {@code sha256} or {@code sha1} (SIG-2). */
    byte[] sign(String hash, byte[] text) {
        try {
            String name = (hash.equals("sha1") ? "SHA1" : "SHA256") + (key instanceof RSAPrivateKey ? "withRSA" : "withECDSA");
            Signature signature = Signature.getInstance(name);
            signature.initSign(key);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException cause) {
            throw new ConfigurationException("The private key cannot sign: make a new one.", cause);
        }
    }

    private static PrivateKey parse(String pem) throws GeneralSecurityException {
        if (pem.contains("-----BEGIN PRIVATE KEY-----")) {
            byte[] der = block(pem, "PRIVATE KEY");
            try {
                return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException notRsa) {
                return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            }
        }
        if (pem.contains("-----BEGIN RSA PRIVATE KEY-----") && !pem.contains("ENCRYPTED")) {
            return KeyFactory.getInstance("RSA").generatePrivate(pkcs8(RSA, block(pem, "RSA PRIVATE KEY")));
        }
        if (pem.contains("-----BEGIN EC PRIVATE KEY-----") && !pem.contains("ENCRYPTED")) {
            return KeyFactory.getInstance("EC").generatePrivate(pkcs8(P_256, block(pem, "EC PRIVATE KEY")));
        }
        throw new GeneralSecurityException("no private key");
    }

    private static byte[] block(String pem, String label) {
        int start = pem.indexOf("-----BEGIN " + label + "-----") + label.length() + 16;
        int end = pem.indexOf("-----END " + label + "-----", start);
        if (end < 0) {
            throw new IllegalArgumentException("no end");
        }
        return Base64.getMimeDecoder().decode(pem.substring(start, end));
    }

    /** Puts what PKCS#1 or SEC 1 says of a key into PKCS#8, the one form that Java reads. */
    private static PKCS8EncodedKeySpec pkcs8(byte[] algorithm, byte[] key) {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        inside.writeBytes(new byte[] {2, 1, 0}); // the version
        inside.writeBytes(algorithm);
        inside.writeBytes(der(OCTET_STRING, key));
        return new PKCS8EncodedKeySpec(der(SEQUENCE, inside.toByteArray()));
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length <= MAX_SHORT) {
            out.write(content.length);
        } else {
            int octets = content.length < 0x100 ? 1 : 2;
            out.write(0x80 | octets);
            for (int octet = octets - 1; octet >= 0; octet--) {
                out.write(content.length >> 8 * octet);
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    /** Nothing of the key (KEYS-4). */
    @Override
    public String toString() {
        return "SigningKey[" + id + "]";
    }
}
