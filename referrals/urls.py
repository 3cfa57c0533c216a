"""Addresses of applying and referring: a citizen's, the desk's, a provider's."""

from django.urls import include, path

from referrals import views
from referrals.kinds.views import notice

urlpatterns = [
    path("lichni-danni/<slug:obshtina>/", notice, name="application_notice"),
    path("zayavlenie/", views.how_to_apply, name="apply"),
    path("zayavlenie/", include("referrals.tracking.urls")),
    path("zayavlenie/", include("referrals.online.urls")),
    path("chakashti/", include("referrals.placing.urls_public")),
    path("otziv/", include("referrals.outcomes.urls_public")),
    path("dostavchik/nasochvaniya/", include("referrals.provider.urls")),
    path("rabotno-myasto/zayavleniya/", include("referrals.letters.urls")),
    path("rabotno-myasto/zayavleniya/", include("referrals.intake.urls")),
    path("rabotno-myasto/zayavleniya/", include("referrals.desk.urls")),
    path("rabotno-myasto/analizi/", include("referrals.needs.urls")),
    path("rabotno-myasto/otsenki/", include("referrals.assessments.urls")),
    path("rabotno-myasto/nasochvaniya/", include("referrals.caseload.urls")),
    path("rabotno-myasto/nasochvaniya/", include("referrals.measures.urls")),
    path("rabotno-myasto/nasochvaniya/", include("referrals.outcomes.urls")),
    path("rabotno-myasto/nasochvaniya/", include("referrals.placing.urls")),
]
