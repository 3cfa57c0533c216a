"""The tables of applying, by subject."""

from referrals.applications.models import (  # noqa: F401  Django finds an app's models here
    Application,
)
from referrals.applications.models_parts import (  # noqa: F401  as above
    ApplicationEvent,
    Attachment,
    NumberSeries,
    PaperRequest,
)
from referrals.kinds.models import (  # noqa: F401  as above
    ApplicationKind,
    KindPaper,
    KindQuestion,
    PrivacyNotice,
)
from referrals.letters.models import Letter, Letterhead  # noqa: F401  as above
from referrals.online.models import OnlineDraft  # noqa: F401  as above
