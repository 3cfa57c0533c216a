"""What a verb of trainings refuses; the message says why in Bulgarian."""


class TrainingRefused(Exception):
    """A step that a training, an enrolment or a certificate does not allow as it stands."""
