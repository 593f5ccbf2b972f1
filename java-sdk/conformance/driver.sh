#!/bin/sh
# Compiles the SDK with its driver, if they have changed since, and starts that. It takes nothing but a JDK. With PATCH set it compiles
# the changed files alone, which is right as long as no other file has to know of the change.
set -eu
cd "$(dirname "$0")/.."
classes=conformance/build/driver
main=src/main/java/io/github/memoryservice/memory
compile="javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -proc:none -Xlint:all -Werror --release 17 -g:source,lines"
changed=all
if [ -f "$classes/compiled" ]; then
    changed=$(find "$main" conformance -name '*.java' -newer "$classes/compiled")
fi
path=$classes
if [ -n "$changed" ] && [ -n "${PATCH:-}" ] && [ "$changed" != all ]; then
    patch=conformance/build/patch.$$
    mkdir -p "$patch"
    # A planted fault may well be worth a warning.
    ${compile% -Xlint:all*} --release 17 -cp "$classes" -d "$patch" $changed >&2
    path=$patch:$classes
elif [ -n "$changed" ]; then
    # Several drivers may start at once: each compiles for itself, and the classes of one stay.
    fresh=conformance/build/driver.$$
    trap 'rm -rf "$fresh"' EXIT
    mkdir -p "$fresh"
    touch "$fresh/compiled"
    $compile -d "$fresh" "$main"/*.java conformance/*.java >&2
    rm -rf "$classes"
    mv -T "$fresh" "$classes" 2>/dev/null || [ -f "$classes/compiled" ]
    trap - EXIT
    rm -rf "$fresh"
fi
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$path" io.github.memoryservice.memory.Driver
