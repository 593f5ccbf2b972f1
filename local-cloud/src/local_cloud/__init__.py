"""Memory Service's local cloud: S3, CloudFront and Lambda on one machine, without an account or Docker."""

from local_cloud.clock import FakeClock
from local_cloud.cloud import LocalCloud
from local_cloud.errors import DeploymentError, EngineError, InstallationError, LocalCloudError
from local_cloud.faults import Fault
from local_cloud.journal import Entry
from local_cloud.stacks import Stack

__all__ = [
    "DeploymentError",
    "EngineError",
    "Entry",
    "FakeClock",
    "Fault",
    "InstallationError",
    "LocalCloud",
    "LocalCloudError",
    "Stack",
]
