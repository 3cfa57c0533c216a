"""Addresses of applying: a citizen's and the desk's."""

from django.urls import include, path

from referrals import views
from referrals.kinds.views import notice

urlpatterns = [
    path("lichni-danni/<slug:obshtina>/", notice, name="application_notice"),
    path("zayavlenie/", views.how_to_apply, name="apply"),
    path("zayavlenie/", include("referrals.tracking.urls")),
    path("zayavlenie/", include("referrals.online.urls")),
    path("rabotno-myasto/zayavleniya/", include("referrals.letters.urls")),
    path("rabotno-myasto/zayavleniya/", include("referrals.intake.urls")),
    path("rabotno-myasto/zayavleniya/", include("referrals.desk.urls")),
]
