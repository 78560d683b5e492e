"""Refreshes the drafts of many contracts, some together in a transaction: one that fails does not stop the others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from billing.contracts.models import BillingEntity, Contract
from billing.invoices.drafting import refresh_many
from billing.invoices.reading import read_ahead
from tenants.accounts.scope import finance_scope

log = structlog.get_logger(__name__)

#: Contracts in one transaction: few enough that nobody waits long for their rows.
_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many contracts were refreshed, and why the others were not: contract number and sentence."""

    contracts: int
    failures: tuple[tuple[str, str], ...]


def refresh_contracts(
    at: datetime, tenants: Collection[UUID] | None = None, entity: BillingEntity | None = None
) -> Refreshed:
    """Refresh the drafts of all contracts, or of some tenants', or of one seller. Enters the finance scope itself."""
    with finance_scope():
        rows = Contract.objects.order_by("number")
        if tenants is not None:
            rows = rows.filter(tenant_id__in=tenants)
        contracts = list(rows if entity is None else rows.filter(entity=entity))
        ahead = read_ahead(contracts, at)
    done = 0
    failures: list[tuple[str, str]] = []
    for first in range(0, len(contracts), _TOGETHER):
        with finance_scope():
            refreshed, failed = refresh_many(contracts[first : first + _TOGETHER], at, ahead)
        done += refreshed
        for contract, error in failed:
            log.warning("draft not refreshed", contract=contract.number, code=error.code, message=error.message)
            failures.append((contract.number, error.message))
    return Refreshed(done, tuple(failures))
