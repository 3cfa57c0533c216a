"""Addresses of campaigns, and of all that the town is given to read."""

from django.urls import include, path

from campaigns import views

urlpatterns = [
    path("kampanii/", views.campaign_list, name="campaigns"),
    path("kampanii/", include("campaigns.registering.urls")),
    path("kampanii/", include("campaigns.showing.urls")),
    path("materiali/", include("campaigns.materials.urls")),
    path("narachnitsi/", include("campaigns.handbooks.urls")),
    path("prouchvaniya/", include("campaigns.studies.urls")),
]
