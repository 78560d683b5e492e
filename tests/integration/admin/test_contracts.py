"""Contracts in the admin: prices typed field by field, previews, signed documents, and the end with what it brings."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.contracts.ending import end_contract
from billing.contracts.models import Contract, ContractFile, ContractVersion
from billing.contracts.services import approve_version, write_version
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.farewell.models import Farewell
from tenants.farewell.services import farewell_of
from tenants.numbers.holdings import numbers_held_at
from tenants.numbers.services import add_number, assign_number
from tenants.seats.models import SeatLease
from tests.builders.billing import NOVEMBER_24, PER_CALL, a_writer
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db

ADD = "/admin/billing/contractversion/add/"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def contract(house):
    with finance_scope():
        return Contract.objects.get()


def a_form(contract, **fields):
    return {
        "contract": str(contract.pk), "starts_on": "2027-01-01", "note": "New year",
        "components-TOTAL_FORMS": 2, "components-INITIAL_FORMS": 0,
        "components-0-code": "calls", "components-0-kind": "metered", "components-0-tax_code": "service",
        "components-0-invoice_text": "Calls", "components-0-invoice_text_zh": "电话",
        **fields,
    }  # fmt: skip


def test_tiers_are_typed_as_rows_and_what_is_empty_keeps_its_default(staff, contract):
    tiers = {
        "components-0-params-metered-mode": "graduated",
        "components-0-params-metered-tiers-0-price": "1.50", "components-0-params-metered-tiers-0-up_to": "1000",
        "components-0-params-metered-tiers-0-fee": "",
        "components-0-params-metered-tiers-1-price": "1.20", "components-0-params-metered-tiers-1-up_to": "",
        "components-0-params-metered-tiers-2-price": "", "components-0-params-metered-tiers-2-up_to": "",
        "components-0-params-metered-meters": "call_in, call_informed",
        # What stands in the fields of another kind is of no account.
        "components-0-params-bundle-fee": "8000",
    }  # fmt: skip
    written = staff("finance").post(ADD, a_form(contract, **tiers))
    assert written.status_code == 302, text(written)
    with finance_scope():
        price = ContractVersion.objects.get(starts_on="2027-01-01").components.get()
    assert price.params["tiers"] == [{"price": "1.50", "up_to": 1000}, {"price": "1.20"}]
    assert price.params["meters"] == ["call_in", "call_informed"]
    assert "minimum_count" not in price.params


def test_mistake_in_a_row_is_named_and_what_was_typed_stays(staff, contract):
    answer = staff("finance").post(
        ADD,
        a_form(
            contract,
            **{
                "components-0-params-metered-mode": "graduated",
                "components-0-params-metered-tiers-0-price": "cheap",
            },
        ),
    )
    assert "tiers[1].price" in text(answer)
    assert 'value="cheap"' in text(answer)
    with finance_scope():
        assert not ContractVersion.objects.filter(starts_on="2027-01-01").exists()


def test_new_version_begins_with_the_prices_of_the_one_before(staff, contract):
    page = text(staff("finance").get(f"{ADD}?contract={contract.pk}"))
    with finance_scope():
        prices = list(contract.versions.get().components.all())
    for price in prices:
        assert f'value="{price.code}"' in page
        assert f'value="{price.invoice_text}"' in page
    assert 'value="8000.00"' in page


def test_price_can_be_left_out_of_the_next_version(staff, contract):
    second = {
        "components-1-code": "rent", "components-1-kind": "recurring", "components-1-tax_code": "service",
        "components-1-invoice_text": "Rent", "components-1-invoice_text_zh": "租费",
        "components-1-params-recurring-price": "10", "components-1-leave_out": "on",
    }  # fmt: skip
    staff("finance").post(ADD, a_form(contract, **{"components-0-params-metered-price": "1.50"}, **second))
    with finance_scope():
        assert [one.code for one in ContractVersion.objects.get(starts_on="2027-01-01").components.all()] == ["calls"]


def test_preview_shows_both_bills_and_saves_nothing(staff, contract):
    form = a_form(
        contract, **{"components-0-params-metered-price": "1.50", "components-0-params-metered-minimum_amount": "77"}
    )
    page = text(staff("finance").post(ADD, {**form, "_preview": "1"}))
    assert "Nothing has been saved yet" in page
    assert "Difference:" in page
    assert "77.00" in page
    with finance_scope():
        assert ContractVersion.objects.count() == 1


def test_written_version_tells_its_prices_in_words(staff, contract):
    with finance_scope():
        version = contract.versions.get()
    page = text(staff("finance").get(f"/admin/billing/contractversion/{version.pk}/change/"))
    assert "fee of a whole period" in page
    assert "8000.00" in page


def test_signed_document_is_kept_with_its_hash_and_comes_back_as_it_was(staff, contract):
    one = staff("finance")
    page = f"/admin/billing/contract/{contract.pk}/attach/"
    refused = one.post(page, {"file": SimpleUploadedFile("deal.txt", b"agreed")})
    assert "is kept as PDF" in text(refused)
    pdf = b"%PDF-1.7 signed"
    assert one.post(page, {"file": SimpleUploadedFile("deal.pdf", pdf)}).status_code == 302
    assert "kept already" in text(one.post(page, {"file": SimpleUploadedFile("again.pdf", pdf)}))
    with finance_scope():
        kept = ContractFile.objects.defer("content").get()
    assert one.get(f"/admin/billing/contract/files/{kept.pk}/").content == pdf
    assert kept.sha256 in text(one.get(f"/admin/billing/contract/{contract.pk}/change/"))
    assert staff("supervision").get(f"/admin/billing/contract/files/{kept.pk}/").status_code in {302, 403}


def test_end_is_shown_before_it_is_done_and_takes_leases_and_numbers_with_it(staff, contract):
    with operator_scope():
        lease = SeatLease.objects.get(tenant=contract.tenant)
        lease.contract_id = contract.pk
        lease.save(update_fields=["contract_id"])
        ends_at = datetime(2026, 12, 31, 16, tzinfo=UTC)
        add_number("+862196968777", "local")
        assign_number("+862196968777", contract.tenant, datetime(2026, 10, 1, tzinfo=UTC))
        numbers = numbers_held_at(contract.tenant_id, ends_at)
    one = staff("finance")
    page = f"/admin/billing/contract/{contract.pk}/end/"
    asked = one.post(page, {"last_day": "2026-12-31", "reason": "notice"})
    assert f"{numbers[0].name} goes back" in text(asked)
    assert "leased seats end" in text(asked)
    assert "say that you have seen it" in text(asked)
    done = one.post(page, {"last_day": "2026-12-31", "reason": "notice", "seen": "on"})
    assert done.status_code == 302, text(done)
    with operator_scope():
        contract.refresh_from_db()
        lease.refresh_from_db()
        assert numbers_held_at(contract.tenant_id, ends_at) == []
    assert (contract.ends_on, contract.farewell_from) == (date(2027, 1, 1), date(2027, 1, 1))
    assert lease.ends_at == ends_at
    with operator_scope():
        farewell = farewell_of(contract.tenant_id)
        assert (farewell.begins_on, farewell.contract_id, farewell.reason) == (date(2027, 1, 1), contract.pk, "notice")
    assert one.post(page, {"last_day": "2026-12-15", "reason": "sooner", "seen": "on"}).status_code == 302
    with operator_scope():
        assert [str(one.begins_on) for one in Farewell.objects.all()] == ["2026-12-16"], "moved with the end"


def test_tenant_that_signs_again_stays(contract):
    with operator_scope():
        first, second = a_writer("fin1"), a_writer("fin2")
    with finance_scope():
        end_contract(contract, date(2026, 12, 31), user=first, at=NOVEMBER_24, reason="notice")
        assert farewell_of(contract.tenant_id) is not None
        new = Contract.objects.create(
            tenant=contract.tenant, entity=contract.entity, number="C-2", service_mode="seat_leasing",
            starts_on=date(2027, 1, 1),
        )  # fmt: skip
        version = write_version(new, new.starts_on, [PER_CALL], user=first, at=NOVEMBER_24)
        approve_version(version, second, NOVEMBER_24)
        assert farewell_of(contract.tenant_id) is None
        contract.refresh_from_db()
        assert (contract.ends_on, contract.farewell_from) == (date(2027, 1, 1), None)


def test_lease_is_granted_under_a_contract_of_its_tenant(staff, contract):
    with operator_scope():
        other = a_tenant("lotus")
    ops = staff("operations")
    form = {"seats": "2", "starts_at_0": "2026-12-01", "starts_at_1": "00:00:00", "contract": str(contract.pk)}
    refused = ops.post("/admin/tenants/seatlease/add/", {**form, "tenant": str(other.pk)})
    assert "another tenant" in text(refused)
    granted = ops.post("/admin/tenants/seatlease/add/", {**form, "tenant": str(contract.tenant_id)})
    assert granted.status_code == 302, text(granted)
    with operator_scope():
        assert SeatLease.objects.get(seats=2).contract_id == contract.pk
