"""What a verb of the conference refuses; the message says why in Bulgarian."""


class ConferenceRefused(Exception):
    """A step that an event, a badge or a certificate does not allow as it stands."""
