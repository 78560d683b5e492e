"""Tax by line, date, seller's rounding and buyer's treatment; credit notes in parts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.contracts.models import BillingEntity, TaxRule, TenantBilling
from billing.contracts.services import Price
from billing.invoices.credit_rules import CreditAboveLine
from billing.invoices.crediting import AlreadyCredited
from billing.invoices.models import Document, DocumentLine
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts
from seatline.ids import new_id
from tenants.accounts.scope import finance_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, a_closed_call, a_contract, a_world, mediate_calls

pytestmark = pytest.mark.django_db
CENTS = [Price(f"c{n}", "recurring", {"price": "0.57"}, f"Fee {n}", f"费用{n}", "service") for n in range(3)]


def october(contract):
    return refresh_drafts(contract, NOVEMBER_3)[0]


def taxes_of(document):
    return [(one.tax_code, str(one.rate_percent), str(one.base), str(one.amount)) for one in document.taxes.all()]


def issued(contract, first, second):
    return approve_and_issue(prepare(october(contract), first, NOVEMBER_3), second, NOVEMBER_3)


@pytest.mark.parametrize(("rounding", "tax"), [("per_line", "0.09"), ("per_rate", "0.10")])
def test_seller_decides_where_tax_is_rounded(rounding, tax):
    """Three lines of 0.57 at 6 %: 0.0342 each, 0.03 + 0.03 + 0.03 by line, 1.71 at 6 % = 0.1026 by rate."""
    contract, *_ = a_world("museum", CENTS)
    with finance_scope():
        BillingEntity.objects.update(tax_rounding=rounding)
        assert taxes_of(october(contract)) == [("service", "6.000", "1.71", tax)]


def test_lines_of_one_invoice_have_several_rates_and_a_change_follows_the_day_of_service():
    contract, first, second = a_world()
    with finance_scope():
        # Telecom moves from 9 to 11 on 1 November: October's rent keeps 9, whenever it is issued.
        TaxRule.objects.create(code="telecom", starts_on=date(2026, 11, 1), rate_percent=11, name="VAT telecom")
        document = issued(contract, first, second)
        assert [one[:2] for one in taxes_of(document)] == [("service", "6.000"), ("telecom", "9.000")]
        november = refresh_drafts(contract, datetime(2026, 12, 2, tzinfo=UTC))[0]
        assert [one[:2] for one in taxes_of(november)] == [("service", "6.000"), ("telecom", "11.000")]


@pytest.mark.parametrize(("treatment", "category"), [("reverse_charge", "AE"), ("export", "G")])
def test_buyer_who_owes_the_tax_himself_is_charged_none_and_told_why(treatment, category):
    contract, first, second = a_world()
    with finance_scope():
        TenantBilling.objects.update(tax_treatment=treatment, country="DE")
        document = issued(contract, first, second)
        assert (document.tax, document.gross) == (0, document.net)
        assert {one.category for one in document.taxes.all()} == {category}
        assert all(one.exemption_text and one.exemption_text_zh for one in document.taxes.all())
        # What is issued stays when the buyer moves house.
        TenantBilling.objects.update(tax_treatment="domestic")
        document.refresh_from_db()
        assert document.tax == 0


def test_rate_of_nought_is_called_zero_rate():
    with finance_scope():
        TaxRule.objects.create(code="free", starts_on=date(2020, 1, 1), rate_percent=0, name="VAT 0")
    contract, *_ = a_world("museum", [Price("x", "recurring", {"price": "5.00"}, "X", "X", "free")])
    with finance_scope():
        assert october(contract).taxes.get().category == "Z"


def test_contracts_in_two_currencies_stay_apart():
    contract, first, second = a_world()
    with finance_scope():
        euros = a_contract(
            contract.tenant, [Price("rent", "recurring", {"price": "10.00"}, "Rent", "租费", "service")],
            number="C-EUR", currency="EUR",
        )  # fmt: skip
        both = [issued(one, first, second) for one in (contract, euros)]
        assert [(one.currency, str(one.net)) for one in both] == [("CNY", "8600.00"), ("EUR", "10.00")]


@pytest.fixture
def invoice():
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        yield issued(contract, first, second)


def test_part_of_a_line_is_credited_with_its_tax_and_the_rest_later(invoice):
    first, second = invoice.prepared_by, invoice.approved_by
    part = credit(invoice, first, "Outage on the 3rd", NOVEMBER_24, amounts={1: Decimal("500.00")})
    part = approve_and_issue(part, second, NOVEMBER_24)
    assert (str(part.net), str(part.tax)) == ("-500.00", "-30.00")
    line = part.lines.get()
    assert (line.unit, str(line.quantity), line.credits.position) == ("amount", "-1.000000", 1)
    with pytest.raises(CreditAboveLine, match=r"7,500\.00"):
        credit(invoice, first, "Too much", NOVEMBER_24, amounts={1: Decimal("7500.01")})
    rest = approve_and_issue(credit(invoice, first, "The rest", NOVEMBER_24), second, NOVEMBER_24)
    assert part.gross + rest.gross == -invoice.gross
    with pytest.raises(AlreadyCredited):
        credit(invoice, first, "Again", NOVEMBER_24)


def test_rest_that_is_billed_again_leaves_the_part_given_up(invoice):
    first, second = invoice.prepared_by, invoice.approved_by
    approve_and_issue(
        credit(invoice, first, "Goodwill", NOVEMBER_24, amounts={1: Decimal("500.00")}), second, NOVEMBER_24
    )
    approve_and_issue(credit(invoice, first, "Wrong address", NOVEMBER_24, bill_again=True), second, NOVEMBER_24)
    again = refresh_drafts(invoice.contract, NOVEMBER_24)[0]
    assert (again.starts_on, again.net) == (invoice.starts_on, invoice.net - 500)


def test_database_refuses_a_credit_above_the_line_too(invoice):
    note = credit(invoice, invoice.prepared_by, "Part", NOVEMBER_24, amounts={1: Decimal("500.00")})
    Document.objects.filter(pk=note.pk).update(status="draft", prepared_by=None, prepared_at=None)
    for amount, other in (("-7500.01", 1), ("1.00", 1), ("-1.00", None)):
        line = note.lines.get()
        line.position, line.amount = 90, Decimal(amount)
        line._state.adding = True
        line.pk = new_id()
        if other is None:
            line.credits = DocumentLine.objects.filter(document=note).first()
        with pytest.raises(IntegrityError, match=r"credited by more|lines of the invoice"), transaction.atomic():
            line.save(force_insert=True)
