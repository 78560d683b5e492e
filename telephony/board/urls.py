"""Addresses under /board/."""

from django.urls import path

from telephony.board import settings_pages, views

urlpatterns = [
    path("", views.board, name="board"),
    path("settings/", settings_pages.settings, name="board_settings"),
    path("settings/alarms/", settings_pages.save_alarm, name="board_save_alarm"),
    path("settings/screens/", settings_pages.make_screen, name="board_make_screen"),
    path("settings/screens/<uuid:kiosk_id>/revoke/", settings_pages.revoke_screen, name="board_revoke_screen"),
    path("<str:token>/", views.kiosk, name="board_kiosk"),
]
