"""Addresses."""

from django.urls import path

from campaigns.studies import views, views_questionnaire

urlpatterns = [
    path("", views.study_list, name="studies"),
    path("tablitsa/<int:pk>/", views.study_table_page, name="study_table_page"),
    path("tablitsa/<int:pk>/<str:form>/", views.study_table, name="study_table"),
    path("dokument/<int:pk>/", views.study_file, name="study_file"),
    path("<slug:obshtina>/<slug:slug>/", views.study, name="study"),
    path(
        "<slug:obshtina>/<slug:slug>/anketa/",
        views_questionnaire.questionnaire,
        name="questionnaire",
    ),
    path(
        "<slug:obshtina>/<slug:slug>/anketa/<str:token>/",
        views_questionnaire.questionnaire,
        name="questionnaire",
    ),
]
