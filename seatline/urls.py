"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from billing.reconciliation.views import reconciliation
from seatline import views
from seatline.source import source
from seatline.stream.views import stream
from telephony.recordings import shared_pages
from telephony.reports import pages

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("source.tar.gz", source, name="source"),
    path("healthz", views.healthz, name="healthz"),
    path("stream/", stream, name="stream"),
    path("readyz", views.readyz, name="readyz"),
    path("i18n/setlang/", views.set_language, name="set_language"),
    path("api/v1/", include("seatline.api.urls")),
    path("desk/work/", include("agents.work.urls")),
    path("desk/", include("telephony.desk.urls")),
    path("board/", include("telephony.board.urls")),
    path("t/<slug:code>/", include("tenants.urls")),
    path("t/<slug:code>/recordings/", include("telephony.recordings.urls")),
    path("shared/<str:token>/", shared_pages.page, name="shared_recording"),
    path("shared/<str:token>/sound/", shared_pages.sound, name="shared_recording_sound"),
    path("t/", include("billing.portal.urls")),
    path("admin/live/", admin.site.admin_view(views.live), name="live"),
    path("admin/live/rows/", admin.site.admin_view(views.live_rows), name="live_rows"),
    path("admin/reports/", admin.site.admin_view(pages.report), name="reports"),
    path("admin/staffing/", admin.site.admin_view(pages.staffing), name="staffing"),
    path("admin/reconciliation/", admin.site.admin_view(reconciliation), name="reconciliation"),
    path("admin/cards/", admin.site.admin_view(views.cards), name="cards"),
    path("admin/", admin.site.urls),
]
