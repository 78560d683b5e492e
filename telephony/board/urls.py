"""Addresses under /board/."""

from django.urls import path

from telephony.board import views, views_settings

urlpatterns = [
    path("", views.board, name="board"),
    path("settings/", views_settings.settings, name="board_settings"),
    path("settings/alarms/", views_settings.save_alarm, name="board_save_alarm"),
    path("settings/screens/", views_settings.make_screen, name="board_make_screen"),
    path("settings/screens/<uuid:kiosk_id>/revoke/", views_settings.revoke_screen, name="board_revoke_screen"),
    path("<str:token>/", views.kiosk, name="board_kiosk"),
]
