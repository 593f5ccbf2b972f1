package io.github.memoryservice.memory;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;

/** What the machine gives: hashes, and random numbers that nobody guesses. */
final class Platform {
    private static final int ID_BYTES = 8;
    private static final String HEX = "0123456789abcdef";

    private Platform() {}

    /** The SHA-256 of a text in UTF-8, in hexadecimal. */
    static String sha256(String text) {
        return hex(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every platform has it
        }
    }

    static String hex(byte[] bytes) {
        StringBuilder digits = new StringBuilder(2 * bytes.length);
        for (byte octet : bytes) {
            digits.append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
        }
        return digits.toString();
    }

    /** 16 random hexadecimal digits, straight from the operating system: a process that thaws from a snapshot has others than its twin (ENV-6). */
    static String writeId() {
        byte[] bytes = new byte[ID_BYTES];
        // SecureRandom costs a cold process as much as all the rest of a put.
        try (InputStream random = new FileInputStream("/dev/urandom")) {
            if (random.readNBytes(bytes, 0, ID_BYTES) == ID_BYTES) {
                return hex(bytes);
            }
        } catch (IOException none) {
            // a platform without that file
        }
        new SecureRandom().nextBytes(bytes);
        return hex(bytes);
    }
}
