#!/bin/sh
# Compiles the SDK with its driver, if they have changed since, and starts that. It takes nothing but a JDK.
set -eu
cd "$(dirname "$0")/.."
classes=target/driver
main=src/main/java/io/github/memoryservice/memory
if [ ! -f "$classes/compiled" ] || [ -n "$(find "$main" conformance -name '*.java' -newer "$classes/compiled" -print -quit)" ]; then
    # Several drivers may start at once: each compiles for itself, and the last one's classes stay.
    fresh=target/driver.$$
    trap 'rm -rf "$fresh"' EXIT
    mkdir -p "$fresh"
    touch "$fresh/compiled"
    javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -J-Xshare:auto -proc:none -Xlint:all -Werror --release 17 -g:source,lines -d "$fresh" "$main"/*.java conformance/*.java >&2
    rm -rf "$classes"
    mv -T "$fresh" "$classes" 2>/dev/null || [ -f "$classes/compiled" ]
    trap - EXIT
    rm -rf "$fresh"
fi
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss512k -cp "$classes" io.github.memoryservice.memory.Driver
