"""The floor that prices what happened."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """Reads usage of the floors below; no call ever waits for it."""

    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Leases of the floor below may name a contract of this one."""
        from billing.contracts.offering import contracts_to_lease_by  # noqa: PLC0415 - models are not there before
        from tenants.seats.contracts import offer_contracts  # noqa: PLC0415

        offer_contracts(contracts_to_lease_by)
