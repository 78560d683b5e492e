"""Puts each request into the scope of the person who makes it.

`/admin/` is the operator's house: staff enter the operator's scope, finance staff the finance scope. Everything
else runs outside any scope, where PostgreSQL shows no tenant's table at all.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tenants.accounts.scope import finance_scope, operator_scope
from tenants.accounts.staff import is_finance


def _scope_of(request: HttpRequest) -> AbstractContextManager[None] | None:
    user = request.user
    if request.path_info.startswith("/admin/") and user.is_authenticated and user.is_active and user.is_staff:
        return finance_scope() if is_finance(user) else operator_scope()
    return None


class ScopeMiddleware:
    """Runs the rest of the request inside one transaction in the person's scope; an error page undoes all of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scope = _scope_of(request)
        if scope is None:
            return self.get_response(request)
        with scope:
            response = self.get_response(request)
            if response.status_code >= 500:
                # The exception has become a page further in, so the transaction would commit.
                transaction.set_rollback(True)
        return response
