"""Addresses of one person's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from frontoffice.dossier import views_merging, views_notes, views_person, views_relations

urlpatterns: list[URLPattern] = [
    path("<int:pk>/", views_person.person_page, name="person"),
    path("<int:pk>/nomer/", views_person.reveal, name="person_reveal"),
    path("<int:pk>/prichina/", views_person.person_reason, name="person_reason"),
    path("<int:pk>/belezhki/nova/", views_notes.new_note, name="person_note_new"),
    path("<int:pk>/belezhki/<int:note>/", views_notes.edit_note, name="person_note"),
    path("<int:pk>/belezhki/<int:note>/mahane/", views_notes.drop_note, name="person_note_remove"),
    path("<int:pk>/blizki/nov/", views_relations.new_relation, name="person_relation_new"),
    path("<int:pk>/blizki/<int:relation>/", views_relations.edit_relation, name="person_relation"),
    path(
        "<int:pk>/blizki/<int:relation>/kray/",
        views_relations.stop_relation,
        name="person_relation_end",
    ),
    path("<int:pk>/obedinyavane/", views_merging.merge, name="person_merge"),
    path("obedineniya/<int:pk>/", views_merging.undo, name="person_merge_undo"),
]
