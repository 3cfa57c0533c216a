"""Addresses of the desk."""

from django.urls import include, path

from frontoffice.views import capture, capture_people, consultations, journal, people, today

urlpatterns = [
    path("", today.today, name="desk"),
    path("dnes/", today.live, name="desk_live"),
    path("konsultatsii/", journal.journal, name="consultations"),
    path("konsultatsii/nova/", consultations.new_consultation, name="consultation_new"),
    path("konsultatsii/uslugi/", capture.discussed, name="discussed_services"),
    path("konsultatsii/iznos/", journal.consultations_export, name="consultations_export"),
    path("konsultatsii/<int:pk>/", journal.consultation_page, name="consultation"),
    path(
        "konsultatsii/<int:pk>/promyana/",
        consultations.edit_consultation,
        name="consultation_edit",
    ),
    path(
        "konsultatsii/<int:pk>/versii/", journal.consultation_versions, name="consultation_versions"
    ),
    path("konsultatsii/", include("frontoffice.talks.urls")),
    path("hora/", include("frontoffice.dossier.urls")),
    path("posledvashti/", include("frontoffice.followups.urls")),
    path("chernovi/", include("frontoffice.drafts.urls")),
    path("chisla/", include("frontoffice.numbers.urls")),
    path("nastroyki/", include("frontoffice.preferences.urls")),
    path("hora/", people.people, name="people"),
    path("hora/novo/", people.new_person, name="person_new"),
    path("hora/izbor/", capture_people.person_choices, name="person_choices"),
    path("hora/<int:pk>/namereno/", people.open_found, name="person_found"),
    path("hora/<int:pk>/promyana/", people.edit_person, name="person_edit"),
]
