"""Who comes in at /t/CODE/: people of that tenant whose role opens its money; for anybody else there is no such page.

Rules of this file: the page runs, and is written out whole, within the tenant's scope; PostgreSQL shows it the rows of
that tenant alone.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from tenants.accounts.models import Membership, Tenant
from tenants.accounts.scope import operator_scope, tenant_scope

#: Roles of a tenant's people that see what it pays.
MONEY = (Membership.Role.OWNER, Membership.Role.FINANCE)

View = Callable[..., HttpResponse]


def for_tenant(view: View) -> Callable[..., HttpResponseBase]:
    """Give the view its tenant, inside its scope; 404 for who does not belong there, the login for who is nobody."""

    @wraps(view)
    def entered(request: HttpRequest, code: str, **rest: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("portal_login"))
        tenant = next((one for one in tenants_of(request.user) if one.code == code), None)
        if tenant is None:
            raise Http404
        with tenant_scope(tenant.pk):
            response = view(request, tenant, **rest)
            response["Cache-Control"] = "private, no-store"
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    return entered


def tenants_of(user: Any) -> list[Tenant]:
    """The tenants whose money a person may see, by code. Looked up in the operator's scope, as for the API: whose they
    are is only known afterwards."""
    if not user.is_active:
        return []
    with operator_scope():
        rows = Membership.objects.filter(user_id=user.pk, role__in=MONEY).select_related("tenant")
        return [one.tenant for one in rows.order_by("tenant__code")]
