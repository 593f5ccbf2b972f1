package io.github.memoryservice.memory;

import java.util.List;
import java.util.Locale;

/** What somebody probably meant who wrote a word that is not known. */
final class DidYouMean {
    private DidYouMean() {}

    /** The first that begins with the word, else the nearest, whatever the case of its letters. */
    static String nearest(String word, List<String> known) {
        String upper = word.toUpperCase(Locale.ROOT);
        String best = null;
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            String other = candidate.toUpperCase(Locale.ROOT);
            if (other.startsWith(upper)) {
                return candidate;
            }
            int distance = distance(upper, other);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** How many letters to change, add or leave out to turn one into the other. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int at = 0; at < row.length; at++) {
            row[at] = at;
        }
        for (int letter = 0; letter < from.length(); letter++) {
            int[] next = new int[row.length];
            next[0] = letter + 1;
            for (int at = 0; at < to.length(); at++) {
                int substitution = row[at] + (from.charAt(letter) == to.charAt(at) ? 0 : 1);
                next[at + 1] = Math.min(substitution, Math.min(row[at + 1], next[at]) + 1);
            }
            row = next;
        }
        return row[to.length()];
    }
}
