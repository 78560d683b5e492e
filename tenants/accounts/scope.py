"""The current scope: on whose behalf the database is asked.

Rules of this file: it is the only place that sets a PostgreSQL role or `app.tenant`. Both are set for the running
transaction alone (`set_config(..., true)`), so nothing of a tenant can stay on a pooled connection.

Two walls stand behind a scope. The first: managers of tenants' tables refuse a query outside any scope. The second:
the login role of a process may read no tenant table; entering a scope takes on a role, and row level security shows
that role one tenant's rows, or for operator, finance and telephony those tables that the role was granted.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from seatline.errors import SeatlineError


class Role(StrEnum):
    """PostgreSQL roles that hold the rights; they cannot log in and own nothing."""

    WEB = "seatline_web"  # one tenant's people and agents
    OPS = "seatline_ops"  # the operator's staff
    FIN = "seatline_fin"  # finance: reads usage, writes documents
    TEL = "seatline_tel"  # the switch and the phone codes


@dataclass(frozen=True, slots=True)
class Scope:
    """A role, and for `Role.WEB` the one tenant it may see."""

    role: Role
    tenant_id: UUID | None = None


class ScopeMissing(SeatlineError):
    """A tenant's table was asked outside any scope.

    Enter `tenant_scope`, `operator_scope`, `finance_scope` or `telephony_scope` first.
    """


_Row = TypeVar("_Row", bound=models.Model)
_current: ContextVar[Scope | None] = ContextVar("seatline_scope", default=None)


def current_scope() -> Scope | None:
    """The scope in force, or None."""
    return _current.get()


@contextmanager
def _enter(scope: Scope) -> Iterator[None]:
    before = _current.get()
    with transaction.atomic():
        _set_local(scope)
        token = _current.set(scope)
        try:
            yield
        finally:
            _current.reset(token)
        # A savepoint that is released keeps what was set inside it: put back the outer scope by hand. After an
        # error the rollback does it, and the connection would refuse the statement anyway.
        if not connection.needs_rollback:
            _set_local(before)


def _set_local(scope: Scope | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', %s, true), set_config('app.tenant', %s, true)",
            [scope.role if scope else "none", str(scope.tenant_id) if scope and scope.tenant_id else ""],
        )


def tenant_scope(tenant_id: UUID) -> AbstractContextManager[None]:
    """See and change one tenant's rows only."""
    return _enter(Scope(Role.WEB, tenant_id))


def operator_scope() -> AbstractContextManager[None]:
    """The operator's staff: the tables granted to operations, of all tenants."""
    return _enter(Scope(Role.OPS))


def finance_scope() -> AbstractContextManager[None]:
    """Finance: usage of all tenants, and their documents."""
    return _enter(Scope(Role.FIN))


def telephony_scope() -> AbstractContextManager[None]:
    """The switch and the phone codes: what calls need, nothing of money."""
    return _enter(Scope(Role.TEL))


class TenantManager(models.Manager[_Row]):
    """The manager of every table with tenants' rows: refuses to work outside a scope, keeps to the tenant within."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        """Rows of the scope's tenant; of all tenants for the operator's own scopes, as far as PostgreSQL shows them."""
        scope = _current.get()
        if scope is None:
            raise ScopeMissing
        rows = super().get_queryset()
        return rows if scope.tenant_id is None else rows.filter(tenant_id=scope.tenant_id)
