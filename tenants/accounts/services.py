"""What happens to tenants: set up, changed, suspended, resumed. Signals of numbers tell the switch of each change."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from seatline.errors import BadInput, Refused
from tenants.accounts.models import Tenant
from tenants.trust.services import log_operation


class TenantCodeTaken(Refused):
    """There is a tenant with the code {code} already."""


class TenantUnfit(BadInput):
    """This cannot be kept of a tenant: {cause}"""


def add_tenant(code: str, **fields: object) -> Tenant:
    """Set up a client enterprise; further fields are the model's. Raises TenantCodeTaken, TenantUnfit."""
    with transaction.atomic():
        if Tenant.objects.filter(code=code).exists():
            raise TenantCodeTaken(code=code)
        tenant = _kept(Tenant(code=code, **fields))
        log_operation(tenant.pk, "tenant.set_up", code)
        return tenant


def change_tenant(tenant: Tenant, fields: Mapping[str, object]) -> Tenant:
    """Change names, zone, language, colour. Raises TenantUnfit."""
    for name, value in fields.items():
        setattr(tenant, name, value)
    return _kept(tenant)


def suspend_tenant(tenant: Tenant) -> Tenant:
    """Answer no more of the tenant's calls; those that run go on, and so do leases and bills."""
    log_operation(tenant.pk, "tenant.suspended", tenant.code)
    return change_tenant(tenant, {"status": Tenant.Status.SUSPENDED})


def resume_tenant(tenant: Tenant) -> Tenant:
    """Answer the tenant's calls again."""
    log_operation(tenant.pk, "tenant.resumed", tenant.code)
    return change_tenant(tenant, {"status": Tenant.Status.ACTIVE})


def _kept(tenant: Tenant) -> Tenant:
    try:
        tenant.clean_fields()
    except ValidationError as error:
        raise TenantUnfit(cause=" ".join(error.messages)) from error
    tenant.save()
    return tenant
