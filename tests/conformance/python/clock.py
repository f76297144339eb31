"""The virtual clock of the case."""


class Clock:
    """The test moves the clock: each of its messages has the time."""

    now = 0.0
    """Unix seconds."""


CLOCK = Clock()
