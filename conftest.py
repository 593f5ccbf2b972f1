"""What every part's tests have in common."""

# Test modules are named after their path (`release.tests.test_version`), and some parts' packages after their folder:
# imported here, they are found before pytest makes a namespace of the folder.
import acceptance  # noqa: F401
import benchmarks  # noqa: F401
import demos  # noqa: F401
import docs  # noqa: F401
import infra  # noqa: F401
import layers  # noqa: F401
import release  # noqa: F401
