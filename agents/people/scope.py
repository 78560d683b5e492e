"""The manager of tables whose rows belong to one tenant or, without a tenant, to all of them."""

from typing import TypeVar

from django.db.models import Manager, Model, Q, QuerySet

from tenants.accounts.scope import ScopeMissing, current_scope

_Row = TypeVar("_Row", bound=Model)


class SharedManager(Manager[_Row]):
    """Refuses to work outside a scope; within a tenant's, shows its own rows and everybody's."""

    def get_queryset(self) -> QuerySet[_Row]:
        """Rows that the scope may see."""
        scope = current_scope()
        if scope is None:
            raise ScopeMissing
        rows = super().get_queryset()
        if scope.tenant_id is None:
            return rows
        return rows.filter(Q(tenant_id=scope.tenant_id) | Q(tenant_id__isnull=True))
