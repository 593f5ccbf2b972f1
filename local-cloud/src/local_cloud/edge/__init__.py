"""The edge: CloudFront's data plane, which no emulator has, in front of the engine."""

from local_cloud.edge.server import Edge, Sources

__all__ = ["Edge", "Sources"]
