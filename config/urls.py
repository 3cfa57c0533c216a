"""The addresses of the portal. Public addresses are Bulgarian words in Latin letters."""

from django.contrib import admin
from django.urls import include, path

from config import sitemap
from municipalities.views import health

handler400 = "municipalities.errors.bad_request"
handler500 = "municipalities.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("api/hsds/", include("services_registry.api.urls")),
    path("proekti/", include("projects.urls")),
    path("", include("campaigns.urls")),
    path("rabotno-myasto/", include("frontoffice.urls")),
    path("", include("frontoffice.followups.urls_public")),
    path("", include("municipalities.urls")),
    path("", include("municipalities.urls_staff")),
    path("", include("municipalities.signin.urls")),
    path("", include("services_registry.urls")),
    path("", include("referrals.urls")),
    path("", include("trainings.urls")),
]
