"""Addresses of the desk's door, under /desk/."""

from django.urls import path

from agents.desktop import views

urlpatterns = [
    path("login/", views.login, name="desk_login"),
    path("logout/", views.logout, name="desk_logout"),
]
