"""What may be refused of studies, in words for whoever asked."""


class StudyRefused(Exception):
    """A rule of studies does not allow it; the message says which."""
