"""The published demos: what each must print, and how its values look in the other language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Demo:
    """A published demo: its function, what it must print, and how its values look in the other language."""

    function: str
    service: str
    language: str
    private: bool
    printed: tuple[str, ...]


DEMOS = (
    Demo(
        "lambda-cache-python-demo", "memory-service-python-demo", "Python", private=False,
        printed=("123", "True", "Hello World!", "3", "Joe"),
    ),
    Demo(
        "lambda-cache-nodejs-demo", "memory-service-nodejs-demo", "Node", private=False,
        printed=("123", "true", "Hello World!", "3", "Joe"),
    ),
    Demo(
        "lambda-cache-python-auth-demo", "memory-service-python-auth-demo", "Python", private=True,
        printed=("123", "True", "Hello World!", "3", "Joe"),
    ),
    Demo(
        "lambda-cache-nodejs-auth-demo", "memory-service-nodejs-auth-demo", "Node", private=True,
        printed=("123", "true", "Hello World!", "3", "Joe"),
    ),
)  # fmt: skip
VALUES = [123, True, "Hello World!", [1, 2, 3], {"Name": "Joe"}]
TYPES = {
    "Python": ["int", "bool", "str", "list", "dict"],
    "Node": ["number", "boolean", "string", "array", "object"],
}
