package io.github.memoryservice.memory;

/** Dates as HTTP and AWS write them, without the classes of {@code java.time}, which a first call would pay for. */
final class Dates {
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final int LENGTH = 29;
    private static final long SECOND = 1000;
    private static final long DAY = 86_400;
    /** Days of four hundred years, after which the calendar repeats itself. */
    private static final long ERA = 146_097;
    /** Days from the first of March of the year 0 to the first of January 1970. */
    private static final long TO_1970 = 719_468;

    private Dates() {}

    /**
     * A date as HTTP has it, such as {@code Sun, 06 Nov 1994 08:49:37 GMT}.
     *
     * @return Unix milliseconds; NaN if it is none, or before 1970 (WIRE-4)
     */
    static double ofHttp(String text) {
        if (text == null || text.length() != LENGTH || !text.startsWith(", ", 3) || !text.endsWith(" GMT")) {
            return Double.NaN;
        }
        int day = number(text, 5, 2);
        int month = MONTHS.indexOf(text.substring(8, 11));
        int year = number(text, 12, 4);
        int hour = number(text, 17, 2);
        int minute = number(text, 20, 2);
        int second = number(text, 23, 2);
        boolean isOne = text.charAt(7) == ' '
                && text.charAt(11) == ' '
                && text.charAt(16) == ' '
                && text.charAt(19) == ':'
                && text.charAt(22) == ':'
                && month >= 0
                && month % 3 == 0
                && day >= 1
                && day <= DAYS[month / 3]
                && year >= 1970
                && hour >= 0
                && hour < 24
                && minute >= 0
                && minute < 60
                && second >= 0
                && second <= 60;
        return isOne ? (daysTo(year, month / 3 + 1, day) * DAY + hour * 3600L + minute * 60L + second) * SECOND : Double.NaN;
    }

    /** A time as JSON has it: {@code 2027-01-15T08:00:00.000Z}. */
    static String iso(long millis) {
        int[] parts = partsOf(Math.floorDiv(millis, SECOND));
        StringBuilder text = new StringBuilder(24);
        digits(digits(digits(text, parts[0], 4).append('-'), parts[1], 2).append('-'), parts[2], 2).append('T');
        digits(digits(digits(text, parts[3], 2).append(':'), parts[4], 2).append(':'), parts[5], 2).append('.');
        return digits(text, (int) Math.floorMod(millis, SECOND), 3).append('Z').toString();
    }

    /** A time as Signature Version 4 has it: {@code 20270115T080000Z}. */
    static String basic(long millis) {
        int[] parts = partsOf(Math.floorDiv(millis, SECOND));
        StringBuilder text = new StringBuilder(16);
        digits(digits(digits(text, parts[0], 4), parts[1], 2), parts[2], 2).append('T');
        return digits(digits(digits(text, parts[3], 2), parts[4], 2), parts[5], 2).append('Z').toString();
    }

    private static StringBuilder digits(StringBuilder text, int number, int width) {
        String digits = Integer.toString(number);
        return text.append("0000", 0, Math.max(0, width - digits.length())).append(digits);
    }

    private static int number(String text, int from, int width) {
        int number = 0;
        for (int at = from; at < from + width; at++) {
            char digit = text.charAt(at);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + digit - '0';
        }
        return number;
    }

    /** The day of a date, counted from 1970. Years begin in March here, so that the odd day is their last. */
    static long daysTo(int year, int month, int day) {
        long y = month <= 2 ? year - 1L : year;
        long ofEra = Math.floorMod(y, 400L);
        long ofYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return Math.floorDiv(y, 400L) * ERA + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - TO_1970;
    }

    /** Year, month, day, hour, minute and second of a time in Unix seconds. */
    private static int[] partsOf(long seconds) {
        long days = Math.floorDiv(seconds, DAY) + TO_1970;
        int rest = (int) Math.floorMod(seconds, DAY);
        long ofEra = Math.floorMod(days, ERA);
        long year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        long ofYear = ofEra - (365 * year + year / 4 - year / 100);
        int shifted = (int) ((5 * ofYear + 2) / 153);
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        int day = (int) (ofYear - (153L * shifted + 2) / 5 + 1);
        int civil = (int) (year + Math.floorDiv(days, ERA) * 400 + (month <= 2 ? 1 : 0));
        return new int[] {civil, month, day, rest / 3600, rest / 60 % 60, rest % 60};
    }
}
