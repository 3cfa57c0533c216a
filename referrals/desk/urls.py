"""Addresses of the desk's work on applications."""

from __future__ import annotations

from django.urls import URLPattern, path

from referrals.desk import steps, views_list, views_page, views_register, views_tie

urlpatterns: list[URLPattern] = [
    path("", views_list.applications, name="applications"),
    path("predavane/", views_list.assign_many, name="applications_assign"),
    path("registar/", views_register.register, name="incoming_register"),
    path("registar/iznos/", views_register.export, name="incoming_register_export"),
    path("fayl/<int:pk>/", views_page.attachment, name="application_file"),
    path("<int:pk>/", views_page.page, name="application"),
    path("<int:pk>/poemane/", views_page.take, name="application_take"),
    path("<int:pk>/predavane/", steps.assign, name="application_assign"),
    path("<int:pk>/potvarzhdenie/", steps.confirm, name="application_confirm"),
    path("<int:pk>/litse/", views_tie.tie, name="application_tie"),
    path("<int:pk>/dokumenti/", steps.papers, name="application_papers"),
    path("<int:pk>/poluchen-dokument/", steps.paper_add, name="application_paper_add"),
    path("<int:pk>/srok/", steps.resume, name="application_resume"),
    path("<int:pk>/belezhka/", steps.note, name="application_note"),
    path("<int:pk>/saobshtenie/", steps.message, name="application_message"),
    path("<int:pk>/ottegleno/", steps.withdraw, name="application_withdraw"),
    path("<int:pk>/priklyuchvane/", steps.close, name="application_close"),
    path("<int:pk>/otvaryane/", steps.reopen, name="application_reopen"),
]
