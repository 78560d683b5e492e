"""What a contract says: its periods, and the prices in force in one, as rating takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.contracts.models import Contract, ContractVersion, PriceComponent, TaxRule
from billing.rating.kinds import read_params
from billing.rating.periods import ONE_DAY, Period, full_period, local_day
from billing.rating.values import Component, Terms
from seatline.errors import BadInput, Refused


class TaxRateMissing(BadInput):
    """There is no rate of the tax code {code} on {on}."""


class NothingToBillYet(Refused):
    """Contract {number} begins on {starts_on}."""


@dataclass(frozen=True, slots=True)
class PricedTerms:
    """Terms as rating takes them, with the rows that they come from."""

    terms: Terms
    components: dict[str, PriceComponent]


def zone_of(contract: Contract) -> ZoneInfo:
    """The zone of the contract's days."""
    return ZoneInfo(contract.time_zone)


def contract_in_force(tenant_id: UUID, at: datetime) -> Contract | None:
    """The tenant's contract at an instant; of several the one that began last."""
    for contract in Contract.objects.filter(tenant_id=tenant_id).order_by("-starts_on", "number"):
        day = local_day(at, zone_of(contract))
        if contract.starts_on <= day and (contract.ends_on is None or day < contract.ends_on):
            return contract
    return None


def period_at(contract: Contract, at: datetime) -> Period:
    """The contract's current whole period; after its end, the last one. Raises `NothingToBillYet`."""
    day = local_day(at, zone_of(contract))
    if day < contract.starts_on:
        raise NothingToBillYet(number=contract.number, starts_on=contract.starts_on)
    if contract.ends_on and day >= contract.ends_on:
        day = contract.ends_on - ONE_DAY
    return full_period(day, contract.billing_day)


def served_part(contract: Contract, period: Period) -> Period:
    """The days of a whole period on which the contract runs."""
    served = period.overlap(contract.starts_on, contract.ends_on)
    assert served is not None, "a period of the contract has days of the contract"
    return served


def terms_in(contract: Contract, period: Period) -> PricedTerms:
    """The approved prices that touch a period. Each version holds until the next begins."""
    versions = list(
        ContractVersion.objects.filter(contract=contract, approved_at__isnull=False)
        .order_by("starts_on")
        .prefetch_related("components")
    )
    ends: Sequence[date | None] = [version.starts_on for version in versions[1:]] + [contract.ends_on]
    components: list[Component] = []
    rows: dict[str, PriceComponent] = {}
    for version, ends_on in zip(versions, ends, strict=True):
        if period.overlap(version.starts_on, ends_on) is None:
            continue
        for row in version.components.order_by("position", "code"):
            rows[str(row.pk)] = row
            params = read_params(row.kind, row.params)
            components.append(Component(str(row.pk), row.kind, params, version.starts_on, ends_on))
    return PricedTerms(Terms(contract.currency, zone_of(contract), tuple(components)), rows)


def tax_rule(code: str, on: date) -> TaxRule:
    """The rule of a tax code in force on a day. Raises `TaxRateMissing`."""
    rule = TaxRule.objects.filter(code=code, starts_on__lte=on).order_by("-starts_on").first()
    if rule is None:
        raise TaxRateMissing(code=code, on=on)
    return rule
