"""From the SAM template to what CloudFormation takes, without the SAM command line and without a network."""

from ._package import PackagingError, package
from ._translate import translate

__all__ = ["PackagingError", "package", "translate"]
