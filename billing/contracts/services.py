"""What happens to contracts: a version is written with its prices and approved by a second person.

Rules of this file: prices only ever change by a new version; an approved one stays as it is (the database sees to it).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from billing.contracts.models import Contract, ContractVersion, PriceComponent
from billing.contracts.terms import tax_rule
from billing.rating.kinds import kind_of, read_params
from seatline.errors import BadInput, NotAllowed, Refused
from tenants.accounts.models import User
from tenants.accounts.scope import operator_scope
from tenants.accounts.staff import is_finance
from tenants.farewell.services import call_off_farewell, farewell_of


class FinanceOnly(NotAllowed):
    """Only finance staff may do this."""


class SecondPersonNeeded(NotAllowed):
    """Another person than {person} must approve this."""


class VersionApproved(Refused):
    """This version is already approved; write a new version to change the prices."""


class VersionOutsideContract(BadInput):
    """The version begins on {starts_on}, but the contract runs from {contract_starts_on} until {contract_ends_on}."""


class VersionOnSameDay(Refused):
    """A version of this contract already begins on {starts_on}."""


class FirstVersionLate(Refused):
    """The first version must begin with the contract on {starts_on}, or its first days would have no price."""


class VersionWithoutPrices(Refused):
    """A version needs at least one price."""


class PricedTwice(Refused):
    """Contract {other} of the same tenant already puts a price on {what} in that time."""


class ChargedTwice(BadInput):
    """The prices {one} and {other} would both charge {what}."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price to write into a version; `params` as JSON, see docs/pricing.md."""

    code: str
    kind: str
    params: Mapping[str, object]
    text: str
    text_zh: str
    tax_code: str


def must_be_finance(user: User) -> None:
    """Raises `FinanceOnly` unless the person works in finance."""
    if not (user.is_active and is_finance(user)):
        raise FinanceOnly


@transaction.atomic
def write_version(
    contract: Contract, starts_on: date, prices: Sequence[Price], *, user: User, at: datetime, note: str = ""
) -> ContractVersion:
    """Write a version with its prices, for another person to approve. Raises `BadInput` for a price it cannot read."""
    must_be_finance(user)
    if starts_on < contract.starts_on or (contract.ends_on and starts_on >= contract.ends_on):
        raise VersionOutsideContract(
            starts_on=starts_on, contract_starts_on=contract.starts_on, contract_ends_on=contract.ends_on or "–"
        )
    if not prices:
        raise VersionWithoutPrices
    for price in prices:
        read_params(price.kind, price.params)
        tax_rule(price.tax_code, starts_on)
    _refuse_charging_twice(prices)
    try:
        with transaction.atomic():
            version = ContractVersion.objects.create(
                tenant_id=contract.tenant_id,
                contract=contract,
                starts_on=starts_on,
                note=note,
                written_by=user,
                written_at=at,
            )
    except IntegrityError as error:
        raise VersionOnSameDay(starts_on=starts_on) from error
    PriceComponent.objects.bulk_create(
        PriceComponent(
            tenant_id=contract.tenant_id,
            version=version,
            code=price.code,
            kind=price.kind,
            params=dict(price.params),
            invoice_text=price.text,
            invoice_text_zh=price.text_zh,
            tax_code=price.tax_code,
            position=position,
        )
        for position, price in enumerate(prices, start=1)
    )
    return version


@transaction.atomic
def approve_version(version: ContractVersion, user: User, at: datetime) -> ContractVersion:
    """Put a version in force. Raises `SecondPersonNeeded`, `FirstVersionLate`, `PricedTwice` and the like."""
    must_be_finance(user)
    contract = Contract.objects.select_for_update().get(pk=version.contract_id)
    version = ContractVersion.objects.select_for_update().get(pk=version.pk)
    if version.approved_at:
        raise VersionApproved
    if version.written_by_id == user.pk:
        raise SecondPersonNeeded(person=user.get_username())
    if not version.components.exists():
        raise VersionWithoutPrices
    earlier = ContractVersion.objects.filter(
        contract=contract, approved_at__isnull=False, starts_on__lt=version.starts_on
    )
    if version.starts_on != contract.starts_on and not earlier.exists():
        raise FirstVersionLate(starts_on=contract.starts_on)
    _refuse_double_prices(contract, version)
    version.approved_by, version.approved_at = user, at
    version.save(update_fields=["approved_by", "approved_at"])
    _call_off_farewell(contract, at)
    return version


def _call_off_farewell(contract: Contract, at: datetime) -> None:
    """A contract that goes on past the end of the one that was the last keeps the tenant."""
    leaving = farewell_of(contract.tenant_id)
    if leaving is None or leaving.contract_id == contract.pk:
        return
    if contract.ends_on is None or contract.ends_on > leaving.begins_on:
        with operator_scope():
            call_off_farewell(contract.tenant_id, at)
        Contract.objects.filter(pk=leaving.contract_id).update(farewell_from=None)


def _refuse_double_prices(contract: Contract, version: ContractVersion) -> None:
    priced = _what_is_priced(version.components.all())
    overlapping = Contract.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=version.starts_on), tenant_id=contract.tenant_id
    ).exclude(pk=contract.pk)
    if contract.ends_on:
        overlapping = overlapping.filter(starts_on__lt=contract.ends_on)
    for other in overlapping:
        theirs = _what_is_priced(
            PriceComponent.objects.filter(version__contract=other, version__approved_at__isnull=False)
        )
        both = sorted(priced & theirs)
        if both:
            raise PricedTwice(other=other.number, what=both[0])


def _what_is_priced(components: Iterable[PriceComponent]) -> set[str]:
    found: set[str] = set()
    for component in components:
        found |= kind_of(component.kind).charges(read_params(component.kind, component.params))
    return found


def _refuse_charging_twice(prices: Sequence[Price]) -> None:
    """Two prices of one version must not charge the same fact."""
    charged: dict[str, str] = {}
    for price in prices:
        for what in sorted(kind_of(price.kind).charges(read_params(price.kind, price.params))):
            if what in charged:
                raise ChargedTwice(one=charged[what], other=price.code, what=what)
            charged[what] = price.code
