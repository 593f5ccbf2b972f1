package io.github.memoryservice.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a service has done since it was made, and what its memory holds (STAT-1, CHG-22, CTAG-10). */
public final class Stats {
    // Guarded by the lock of the service, but in what users are given, which is a copy.
    long memoryHits;
    long edgeReads;
    long s3Reads;
    long staleReads;
    long sharedReads;
    long acceptedByVersion;
    long acceptedByTime;
    long sentToS3;
    long items;
    long bytes;
    long evictions;
    long confirmed;
    long recordsRead;
    long announcements;
    long conflicts;
    long tagReads;

    Stats() {}

    Stats copy() {
        Stats copy = new Stats();
        copy.memoryHits = memoryHits;
        copy.edgeReads = edgeReads;
        copy.s3Reads = s3Reads;
        copy.staleReads = staleReads;
        copy.sharedReads = sharedReads;
        copy.acceptedByVersion = acceptedByVersion;
        copy.acceptedByTime = acceptedByTime;
        copy.sentToS3 = sentToS3;
        copy.items = items;
        copy.bytes = bytes;
        copy.evictions = evictions;
        copy.confirmed = confirmed;
        copy.recordsRead = recordsRead;
        copy.announcements = announcements;
        copy.conflicts = conflicts;
        copy.tagReads = tagReads;
        return copy;
    }

    /**
     * Gets that were given a copy in memory.
     *
     * @return how many
     */
    public long memoryHits() {
        return memoryHits;
    }

    /**
     * Answers of the edge that were accepted, a value or a miss.
     *
     * @return how many
     */
    public long edgeReads() {
        return edgeReads;
    }

    /**
     * Answers of S3 to a read, whoever needed it.
     *
     * @return how many
     */
    public long s3Reads() {
        return s3Reads;
    }

    /**
     * Gets that were given a stale copy (STALE-2).
     *
     * @return how many
     */
    public long staleReads() {
        return staleReads;
    }

    /**
     * Gets that were given the answer to another's request (MEM-4).
     *
     * @return how many
     */
    public long sharedReads() {
        return sharedReads;
    }

    /**
     * Answers of the edge that were accepted as the version known (SES-3).
     *
     * @return how many
     */
    public long acceptedByVersion() {
        return acceptedByVersion;
    }

    /**
     * Answers of the edge that were accepted for their {@code Last-Modified} (SES-3).
     *
     * @return how many
     */
    public long acceptedByTime() {
        return acceptedByTime;
    }

    /**
     * Gets that read S3 because the edge's answer was not accepted, was stale or expired, or because it was not asked.
     *
     * @return how many
     */
    public long sentToS3() {
        return sentToS3;
    }

    /**
     * The copies in memory now.
     *
     * @return how many
     */
    public long items() {
        return items;
    }

    /**
     * What the copies in memory count for (MEM-1).
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Copies that went for others (MEM-1).
     *
     * @return how many
     */
    public long evictions() {
        return evictions;
    }

    /**
     * Gets served from memory that only the change record let be (CHG-16).
     *
     * @return how many
     */
    public long confirmed() {
        return confirmed;
    }

    /**
     * Times that gets asked for the change record.
     *
     * @return how many
     */
    public long recordsRead() {
        return recordsRead;
    }

    /**
     * Puts of the change record that succeeded.
     *
     * @return how many
     */
    public long announcements() {
        return announcements;
    }

    /**
     * Puts of the change record that another's had overtaken.
     *
     * @return how many
     */
    public long conflicts() {
        return conflicts;
    }

    /**
     * Answers to reads of tags' records.
     *
     * @return how many
     */
    public long tagReads() {
        return tagReads;
    }

    /**
     * All of it by name, for example for a log line.
     *
     * @return the counts by the specification's names
     */
    public Map<String, Long> toMap() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("memory_hits", memoryHits);
        counts.put("edge_reads", edgeReads);
        counts.put("s3_reads", s3Reads);
        counts.put("stale_reads", staleReads);
        counts.put("shared_reads", sharedReads);
        counts.put("accepted_by_version", acceptedByVersion);
        counts.put("accepted_by_time", acceptedByTime);
        counts.put("sent_to_s3", sentToS3);
        counts.put("items", items);
        counts.put("bytes", bytes);
        counts.put("evictions", evictions);
        counts.put("confirmed", confirmed);
        counts.put("records_read", recordsRead);
        counts.put("announcements", announcements);
        counts.put("conflicts", conflicts);
        counts.put("tag_reads", tagReads);
        return counts;
    }

    @Override
    public String toString() {
        return "Stats" + toMap();
    }
}
