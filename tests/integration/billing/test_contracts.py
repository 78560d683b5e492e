"""Contract versions: written by one, approved by another, never changed afterwards."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.contracts.models import ContractVersion, PriceComponent
from billing.contracts.parties import currency_code
from billing.contracts.services import (
    ChargedTwice,
    FinanceOnly,
    FirstVersionLate,
    Price,
    PricedTwice,
    SecondPersonNeeded,
    VersionApproved,
    VersionOnSameDay,
    VersionOutsideContract,
    approve_version,
    write_version,
)
from billing.contracts.terms import TaxRateMissing, contract_in_force, period_at, tax_rule, terms_in
from billing.rating.params import ParamsUnreadable
from billing.rating.periods import Period
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import (
    BUNDLE,
    MID_OCTOBER,
    NOVEMBER_24,
    PER_CALL,
    RENT,
    SEATS,
    a_contract,
    a_world,
)

pytestmark = pytest.mark.django_db
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def world():
    contract, first, second = a_world()
    with finance_scope():
        yield contract, first, second


def test_new_version_holds_from_its_day_and_the_old_one_until_then(world):
    contract, first, second = world
    version = write_version(contract, date(2026, 10, 16), [PER_CALL], user=first, at=MID_OCTOBER)
    assert len(terms_in(contract, OCTOBER).terms.components) == 2
    approve_version(version, second, MID_OCTOBER)
    spans = {c.kind: (c.starts_on, c.ends_on) for c in terms_in(contract, OCTOBER).terms.components}
    assert spans == {
        "bundle": (date(2026, 10, 1), date(2026, 10, 16)),
        "recurring": (date(2026, 10, 1), date(2026, 10, 16)),
        "metered": (date(2026, 10, 16), None),
    }


def test_writer_cannot_approve_the_own_version(world):
    contract, first, _ = world
    version = write_version(contract, date(2026, 11, 1), [PER_CALL], user=first, at=MID_OCTOBER)
    with pytest.raises(SecondPersonNeeded):
        approve_version(version, first, MID_OCTOBER)
    with pytest.raises(IntegrityError, match="version_approved_by_another"), transaction.atomic():
        ContractVersion.objects.filter(pk=version.pk).update(approved_by=first, approved_at=MID_OCTOBER)


def test_only_finance_writes_versions(world):
    contract, _first, _ = world
    stranger = User(username="ops", is_staff=True)
    with operator_scope():
        stranger.save()
    with pytest.raises(FinanceOnly):
        write_version(contract, date(2026, 11, 1), [PER_CALL], user=stranger, at=MID_OCTOBER)


def test_approved_version_and_its_prices_never_change(world):
    contract, _, second = world
    version = ContractVersion.objects.get(contract=contract)
    with pytest.raises(VersionApproved):
        approve_version(version, second, MID_OCTOBER)
    for change in (
        lambda: ContractVersion.objects.filter(pk=version.pk).update(note="cheaper"),
        lambda: PriceComponent.objects.filter(version=version).update(params={}),
        lambda: PriceComponent.objects.filter(version=version).delete(),
        lambda: ContractVersion.objects.filter(pk=version.pk).delete(),
        lambda: PriceComponent.objects.create(
            tenant_id=contract.tenant_id, version=version, code="x", tax_code="service"
        ),
    ):
        with pytest.raises(IntegrityError, match="approved version"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("starts_on", "price", "error"),
    [
        (date(2026, 9, 1), PER_CALL, VersionOutsideContract),
        (date(2026, 10, 1), PER_CALL, VersionOnSameDay),
        (date(2026, 11, 1), Price("x", "metered", {"price": 1.5}, "X", "X", "service"), ParamsUnreadable),
        (date(2026, 11, 1), Price("x", "metered", {"price": "1.5"}, "X", "X", "luxury"), TaxRateMissing),
    ],
)
def test_unusable_version_is_refused_whole(world, starts_on, price, error):
    contract, first, _ = world
    with pytest.raises(error):
        write_version(contract, starts_on, [RENT, price], user=first, at=MID_OCTOBER)
    assert ContractVersion.objects.count() == 1


def test_first_version_begins_with_the_contract(world):
    contract, first, second = world
    other = type(contract).objects.create(
        tenant_id=contract.tenant_id, entity=contract.entity, number="C-2", service_mode="seat_leasing",
        starts_on=date(2026, 10, 1),
    )  # fmt: skip
    late = write_version(other, date(2026, 10, 5), [SEATS], user=first, at=MID_OCTOBER)
    with pytest.raises(FirstVersionLate):
        approve_version(late, second, MID_OCTOBER)


def test_two_contracts_of_a_tenant_never_price_the_same_calls(world):
    contract, *_ = world
    with pytest.raises(PricedTwice, match=r"C-museum .* call_in"), transaction.atomic():
        a_contract(contract.tenant, [PER_CALL], number="C-2")
    assert a_contract(contract.tenant, [SEATS, RENT], number="C-3")


def test_contract_in_force_follows_local_days(world):
    contract, *_ = world
    contract.ends_on = date(2026, 11, 24)
    contract.save()
    assert contract_in_force(contract.tenant_id, MID_OCTOBER) == contract
    assert contract_in_force(contract.tenant_id, NOVEMBER_24) is None
    assert period_at(contract, NOVEMBER_24) == Period(date(2026, 11, 1), date(2026, 12, 1))


def test_tax_rate_follows_the_day_of_service(world):
    from billing.contracts.models import TaxRule

    TaxRule.objects.create(code="sms", starts_on=date(2020, 1, 1), rate_percent=6, name="VAT")
    TaxRule.objects.create(code="sms", starts_on=date(2026, 1, 1), rate_percent=9, name="VAT")
    assert tax_rule("sms", date(2025, 12, 31)).rate_percent == 6
    assert tax_rule("sms", date(2026, 1, 1)).rate_percent == 9
    with pytest.raises(TaxRateMissing, match="sms on 2019-12-31"):
        tax_rule("sms", date(2019, 12, 31))


def test_admin_form_refuses_parameters_that_the_kind_cannot_read():
    price = PriceComponent(kind="bundle", params={"fee": "1"})
    with pytest.raises(ValidationError, match="included is missing"):
        price.clean()


@pytest.mark.parametrize("code", ["cny", "¥", "BHD"])
def test_currency_that_cannot_be_printed_is_refused(code):
    with pytest.raises(ValidationError):
        currency_code(code)


def test_two_prices_that_charge_the_same_are_refused(world):
    contract, first, _ = world
    commission = Price("sales", "commission", {"base": "count", "rates": [{"pays": "20"}]}, "Sales", "销售", "service")
    evening = Price("evening", "seat_hour", {"price": "6.00", "leases": "hours"}, "Evening", "晚间", "service")
    days = Price("days", "seat_month", {"price": "3000.00", "leases": "days"}, "Seats", "座席", "service")
    with pytest.raises(ChargedTwice, match="calls and bundle would both charge call_in"):
        write_version(contract, date(2026, 11, 1), [PER_CALL, BUNDLE], user=first, at=MID_OCTOBER)
    with pytest.raises(ChargedTwice, match="seats hours"):
        write_version(contract, date(2026, 11, 1), [SEATS, evening], user=first, at=MID_OCTOBER)
    # Contacts of a commission are read and not charged; leases by the day and by the hour are different ones.
    write_version(contract, date(2026, 11, 1), [PER_CALL, commission, days, evening], user=first, at=MID_OCTOBER)
