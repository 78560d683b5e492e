"""Who comes in at /t/CODE/: people of that tenant whose role opens the page; for anybody else there is no such page.

Rules of this file: the page runs, and is written out whole, within the tenant's scope; PostgreSQL shows it the rows of
that tenant alone, at the times of the tenant's zone. The operator's staff come in nowhere: they are nobody's people.
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from tenants.accounts.models import Membership
from tenants.accounts.scope import operator_scope, tenant_scope

#: Roles of a tenant's people that see what it pays, and roles that see its customers and their matters.
MONEY = (Membership.Role.OWNER, Membership.Role.FINANCE)
WORK = (Membership.Role.OWNER, Membership.Role.SUPERVISOR)

View = Callable[..., HttpResponseBase]


def open_to(roles: Collection[str]) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Give the view its tenant, inside its scope; 404 for who does not belong there, the login for who is nobody."""

    def doored(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def entered(request: HttpRequest, code: str, **rest: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("portal_login"))
            mine = next((one for one in memberships_of(request.user) if one.tenant.code == code), None)
            if mine is None or mine.role not in roles:
                raise Http404
            with tenant_scope(mine.tenant_id), timezone.override(ZoneInfo(mine.tenant.time_zone)):
                request.portal_role = mine.role  # type: ignore[attr-defined]  # for the page's own menu
                response = view(request, mine.tenant, **rest)
                response["Cache-Control"] = "private, no-store"
                if response.status_code >= 400:
                    transaction.set_rollback(True)
            return response

        return entered

    return doored


def memberships_of(user: Any) -> list[Membership]:
    """A person's roles, by tenant's code. Looked up in the operator's scope, as for the API: whose they are is only
    known afterwards."""
    if not user.is_active:
        return []
    with operator_scope():
        return list(Membership.objects.filter(user_id=user.pk).select_related("tenant").order_by("tenant__code"))
