"""The table: every figure on a line of its own, with the limit that it is held to."""

from __future__ import annotations

from benchmarks.figure import Figure, at_least, at_most, fresh

_PLAIN = (
    "edge/raw-socket",
    "edge/http-client",
    "edge/requests-session",
    "edge/original",
    "edge/boto3-get-object",
)
_TLS = ("edge-tls/raw-socket", "edge-tls/http-client", "edge-tls/requests-session", "edge-tls/original")

# fmt: off
_READS = (
    Figure("python/edge/plain",         at_most(0.40), "edge/memory",        "edge/requests-prepared",     "read of 200 B, plain, over a bare prepared request", _PLAIN),
    Figure("python/edge/tls",           at_most(0.45), "edge-tls/memory",    "edge-tls/requests-prepared", "read of 200 B, TLS, over a bare prepared request", _TLS),
    Figure("python/private",            at_most(1.1),  "private/memory",     "edge/memory",                "private read over a public one"),
    Figure("python/many",               at_least(8),   "many/get-many",      "many/one-by-one",            "100 names at 10 ms each: times faster than one by one"),
    Figure("node/edge/get-async-plain", at_most(1.1),  "edge/get-async",     "edge/keep-alive",            "read of 200 B, plain, over a bare keep-alive request", ("edge/raw-socket", "edge/original", "edge/client-s3")),
    Figure("node/edge/get-async-tls",   at_most(1.1),  "edge-tls/get-async", "edge-tls/keep-alive",        "read of 200 B, TLS, over a bare keep-alive request"),
    Figure("node/edge/get-plain",       at_most(1.76), "edge/get",           "edge/keep-alive",            "synchronous read of 200 B, plain, over a bare keep-alive request"),
    Figure("node/edge/get-tls",         at_most(1.76), "edge-tls/get",       "edge-tls/keep-alive",        "synchronous read of 200 B, TLS, over a bare keep-alive request"),
    Figure("node/edge/sync-request",    at_least(150), "edge/get",           "edge/sync-request",          "synchronous read: times faster than sync-request"),
    Figure("node/private",              at_most(1.1),  "private/get-async",  "edge/get-async",             "private read over a public one"),
    Figure("node/private-sync",         at_most(1.1),  "private/get",        "edge/get",                   "private synchronous read over a public one"),
    Figure("node/many",                 at_least(8),   "many/get-many",      "many/one-by-one",            "100 names at 10 ms each: times faster than one by one"),
)
_HITS = (
    Figure("python/memory/int",  at_most(0.6), "memory/int",  "memory/cachetools-int", "memory hit, int, over cachetools.TTLCache under a lock", ("memory/redis",)),
    Figure("python/memory/str",  at_most(0.6), "memory/str",  "memory/cachetools-str", "memory hit, str, over cachetools.TTLCache under a lock"),
    Figure("python/memory/dict", at_most(1.2), "memory/dict", "memory/json-loads",     "memory hit, 1 KB dict, a fresh copy, over json.loads", ("memory/redis",)),
    Figure("python/memory/confirmed", at_most(1.15), "memory/confirmed-int", "memory/int", "memory hit, int, confirmed by a change record, over one without"),
    Figure("node/memory/int",    at_most(1.5), "memory/int",  "memory/lru-cache-int",  "memory hit, int, over lru-cache", ("memory/lru-cache-exact-int", "memory/node-redis")),
    Figure("node/memory/str",    at_most(1.5), "memory/str",  "memory/lru-cache-str",  "memory hit, str, over lru-cache", ("memory/lru-cache-exact-str",)),
    Figure("node/memory/dict",   at_most(1.2), "memory/dict", "memory/json-parse",     "memory hit, 1 KB object, a fresh copy, over JSON.parse", ("memory/node-redis",)),
    Figure("node/memory/confirmed", at_most(1.15), "memory/confirmed-int", "memory/int", "memory hit, int, confirmed by a change record, over one without"),
)
_PUTS = (
    Figure("python/put",     at_most(0.60), "put/memory",       "put/boto3",             "put of 200 B, over boto3"),
    Figure("python/put-1mb", at_most(1.2),  "grow/put/1000000", "grow/put/1000000-peer", "put of 1 MB, over boto3"),
    Figure("node/put",       at_most(0.79), "put/memory",       "put/client-s3",         "put of 200 B, over client-s3"),
    Figure("node/put-1mb",   at_most(1.1),  "grow/put/1000000", "grow/put/1000000-peer", "put of 1 MB, over client-s3"),
)
_CODEC = (
    Figure("python/decode/1kb",   at_most(1.15), "decode/1kb",   "decode/1kb-json",   "decode 1 KB, over json.loads"),
    Figure("python/decode/10kb",  at_most(1.15), "decode/10kb",  "decode/10kb-json",  "decode 10 KB, over json.loads"),
    Figure("python/decode/100kb", at_most(1.15), "decode/100kb", "decode/100kb-json", "decode 100 KB, over json.loads"),
    Figure("python/decode/1mb",   at_most(1.15), "decode/1mb",   "decode/1mb-json",   "decode 1 MB, over json.loads"),
    Figure("python/encode/1kb",   at_most(2.5),  "encode/1kb",   "encode/1kb-json",   "encode 1 KB with validation, over json.dumps"),
    Figure("python/encode/10kb",  at_most(2.5),  "encode/10kb",  "encode/10kb-json",  "encode 10 KB with validation, over json.dumps"),
    Figure("python/encode/100kb", at_most(2.5),  "encode/100kb", "encode/100kb-json", "encode 100 KB with validation, over json.dumps"),
    Figure("python/encode/1mb",   at_most(2.5),  "encode/1mb",   "encode/1mb-json",   "encode 1 MB with validation, over json.dumps"),
    Figure("node/decode/1kb",     at_most(1.15), "decode/1kb",   "decode/1kb-json",   "decode 1 KB, over JSON.parse"),
    Figure("node/decode/10kb",    at_most(1.15), "decode/10kb",  "decode/10kb-json",  "decode 10 KB, over JSON.parse"),
    Figure("node/decode/100kb",   at_most(1.15), "decode/100kb", "decode/100kb-json", "decode 100 KB, over JSON.parse"),
    Figure("node/decode/1mb",     at_most(1.15), "decode/1mb",   "decode/1mb-json",   "decode 1 MB, over JSON.parse"),
    Figure("node/encode/1kb",     at_most(2.2),  "encode/1kb",   "encode/1kb-json",   "encode 1 KB with validation, over JSON.stringify"),
    Figure("node/encode/10kb",    at_most(2.2),  "encode/10kb",  "encode/10kb-json",  "encode 10 KB with validation, over JSON.stringify"),
    Figure("node/encode/100kb",   at_most(2.2),  "encode/100kb", "encode/100kb-json", "encode 100 KB with validation, over JSON.stringify"),
    Figure("node/encode/1mb",     at_most(2.2),  "encode/1mb",   "encode/1mb-json",   "encode 1 MB with validation, over JSON.stringify"),
)
_SIZE = (
    Figure("python/load",     at_most(15),   "import",     "bare",               "import memory, over a bare interpreter, ms", ("import-class", "import-requests"), "fresh", "milliseconds"),
    Figure("python/layer",    at_most(0.10), "python.zip", "",                   "layer, zipped, MB", (), "size", "megabytes"),
    Figure("python/resident", at_most(0),    "first-read", "requests-first-get", "resident memory after one read, MB over requests alone", ("bare",), "fresh", "megabytes"),
    Figure("node/load",       at_most(10),   "import",     "bare",               "require, over a bare Node, ms", (), "fresh", "milliseconds"),
    Figure("node/layer",      at_most(0.10), "nodejs.zip", "",                   "layer, zipped, MB", (), "size", "megabytes"),
    Figure("node/resident",   at_most(8.8),  "first-read", "bare-worker",        "resident memory after one read, MB over a bare process with one worker", ("bare",), "fresh", "megabytes"),
)
# Their four limits are those of the places that figure.py names.
_FRESH = (
    *fresh("python/fresh/read",        (0.60, 0.60, 1.1, 1.1),   "first-read",             "requests-first-get",       "first read, over requests"),
    *fresh("python/fresh/read-tls",    (0.70, 0.70, 0.10, 0.70), "first-read-tls",         "requests-first-get-tls",   "first read, TLS, over requests"),
    *fresh("python/fresh/failover",    (0.20, 0.20, 0.5, 0.5),   "first-read-failover",    "boto3-first-get",          "first read by failover to S3, over boto3"),
    *fresh("python/fresh/put",         (0.25, 0.25, 0.20, 0.25), "first-put",              "boto3-first-put",          "first put, over boto3"),
    *fresh("python/fresh/read-put",    (None, None, None, None), "first-read-put",         "requests-boto3",           "read and put, over requests and boto3"),
    *fresh("python/fresh/private",     (None, None, None, None), "first-read-private",     "requests-first-get",       "first private read, over requests"),
    *fresh("python/fresh/private-ssm", (1.0, 1.0, None, None),   "first-read-private-ssm", "requests-first-get",       "first private read, key in SSM, over requests"),
    *fresh("node/fresh/read",          (1.74, 1.74, 2, 2),       "first-read",             "keep-alive-first-get",     "first synchronous read, over a bare async request"),
    *fresh("node/fresh/read-tls",      (2.1, 2.1, 2, 5),         "first-read-tls",         "keep-alive-first-get-tls", "first synchronous read, TLS, over a bare async request"),
    *fresh("node/fresh/read-async",    (None, None, None, None), "first-read-async",       "keep-alive-first-get",     "first asynchronous read, over a bare async request"),
    *fresh("node/fresh/failover",      (0.70, 0.70, 0.5, 0.5),   "first-read-failover",    "client-s3-first-get",      "first read by failover to S3, over client-s3"),
    *fresh("node/fresh/worker",        (None, None, None, None), "bare-worker",            "client-s3-first-get",      "a bare Node with an empty worker, over the first read of client-s3"),
    *fresh("node/fresh/put",           (0.65, 0.65, 0.45, 0.64), "first-put",              "client-s3-first-put",      "first put, over client-s3"),
    *fresh("node/fresh/worker-put",    (None, None, None, None), "bare-worker",            "client-s3-first-put",      "a bare Node with an empty worker, over the first put of client-s3"),
    *fresh("node/fresh/read-put",      (None, None, None, None), "first-read-put",         "keep-alive-client-s3",     "read and put, over a bare request and client-s3"),
    *fresh("node/fresh/private",       (None, None, None, None), "first-read-private",     "keep-alive-first-get",     "first private read, over a bare async request"),
    *fresh("node/fresh/private-ssm",   (1.9, 1.9, None, None),   "first-read-private-ssm", "keep-alive-first-get",     "first private read, key in SSM, over a bare async request"),
)
# fmt: on

FIGURES = (*_READS, *_HITS, *_PUTS, *_CODEC, *_SIZE, *_FRESH)
