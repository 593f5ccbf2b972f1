"""What keeps a run from going on."""


class AcceptanceError(Exception):
    """The run cannot go on; the message says what to do."""
