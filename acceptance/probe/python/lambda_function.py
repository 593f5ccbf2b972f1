"""Measures reads from inside Lambda: what the acceptance run deploys beside the demos. ../nodejs does the same."""

import http.client
import logging
import os
import time
from urllib.parse import urlsplit

_began = time.perf_counter()
import memory  # noqa: E402 - the time it takes is measured

_imported = time.perf_counter()
CONF = {"DISTRIBUTION": os.environ["DISTRIBUTION"], "BUCKET_NAME": os.environ["STORAGE_BUCKET"]}
mem = memory.MemoryService(CONF, os.environ["SERVICE"])
_constructed = time.perf_counter()
bare = memory.MemoryService({**CONF, "LOCAL_MAX_ITEMS": 0}, os.environ["SERVICE"])  # asks the edge each time
EDGE_TTL = 300  # seconds: copies outlive the measurement
VALUE = {"Name": "Joe", "text": "x" * 150}
_is_cold = True


class Lines(logging.Handler):
    """Keeps what the SDK says of each read."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def timed(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def start(event, cold):
    first = timed(lambda: mem.get("probe/none"))
    return {"cold": cold, "load_ms": (_imported - _began) * 1000,
            "construct_ms": (_constructed - _imported) * 1000, "first_get_ms": first}


def reads(event, cold):
    names = [f"probe/{event['run']}/{number}" for number in range(event["count"])]
    logger, lines = logging.getLogger("memory"), Lines()
    found = {"put": [], "reads": []}

    def noted(call):
        lines.lines.clear()
        ms = timed(call)
        found["reads"].append({"ms": ms, "line": " ".join(lines.lines)})

    # Connections are opened before anything is measured.
    mem.put("probe/first", VALUE)
    bare.get("probe/none")
    bare.get("probe/none", consistent=True)
    logger.addHandler(lines)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    try:
        for name in names:
            found["put"].append(timed(lambda: mem.put(name, VALUE, edge_ttl=EDGE_TTL)))
        for _ in range(2):  # the first asks S3 through the edge, the second finds the edge's copy
            for name in names:
                noted(lambda: bare.get(name))
        for name in names:
            noted(lambda: bare.get(name, consistent=True))
    finally:
        logger.removeHandler(lines)
        logger.setLevel(logging.WARNING)  # a log line takes longer than memory does
    hits = mem.stats().memory_hits
    found["memory"] = [timed(lambda: mem.get(name)) for name in names]
    found["memory_hits"] = mem.stats().memory_hits - hits
    mem.remove_many([*names, "probe/first"])
    return found


def read(event, cold):
    return {"value": bare.get(event["name"])}


def place(event, cold):
    """Say at which point of presence this function's requests arrive."""
    edge = os.environ.get("MEMORY_EDGE_ENDPOINT")
    host = os.environ["DISTRIBUTION"]
    connection = http.client.HTTPConnection(urlsplit(edge).netloc) if edge else http.client.HTTPSConnection(host)
    connection.request("GET", "/probe", headers={"Host": host})
    return {"pop": connection.getresponse().getheader("X-Amz-Cf-Pop")}


def lambda_handler(event, context):
    global _is_cold
    cold, _is_cold = _is_cold, False
    return {"start": start, "reads": reads, "read": read, "place": place}[event["do"]](event, cold)
