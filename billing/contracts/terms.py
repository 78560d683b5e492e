"""What a contract says: its periods, and the prices in force in one, as rating takes them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from billing.contracts.models import Contract, ContractVersion, PriceComponent, TaxRule
from billing.rating.kinds import kind_of, read_params
from billing.rating.kinds.kind import Stage
from billing.rating.params import write
from billing.rating.periods import ONE_DAY, Cycle, Period, local_day
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


def cycle_of(contract: Contract) -> Cycle:
    """How the contract's periods follow each other."""
    unit: Any = contract.cycle
    return Cycle(unit, contract.billing_day, contract.day_count == Contract.DayCount.THIRTY)


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
    return cycle_of(contract).around(day)


def period_before(contract: Contract, period: Period) -> Period:
    """The whole period before."""
    return cycle_of(contract).before(period)


def needs_before(terms: Terms) -> bool:
    """Whether a price carries something over from the period before."""
    return any(kind_of(one.kind).looks_back(one.params) for one in terms.components)


def served_part(contract: Contract, period: Period) -> Period:
    """The days of a whole period on which the contract runs."""
    served = period.overlap(contract.starts_on, contract.ends_on)
    assert served is not None, "a period of the contract has days of the contract"
    return served


def approved_versions(contracts: Iterable[Contract]) -> QuerySet[ContractVersion]:
    """The versions that price anything, by contract and day, with their prices."""
    rows = ContractVersion.objects.filter(contract__in=list(contracts), approved_at__isnull=False)
    return rows.order_by("contract", "starts_on").prefetch_related("components")


def terms_in(contract: Contract, period: Period, versions: Sequence[ContractVersion] | None = None) -> PricedTerms:
    """The approved prices that touch a period; `versions` are all approved ones, if they were read before.

    Each version holds until the next begins.

    A price that a new version repeats word for word goes on: it is one component with the id of its first row, so that
    an amendment of another price neither restarts its tiers nor parts its minimum. Where the discounts, penalties or
    commitments change, every price begins anew, so that each of them is reckoned from the lines of its own days.
    """
    if versions is None:
        versions = list(approved_versions([contract]))
    ends: Sequence[date | None] = [version.starts_on for version in versions[1:]] + [contract.ends_on]
    going_on: dict[_Words, _Run] = {}
    found: list[_Run] = []
    for version, ends_on in zip(versions, ends, strict=True):
        rows = {_words(row): row for row in sorted(version.components.all(), key=lambda row: (row.position, row.code))}
        same = _of_prices(rows) == _of_prices(going_on)
        runs = {
            words: _Run(going_on[words].row, going_on[words].starts_on, ends_on)
            if same and words in going_on
            else _Run(row, version.starts_on, ends_on)
            for words, row in rows.items()
        }
        # A run that goes on takes the place of what was found of it so far.
        found = [one for one in found if one.row.pk not in {run.row.pk for run in runs.values()}] + list(runs.values())
        going_on = runs
    touching = [one for one in found if period.overlap(one.starts_on, one.ends_on) is not None]
    components = tuple(
        Component(
            str(one.row.pk), one.row.kind, read_params(one.row.kind, one.row.params), one.starts_on, one.ends_on,
            one.row.code,
        )
        for one in touching
    )  # fmt: skip
    return PricedTerms(
        Terms(contract.currency, zone_of(contract), components, cycle_of(contract)),
        {str(one.row.pk): one.row for one in touching},
    )


#: Everything that makes a price what it is and how it is printed.
_Words = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Run:
    """A price over the versions that repeat it."""

    row: PriceComponent
    starts_on: date
    ends_on: date | None


def _words(row: PriceComponent) -> _Words:
    # As they are read and written again: a default that is left out and one that is written down are the same.
    params = json.dumps(write(read_params(row.kind, row.params)), sort_keys=True)
    return row.code, row.kind, params, row.invoice_text, row.invoice_text_zh, row.tax_code


def _of_prices(words: Iterable[_Words]) -> set[_Words]:
    return {one for one in words if kind_of(one[1]).stage is not Stage.PRICE}


def tax_rule(code: str, on: date) -> TaxRule:
    """The rule of a tax code in force on a day. Raises `TaxRateMissing`."""
    return TaxRules([code]).on(code, on)


class TaxRules:
    """The rules of some tax codes, read once for many lines."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._newest_first = list(TaxRule.objects.filter(code__in=set(codes)).order_by("-starts_on"))

    def add(self, code: str) -> None:
        """Read the rules of one code more."""
        self._newest_first += TaxRule.objects.filter(code=code).order_by("-starts_on")

    def on(self, code: str, day: date) -> TaxRule:
        """The rule of a code in force on a day. Raises `TaxRateMissing`."""
        found = next((one for one in self._newest_first if one.code == code and one.starts_on <= day), None)
        if found is None:
            raise TaxRateMissing(code=code, on=day)
        return found
