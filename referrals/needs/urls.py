"""Addresses of the analysis of needs."""

from django.urls import path

from referrals.needs import views, views_parts, views_versions

urlpatterns = [
    path("", views.analyses, name="needs_list"),
    path("nov/", views.analysis_new, name="needs_new"),
    path("<int:pk>/", views.analysis_page, name="needs"),
    path("<int:pk>/danni/", views.analysis_edit, name="needs_edit"),
    path("<int:pk>/broene/", views.analysis_recount, name="needs_recount"),
    path("<int:pk>/iztrivane/", views.analysis_remove, name="needs_remove"),
    path("<int:pk>/chast/", views_parts.part_new, name="needs_part_new"),
    path("<int:pk>/chast/<int:part>/", views_parts.part_edit, name="needs_part"),
    path("<int:pk>/chast/<int:part>/red/", views_parts.part_set, name="needs_part_set"),
    path("<int:pk>/chast/<int:part>/mahane/", views_parts.part_remove, name="needs_part_remove"),
    path("<int:pk>/dokument/<slug:form>/", views_versions.draft_paper, name="needs_draft"),
    path("<int:pk>/versii/", views_versions.versions, name="needs_versions"),
    path("<int:pk>/versii/nova/", views_versions.version_new, name="needs_version_new"),
    path("<int:pk>/versii/<int:number>/", views_versions.version_page, name="needs_version"),
    path(
        "<int:pk>/versii/<int:number>/dokument/<slug:form>/",
        views_versions.version_paper,
        name="needs_paper",
    ),
    path("<int:pk>/versii/<int:number>/publikuvane/", views_versions.publish, name="needs_publish"),
]
