"""Addresses of registering for events and of their door."""

from django.urls import path

from campaigns.registering import views, views_door

_OF_ONE = "zapisvane/<slug:obshtina>/<int:pk>/"
_DOOR = "sabitiya/<int:pk>/vhod/"

urlpatterns = [
    path("sabitiya/<int:pk>/zapisvane/", views.event_register, name="event_register"),
    path("zapisvane/", views.registration_find, name="registration_find"),
    path("zapisvane/izhod/", views.registration_leave, name="registration_leave"),
    path(_OF_ONE, views.registration, name="registration"),
    path(f"{_OF_ONE}otkaz/", views.registration_cancel, name="registration_cancel"),
    path("vhod/", views_door.door_list, name="door"),
    path(_DOOR, views_door.event_door, name="event_door"),
    path(f"{_DOOR}zapisani/", views_door.event_people, name="event_people"),
    path(f"{_DOOR}zapisvane/", views_door.event_register_for, name="event_register_for"),
    path(
        f"{_DOOR}zapisani/<int:registration>/", views_door.registration_for, name="registration_for"
    ),
]
