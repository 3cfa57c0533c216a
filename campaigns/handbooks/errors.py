"""What can be refused to whoever keeps a handbook."""


class HandbookRefused(Exception):
    """The step cannot be taken; the message says why, in Bulgarian."""
