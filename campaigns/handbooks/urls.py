"""Addresses of handbooks for everybody."""

from django.urls import path

from campaigns.handbooks import views

urlpatterns = [
    path("", views.handbook_list, name="handbooks"),
    path("<slug:obshtina>/<slug:slug>/", views.handbook, name="handbook"),
    path(
        "<slug:obshtina>/<slug:slug>/glava/<int:number>/",
        views.handbook_chapter,
        name="handbook_chapter",
    ),
    path("<slug:obshtina>/<slug:slug>/ukazatel/", views.handbook_index, name="handbook_index"),
    path("<slug:obshtina>/<slug:slug>/kniga.pdf", views.handbook_pdf, name="handbook_pdf"),
    path(
        "<slug:obshtina>/<slug:slug>/kniga-edar-shrift.pdf",
        views.handbook_large,
        name="handbook_large",
    ),
]
