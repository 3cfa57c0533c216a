"""Public addresses of one service and of chosen ones: sheet, basket, sitemap."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
