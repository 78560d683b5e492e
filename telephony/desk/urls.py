"""Addresses of the desk, under /desk/."""

from django.urls import include, path

from telephony.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("", include("agents.desktop.urls")),
]
