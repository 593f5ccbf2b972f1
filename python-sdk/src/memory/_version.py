"""The version of this SDK, the only place that says it."""

__version__ = "0.1.0"
