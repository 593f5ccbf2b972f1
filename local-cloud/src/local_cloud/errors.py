"""What can go wrong with the local cloud.

LocalCloudError
├── InstallationError: the engine's packages could not be installed
├── EngineError: the engine did not start, or is not running any more
└── DeploymentError: a stack could not be created, updated or deleted
"""

from __future__ import annotations


class LocalCloudError(Exception):
    """Base of every error of the local cloud; the message says what, where and what to do."""


class InstallationError(LocalCloudError):
    """The engine's environment could not be made; the message holds the installer's last words."""


class EngineError(LocalCloudError):
    """The engine did not start or has ended; the message holds the end of its log."""


class DeploymentError(LocalCloudError):
    """A stack did not reach the state that was asked for; the message names the failed resources."""
