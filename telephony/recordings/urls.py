"""Addresses of a tenant's recordings, under /t/CODE/recordings/."""

from django.urls import path

from telephony.recordings import pages

urlpatterns = [
    path("", pages.recordings, name="portal_recordings"),
    path("shares/<uuid:share_id>/revoke/", pages.revoke_share, name="portal_share_revoke"),
    path("<uuid:recording_id>/", pages.recording, name="portal_recording"),
    path("<uuid:recording_id>/sound/", pages.sound, name="portal_recording_sound"),
    path("<uuid:recording_id>/download/", pages.download, name="portal_recording_download"),
    path("<uuid:recording_id>/share/", pages.share_recording, name="portal_recording_share"),
    path("<uuid:recording_id>/delete/", pages.delete_recording, name="portal_recording_delete"),
]
