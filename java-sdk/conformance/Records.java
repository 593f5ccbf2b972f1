package io.github.memoryservice.memory;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is asked of change records. */
final class Records {
    Records(Driver driver) {
        driver.features.add("changes");
        driver.operations.put("changes", Records::answer);
    }

    private static Map<String, Object> answer(Map<String, Object> request) {
        String name = (String) request.get("name");
        double f = Driver.number(request, "f");
        switch ((String) request.get("do")) {
            case "bucket":
                return Map.of("bucket", Changes.bucketOf(name));
            case "place":
                String key = request.get("visibility") + Names.recordPath(Names.placeOf((String) request.get("service"), true));
                return Map.of("key", key, "place", Changes.placeMark((String) request.get("bucket_name"), key));
            case "read":
                return read(recordOf(request, "stored"));
            case "raise":
                return raise(request);
            case "f":
                double maxAge = request.containsKey("max_age") ? Driver.number(request, "max_age") : 0;
                double since = Changes.readSince(
                        Driver.number(request, "date"), Driver.number(request, "elapsed"), Driver.number(request, "age"), maxAge);
                return Double.isNaN(since) ? Map.of("missing", true) : Map.of("f", since);
            case "confirm":
                Changes record = recordOf(request, "stored");
                return Map.of("confirmed", record != null && record.confirms(Changes.bucketOf(name), f));
            case "contradict":
                double lastModified = Driver.number(request, "last_modified");
                return Map.of("distrusts", recordOf(request, "stored").isContradictedBy(f, name, lastModified));
            case "put back":
                double date = Driver.number(request, "date");
                return Map.of("distrusts", Changes.isPutBack(recordOf(request, "stored"), date, recordOf(request, "newer"), f));
            default:
                throw new IllegalArgumentException("unknown question " + request.get("do"));
        }
    }

    private static Map<String, Object> read(Changes record) {
        if (record == null) {
            return Map.of("believed", false);
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("newest", record.newest);
        told.put("since", record.since);
        told.put("all", record.all);
        told.put("buckets", record.buckets());
        return Map.of("record", told);
    }

    private static Map<String, Object> raise(Map<String, Object> request) {
        long e = (Long) request.get("e");
        Changes stored = recordOf(request, "stored");
        List<?> names = request.containsKey("names") ? (List<?>) request.get("names") : List.of();
        int[] buckets = names.stream().mapToInt(name -> Changes.bucketOf((String) name)).toArray();
        long all = Boolean.TRUE.equals(request.get("all")) ? e : 0;
        long until = request.get("until") instanceof Long given ? given : all;
        byte[] document = (stored == null ? Changes.first(e) : stored).raised(e, buckets, until).document((String) request.get("place"));
        return Map.of("wire", new String(document, StandardCharsets.UTF_8));
    }

    private static Changes recordOf(Map<String, Object> request, String which) {
        Map<String, Object> stored = Driver.map(request, which);
        if (stored.isEmpty()) {
            return null;
        }
        byte[] document = ((String) stored.get("wire")).getBytes(StandardCharsets.UTF_8);
        return Changes.believed(document, Driver.number(stored, "last_modified"), (String) request.get("place"));
    }
}
