package io.github.memoryservice.memory;

import java.util.HashMap;

/** Values by name, in the order in which they were used. Looking at one is no use of it. */
final class LruMap<V> {
    /** Where a value is kept. */
    static final class Place<V> {
        final String name;
        V value;
        private Place<V> older;
        private Place<V> newer;

        private Place(String name, V value) {
            this.name = name;
            this.value = value;
        }

        /** The place that was used after this one; null if this was the last. */
        Place<V> newer() {
            return newer;
        }
    }

    private final HashMap<String, Place<V>> places = new HashMap<>();
    private Place<V> oldest;
    private Place<V> newest;

    int size() {
        return places.size();
    }

    Place<V> find(String name) {
        return places.get(name);
    }

    V get(String name) {
        Place<V> place = places.get(name);
        return place == null ? null : place.value;
    }

    Place<V> oldest() {
        return oldest;
    }

    /** Counts a value as used just now. */
    void use(Place<V> place) {
        if (place != newest) {
            unlink(place);
            append(place);
        }
    }

    /** Puts a value, which counts as a use. */
    Place<V> put(String name, V value) {
        Place<V> place = places.get(name);
        if (place == null) {
            place = new Place<>(name, value);
            places.put(name, place);
            append(place);
        } else {
            place.value = value;
            use(place);
        }
        return place;
    }

    V remove(String name) {
        Place<V> place = places.remove(name);
        if (place == null) {
            return null;
        }
        unlink(place);
        return place.value;
    }

    private void append(Place<V> place) {
        place.older = newest;
        place.newer = null;
        if (newest == null) {
            oldest = place;
        } else {
            newest.newer = place;
        }
        newest = place;
    }

    private void unlink(Place<V> place) {
        if (place.older == null) {
            oldest = place.newer;
        } else {
            place.older.newer = place.newer;
        }
        if (place.newer == null) {
            newest = place.older;
        } else {
            place.newer.older = place.older;
        }
    }
}
