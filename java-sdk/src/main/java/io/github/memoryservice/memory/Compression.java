package io.github.memoryservice.memory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** gzip, as documents are stored (OBJ-2). */
final class Compression {
    private static final int GZIP_FROM = 1024;
    /** Bytes from which on a higher level costs more time than it saves bytes. */
    private static final int LARGE = 64 * 1024;
    private static final int LEVEL = 6;
    private static final int LEVEL_OF_LARGE = 3;

    private Compression() {}

    /** The document, gzipped; null if it is to be stored as it is. */
    static byte[] compress(byte[] document) {
        if (document.length < GZIP_FROM) {
            return null;
        }
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(document.length / 4);
        try (OutputStream gzip = new Gzip(zipped, document.length < LARGE ? LEVEL : LEVEL_OF_LARGE)) {
            gzip.write(document);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible); // nothing is written but memory
        }
        return zipped.size() < document.length ? zipped.toByteArray() : null;
    }

    /**
     * The document that was stored.
     *
     * @param encoding the {@code Content-Encoding}; null without
     * @param body what came, as it is if nothing says that it is gzipped
     * @throws CorruptValueException OBJ-2, or OBJ-4 if it is larger than that
     */
    static byte[] decompress(String encoding, byte[] body, int maxBytes) {
        boolean isZipped = isGzip(encoding);
        if (!isZipped && body.length <= maxBytes) {
            return body;
        }
        if (!isZipped) {
            throw tooLarge(maxBytes, null);
        }
        try (InputStream gunzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
            byte[] document = gunzip.readNBytes(maxBytes == Integer.MAX_VALUE ? maxBytes : maxBytes + 1);
            if (document.length <= maxBytes) {
                return document;
            }
        } catch (IOException cause) {
            throw tooLarge(maxBytes, cause);
        }
        throw tooLarge(maxBytes, null);
    }

    private static CorruptValueException tooLarge(int maxBytes, IOException cause) {
        return new CorruptValueException("it does not inflate to MAX_VALUE_BYTES, " + maxBytes + " bytes, or less", cause);
    }

    private static boolean isGzip(String encoding) {
        if (encoding == null) {
            return false;
        }
        boolean isZipped = false;
        for (String token : encoding.toLowerCase(Locale.ROOT).split(",")) {
            switch (token.strip()) {
                case "":
                case "identity":
                case "aws-chunked":
                    break;
                case "gzip":
                    if (!isZipped) {
                        isZipped = true;
                        break;
                    }
                    throw new CorruptValueException("its Content-Encoding is gzip twice");
                default:
                    throw new CorruptValueException("its Content-Encoding is not gzip");
            }
        }
        return isZipped;
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out, int level) throws IOException {
            super(out);
            def.setLevel(level);
        }
    }
}
