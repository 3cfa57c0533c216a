"""Public addresses of one service and of chosen ones: sheet and basket."""

from django.urls import path

from services_registry.views import basket, service

urlpatterns = [
    path("uslugi/<slug:municipality>/<slug:slug>/list/", service.sheet, name="service_sheet"),
    path("izbrani/", basket.chosen, name="basket"),
    path("izbrani/list/", basket.large_print, name="basket_sheet"),
    path("izbrani/dobavi/", basket.add, name="basket_add"),
    path("izbrani/mahni/", basket.remove, name="basket_remove"),
]
