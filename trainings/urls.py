"""Addresses of learning: checking a certificate, evaluating a training, one's own record."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
