"""Addresses of the people who administer: a municipality's, the platform's, the data's."""

from django.urls import path

from municipalities.views import access, invitation, platform, team

urlpatterns = [
    path("obshtina/hora/", team.people, name="team"),
    path("obshtina/hora/pokani/", team.pending, name="team_invitations"),
    path("obshtina/hora/pokani/nova/", team.invite, name="team_invite"),
    path("obshtina/hora/pokani/<int:pk>/otnovo/", team.resend, name="team_resend"),
    path("obshtina/hora/pokani/<int:pk>/otmyana/", team.revoke, name="team_revoke"),
    path("obshtina/hora/roli/<int:pk>/", team.change_role, name="team_role"),
    path("obshtina/hora/roli/<int:pk>/kray/", team.end_role, name="team_end_role"),
    path("obshtina/hora/<int:pk>/", team.person, name="team_person"),
    path("obshtina/hora/<int:pk>/rolya/", team.add_role, name="team_add_role"),
    path("obshtina/hora/<int:pk>/kray/", team.deactivate, name="team_deactivate"),
    path("obshtina/ofisi/", team.offices, name="team_offices"),
    path("zashtita/", access.access_log, name="access_log"),
    path("zashtita/iznasyane/", access.export, name="access_export"),
    path("zashtita/zapis/<str:kind>/<int:pk>/", access.of_record, name="access_record"),
    path("zashtita/chovek/<int:pk>/", access.of_person, name="access_person"),
    path("platforma/", platform.municipalities, name="platform"),
    path("platforma/<slug:slug>/", platform.municipality, name="platform_municipality"),
    path("platforma/<slug:slug>/sastoyanie/", platform.switch, name="platform_switch"),
    path("platforma/<slug:slug>/pokani/<int:pk>/otnovo/", platform.resend, name="platform_resend"),
    path("platforma/<slug:slug>/pokani/<int:pk>/otmyana/", platform.revoke, name="platform_revoke"),
    path("pokana/", invitation.accept, name="invitation"),
    path("pokana/<str:token>/", invitation.open_link, name="invitation_link"),
]
