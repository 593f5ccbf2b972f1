package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Signatures, held against the example in AWS's documentation. */
class Sigv4Test {
    private static final Credentials EXAMPLE =
            new Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null, Double.NaN);
    private static final long NOW = 1_369_353_600_000L;

    private static AwsRequest request(String host) {
        return new AwsRequest(new Endpoint("https", host, "", "us-east-1", false), "s3", "GET", "/test.txt", AwsRequest.READ);
    }

    @Test
    void aSignedQueryIsThatOfTheDocumentation() {
        String host = "examplebucket.s3.amazonaws.com";
        List<String[]> headers = List.<String[]>of(new String[] {"Host", host});
        assertEquals(
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                        + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
                Sigv4.query(request(host), "/test.txt", headers, EXAMPLE, NOW, 86_400));
    }

    @Test
    void blanksInHeadersAreSignedAsOne() {
        AwsRequest request = request("h");
        String[] found = new String[2];
        int at = 0;
        for (String value : new String[] {"  a \t  b ", "a b"}) {
            List<String[]> headers = List.of(new String[] {"Host", "h"}, new String[] {"X-Odd", value});
            List<String[]> signed = Sigv4.headers(request, "/test.txt", Request.NO_BODY, headers, EXAMPLE, NOW);
            found[at++] = signed.get(signed.size() - 1)[1];
        }
        assertEquals(found[0], found[1]);
        assertTrue(found[0].contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-odd,"), found[0]);
    }

    @Test
    void nothingOfCredentialsShows() {
        assertEquals("Credentials(…)", EXAMPLE.toString());
    }
}
