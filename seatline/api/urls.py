"""Every address of the API, by resource. A new resource is one line here, beside its `api.py`."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from seatline.api import docs
from tenants.accounts import api as accounts
from tenants.keys import api as keys
from tenants.numbers import api as numbers
from tenants.seats import api as seats

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for name, resource in {
    "me": keys.Me,
    "keys": keys.Keys,
    "tenants": accounts.Tenants,
    "numbers": numbers.Numbers,
    "number-assignments": numbers.Assignments,
    "directory-listings": numbers.Listings,
    "seats": seats.Seats,
    "seat-leases": seats.Leases,
}.items():
    router.register(name, resource, basename=name)

urlpatterns = [
    path("", docs.page, name="api"),
    path("openapi.json", docs.document, name="openapi"),
    path("", include(router.urls)),
    re_path("", docs.nothing_here),
]
