"""Puts each request into the scope and the language of the person who makes it.

`/admin/` is the operator's house: staff enter the operator's scope, finance staff the finance scope. `/t/CODE/` is a
tenant's portal (step 5). Everything else runs outside any scope, where PostgreSQL shows no tenant's table at all.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from psycopg.errors import InsufficientPrivilege

from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.accounts.staff import is_finance

# The pages on which a person comes, goes and changes the own password touch sessions and the own row alone: the web's
# login may do that, and no role of a scope may.
_ACCOUNT_PAGES = ("/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/jsi18n/")


def _scope_of(request: HttpRequest) -> AbstractContextManager[None] | None:
    path, user = request.path_info, request.user
    if not path.startswith("/admin/") or path.startswith(_ACCOUNT_PAGES):
        return None
    if user.is_authenticated and user.is_active and user.is_staff:
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
            if response.status_code >= 400:
                # The exception has become a page further in, so the transaction would commit. A refused form (422)
                # has written nothing either.
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal that no form has shown becomes a page in words; a right that PostgreSQL denies is a 403."""
        if isinstance(exception, SeatlineError):
            return render(request, "refused.html", {"sentence": said(exception)}, status=exception.status)
        if isinstance(exception, ProgrammingError) and isinstance(exception.__cause__, InsufficientPrivilege):
            raise PermissionDenied from exception
        return None


class LanguageMiddleware:
    """Where the browser has not chosen a language (a cookie does), the person's own is the screen's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
