"""The conformance runner: holds every SDK against the vectors of the specification, and against each other."""
