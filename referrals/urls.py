"""Public addresses of applying."""

from django.urls import path

from referrals import views

urlpatterns = [path("zayavlenie/", views.how_to_apply, name="apply")]
