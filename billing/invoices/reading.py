"""What drafts rest on, read for one contract or for many together: prices, buyers, tax rules, usage.

Rules of this file: it is read once for a refresh, however many contracts that has; each draft then asks little more.
Usage is read up to one position. What is approved or arrives meanwhile is on the next refresh; what is prepared for
issue is read anew under the contract's lock.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.contracts.models import Contract, ContractVersion, TenantBilling
from billing.contracts.terms import NothingToBillYet, TaxRules, approved_versions, period_at
from billing.mediation.ahead import ReadAhead
from billing.mediation.services import newest_position
from billing.rating.periods import Period


@dataclass(frozen=True, slots=True)
class Read:
    """Everything that was read, by contract and tenant."""

    versions: dict[UUID, list[ContractVersion]]
    buyers: dict[UUID, TenantBilling]
    rules: TaxRules
    usage: ReadAhead


def read(contracts: Iterable[Contract]) -> Read:
    """Read what the drafts of these contracts rest on. In the finance scope."""
    wanted = list(contracts)
    versions: dict[UUID, list[ContractVersion]] = defaultdict(list)
    for version in approved_versions(wanted):
        versions[version.contract_id].append(version)
    codes = {row.tax_code for rows in versions.values() for version in rows for row in version.components.all()}
    buyers = TenantBilling.objects.filter(tenant_id__in={contract.tenant_id for contract in wanted})
    return Read(versions, {row.tenant_id: row for row in buyers}, TaxRules(codes), ReadAhead(newest_position()))


def read_ahead(contracts: Iterable[Contract], at: datetime) -> Read:
    """The same with the usage of every contract's current period, in one statement for each span of days."""
    wanted = list(contracts)
    found = read(wanted)
    alike: dict[tuple[Period, str], set[UUID]] = defaultdict(set)
    for contract in wanted:
        with suppress(NothingToBillYet):
            alike[period_at(contract, at), contract.time_zone].add(contract.tenant_id)
    for (period, zone), tenants in alike.items():
        found.usage.read(tenants, period, ZoneInfo(zone))
    return found
