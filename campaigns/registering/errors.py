"""What a verb of registrations refuses; the message says why in the reader's language."""


class RegistrationRefused(Exception):
    """A step that an event or a registration does not allow as it stands."""
