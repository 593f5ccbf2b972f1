package io.github.memoryservice.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class NamesTest {
    @Property
    void aKeyGivesItsNameBack(@ForAll("names") String name) {
        String key = Names.key("public", "shop", name);
        assertEquals(name, Names.nameOf("public", "shop", key));
        assertTrue(key.matches("public/shop/[A-Za-z0-9_./-]+\\.json"));
        assertNull(Names.nameOf("private", "shop", key));
        assertNull(Names.nameOf("public", "shop.changes", key));
    }

    @Property
    void twoNamesHaveTwoKeys(@ForAll("names") String one, @ForAll("names") String other) {
        if (!one.equals(other)) {
            assertNotEquals(Names.key("public", "shop", one), Names.key("public", "shop", other));
        }
    }

    @Property
    void aPrefixOfSegmentsIsAPrefixOfKeys(@ForAll("names") String outer, @ForAll("names") String inner) {
        String path = Names.path("public", "shop", outer + "/" + inner);
        assertTrue(path.startsWith(Names.prefixPath("public", "shop", outer + "/")));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().ofMinLength(1).ofMaxLength(20).filter(Names::isName);
    }

    @Example
    void keysAreAsTheSpecificationSays() {
        assertEquals("public/shop/user.2E42/.C3.B6l.json", Names.key("public", "shop", "user.42/öl"));
        assertEquals("/shop/user.2E42/.C3.B6l.json", Names.path("public", "shop", "user.42/öl"));
        assertEquals("/shop.changes/.changes.json", Names.recordPath(Names.placeOf("shop", true)));
        assertEquals("/shop/.tags/product/7.json", Names.tagPath("public", Names.placeOf("shop", false), "product/7"));
        assertEquals("/shop/", Names.prefixPath("public", "shop", ""));
        assertEquals("/shop/a.2Eb/", Names.prefixPath("public", "shop", "a.b/"));
    }

    @Example
    void whatIsNoNameIsRefused() {
        for (String name : new String[] {null, "", "/a", "a/", "a//b", "\ud800", "\udc00\ud800", "a".repeat(1024)}) {
            InvalidNameException error = assertThrows(InvalidNameException.class, () -> Names.path("public", "shop", name));
            assertEquals("invalid_name", error.code());
            assertTrue(assertThrows(InvalidNameException.class, () -> Names.tagPath("public", "shop", name)).getMessage().startsWith("A tag"));
        }
        assertTrue(Names.isName("a/b"));
        assertFalse(Names.isName("a//b"));
        assertFalse(Names.isName("\ud800"));
    }

    @Example
    void aKeyHas1024BytesAtMost() {
        int room = 1024 - "public/shop/.json".length();
        assertEquals(1024, Names.key("public", "shop", "a".repeat(room)).length());
        String message = assertThrows(InvalidNameException.class, () -> Names.path("public", "shop", "a".repeat(room + 1))).getMessage();
        assertTrue(message.contains("1025 bytes") && message.length() < 300, message);
        assertThrows(InvalidNameException.class, () -> Names.path("private", "shop", "a".repeat(room)));
    }

    @Example
    void whatIsNoServiceNameIsRefused() {
        for (String service : List.of("a", "A-z_09", "a".repeat(64))) {
            assertEquals(service, Names.checkServiceName(service));
        }
        for (String service : new String[] {null, "", "a".repeat(65), "a/b", "a.b", "ä", "shop\n", "@", "[", "`", "{", ":"}) {
            assertThrows(InvalidNameException.class, () -> Names.checkServiceName(service));
        }
    }

    @Example
    void keysThatNoNameMakesHaveNone() {
        for (String key : List.of(
                "public/shop/a", "public/shop/.json", "public/shop/a.2e.json", "public/shop/.61.json", "public/shop/.tags/a.json", "public/shop/.FF.json",
                "public/shop/a//b.json", "public/shop/a%2F.json", "public/shop/.changes.json", "public/shop.json", "public/shop/.2.json", "public/shop/")) {
            assertNull(Names.nameOf("public", "shop", key), key);
        }
    }

    @Example
    void onlyNamesOfCallsAreBelowCached() {
        String hash = "0123456789abcdef0123456789abcdef";
        Names.refuseReserved("cached");
        Names.refuseReserved("a/cached/b");
        Names.refuseReserved("cached/f/" + hash);
        Names.refuseReserved("cached/a/b/" + hash);
        for (String name : List.of("cached/", "cached/a", "cached/" + hash, "cached//" + hash, "cached/f/" + hash + "0", "cached/f/" + hash.toUpperCase(java.util.Locale.ROOT))) {
            assertThrows(InvalidNameException.class, () -> Names.refuseReserved(name), name);
        }
    }

    @Example
    void aPrefixEndsWithASlash() {
        assertTrue(Names.isPrefix("") && Names.isPrefix("a/"));
        assertFalse(Names.isPrefix("a") || Names.isPrefix(null));
        for (String prefix : new String[] {null, "a", "/", "a//"}) {
            assertThrows(InvalidNameException.class, () -> Names.prefixPath("public", "shop", prefix));
        }
    }

    @Example
    void aTagsRecordHasANameThatNoValueHas() {
        assertEquals("/a", Names.tagName("a"));
        assertTrue(Names.isTagRecord("/a"));
        assertFalse(Names.isTagRecord("a"));
    }

    @Example
    void wordsAreGuessed() {
        List<String> known = List.of("BUCKET_NAME", "REGION", "EDGE_TTL");
        assertEquals("BUCKET_NAME", DidYouMean.nearest("bucket", known));
        assertEquals("REGION", DidYouMean.nearest("REGOIN", known));
        assertEquals("EDGE_TTL", DidYouMean.nearest("edge-ttl", known));
    }
}
