"""Addresses of tenants' own pages, under /t/."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from billing.portal import views

urlpatterns = [
    path("", views.start, name="portal_start"),
    path("login/", views.PortalLogin.as_view(), name="portal_login"),
    path("logout/", LogoutView.as_view(next_page="portal_login"), name="portal_logout"),
    path("<slug:code>/", views.bill, name="portal_bill"),
    path("<slug:code>/bills/<uuid:document_id>/", views.usage, name="portal_usage"),
    path(
        "<slug:code>/statements/<uuid:entity_id>/<slug:currency>/<slug:kind>/",
        views.statement_of,
        name="portal_statement",
    ),
    path("<slug:code>/invoices/<uuid:document_id>/fapiao/", views.fapiao, name="portal_fapiao"),
    path("<slug:code>/invoices/<uuid:document_id>/<slug:kind>/", views.file, name="portal_file"),
]
