"""Every change of state of applications, assessments and referrals, and nothing else.

``machine`` says how a step is made; ``application``, ``assessment`` and ``referral`` say which
steps there are. ``make``, ``may`` and ``record`` here are the application's.
"""

from referrals.workflow.application import (  # noqa: F401  the package is asked for these
    STEPS,
    ApplicationChanged,
    make,
    may,
    record,
)
from referrals.workflow.machine import RowChanged, StepRefused  # noqa: F401  as above
