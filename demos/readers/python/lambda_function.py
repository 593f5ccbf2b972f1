"""Reads the names of an event twice and says what came back, and of which type."""

import os

import memory

mem = memory.MemoryService(
    {"DISTRIBUTION": os.environ["DISTRIBUTION"], "BUCKET_NAME": os.environ["STORAGE_BUCKET"]},
    os.environ["SERVICE"],
)


def lambda_handler(event, context):
    values = {}
    for name in event["names"]:
        values[name] = [mem.get(name), mem.get(name)]
        print(f"{name} is {values[name][1]!r}, of type {type(values[name][1]).__name__}")
    return {name: {"type": type(first).__name__, "value": first, "same": first == second and type(first) is type(second)}
            for name, (first, second) in values.items()}
