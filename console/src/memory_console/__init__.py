"""The `memory-service` command: read, write, explore and check a Memory Service."""

__version__ = "0.1.0"
