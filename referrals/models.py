"""The tables of applying and referring, by subject."""

from referrals.applications.models import (  # noqa: F401  Django finds an app's models here
    Application,
)
from referrals.applications.models_parts import (  # noqa: F401  as above
    ApplicationEvent,
    Attachment,
    PaperRequest,
)
from referrals.assessments.models import (  # noqa: F401  as above
    AssessmentDocument,
    AssessmentEvent,
    NeedsAssessment,
)
from referrals.assessments.models_form import (  # noqa: F401  as above
    AssessmentArea,
    AssessmentForm,
    AssessmentQuestion,
)
from referrals.kinds.models import (  # noqa: F401  as above
    ApplicationKind,
    KindPaper,
    KindQuestion,
    PrivacyNotice,
)
from referrals.letters.models import Letter, Letterhead  # noqa: F401  as above
from referrals.needs.models import (  # noqa: F401  as above
    NeedsAnalysis,
    NeedsSection,
    NeedsVersion,
)
from referrals.online.models import OnlineDraft  # noqa: F401  as above
from referrals.outcomes.models import OutcomeQuestion  # noqa: F401  as above
from referrals.placing.models import Referral, ReferralEvent  # noqa: F401  as above
from referrals.placing.models_waiting import (  # noqa: F401  as above
    Offer,
    ProviderLink,
    WaitingPriority,
    WaitingRule,
)
from referrals.policy import ReferringPolicy  # noqa: F401  as above
from referrals.routing.models import (  # noqa: F401  as above
    RoutingRow,
    SocialAssistanceDirectorate,
)
