"""Stops answering a tenant's calls, for the floors above that find a reason; a person has decided it there.

Rules of this file: the tenants' own table is the operator's to write, whatever scope asks; the switch is told at once.
"""

from uuid import UUID

from seatline.panel.plan import tell_switch
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope
from tenants.trust.services import log_operation


def suspend(tenant_id: UUID) -> None:
    """The tenant's numbers say that they are not in service; calls that run go on. Resuming is the operator's page."""
    with operator_scope():
        Tenant.objects.filter(pk=tenant_id).update(status=Tenant.Status.SUSPENDED)
        log_operation(tenant_id, "tenant.suspended", str(tenant_id))
        tell_switch()
