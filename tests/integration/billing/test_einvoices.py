"""E-invoices that the official rules accept: UBL and CII of every kind of document, and the PDF that carries one."""

import io
from datetime import UTC, datetime
from decimal import Decimal

import facturx
import pytest
from pypdf import PdfReader

from billing.contracts.models import BillingEntity, TaxRule, TenantBilling
from billing.contracts.services import Price
from billing.exports.einvoice.cii import cii
from billing.exports.einvoice.facturx import facturx as hybrid
from billing.exports.einvoice.meaning import NotIssued, meaning_of
from billing.exports.einvoice.ubl import ubl
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts
from billing.mediation.models import UsageRecord
from tenants.accounts.scope import finance_scope
from tests.builders.billing import BUNDLE, NOVEMBER_3, NOVEMBER_24, RENT, a_closed_call, a_world, mediate_calls
from tests.builders.einvoices import complaints

pytestmark = pytest.mark.django_db
SPELLINGS = pytest.mark.parametrize("spelling", [ubl, cii])
HALF_A_CENT = Price("cents", "recurring", {"price": "0.335", "count": 3}, "Fee & <more>", "费用", "telecom")


def a_world_in_the_eu(**buyer):
    """A German seller and a buyer; tax rounded by rate."""
    contract, first, second = a_world("museum", [BUNDLE, RENT, HALF_A_CENT], currency="EUR", time_zone="Europe/Berlin")
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        BillingEntity.objects.update(
            country="DE", tax_id="DE123456789", tax_rounding="per_rate", bank_account="DE89 3704 0044 0532 0130 00",
            bank_code="COBADEFFXXX", electronic_address="DE123456789", electronic_scheme="9930",
        )  # fmt: skip
        TenantBilling.objects.update(
            country="FR", tax_id="FR40303265045", buyer_reference="04011000-12345-67", purchase_order="4711",
            electronic_address="FR40303265045", electronic_scheme="9957", **buyer,
        )  # fmt: skip
    return contract, first, second


def issued(contract, first, second):
    draft = refresh_drafts(contract, NOVEMBER_3)[0]
    return approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)


@SPELLINGS
def test_invoice_with_several_rates_keeps_every_rule(spelling):
    world = a_world_in_the_eu()
    with finance_scope():
        document = issued(*world)
        meaning = meaning_of(document)
        assert complaints(spelling(meaning)) == []
        assert (meaning.gross, len(meaning.taxes)) == (document.gross, 2)


@pytest.mark.parametrize(("treatment", "reason"), [("reverse_charge", b"VATEX-EU-AE"), ("export", b"VATEX-EU-G")])
@SPELLINGS
def test_reverse_charge_and_export_keep_every_rule(spelling, treatment, reason):
    world = a_world_in_the_eu(tax_treatment=treatment)
    with finance_scope():
        xml = spelling(meaning_of(issued(*world)))
    assert complaints(xml) == []
    assert reason in xml


@SPELLINGS
def test_credit_note_in_part_names_its_invoice_and_keeps_every_rule(spelling):
    world = a_world_in_the_eu()
    with finance_scope():
        invoice = issued(*world)
        note = credit(invoice, world[1], "Outage", NOVEMBER_24, amounts={1: Decimal("500.00"), 3: Decimal("600.00")})
        note = approve_and_issue(note, world[2], NOVEMBER_24)
        meaning = meaning_of(note)
        assert (meaning.type_code, meaning.gross) == ("381", -note.gross)
        xml = spelling(meaning)
        assert complaints(xml) == []
        assert invoice.number.encode() in xml


@SPELLINGS
def test_line_that_takes_off_and_rate_of_nought_keep_every_rule(spelling):
    """A call of October is corrected to nothing after its invoice: November's takes it off again."""
    contract, first, second = a_world_in_the_eu()
    with finance_scope():
        TaxRule.objects.filter(code="telecom").update(rate_percent=0)
        issued(contract, first, second)
        call_id = UsageRecord.objects.filter(tenant=contract.tenant).latest("position").source_id
    mediate_calls([a_closed_call(contract.tenant_id, 9, call_id=call_id, outcome="failed")])
    with finance_scope():
        december = datetime(2026, 12, 4, tzinfo=UTC)
        november = refresh_drafts(contract, december)[0]
        meaning = meaning_of(approve_and_issue(prepare(november, first, december), second, december))
    assert {one.category for one in meaning.taxes} == {"S", "Z"}
    assert [str(one.net) for one in meaning.lines if one.quantity < 0] == ["-1.20"]
    assert complaints(spelling(meaning)) == []


@SPELLINGS
def test_seller_in_china_without_vat_id_keeps_every_rule(spelling):
    world = a_world()
    with finance_scope():
        assert complaints(spelling(meaning_of(issued(*world)))) == []


def test_rules_complain_of_a_wrong_total():
    """The rules that are asked here do see something."""
    world = a_world_in_the_eu()
    with finance_scope():
        meaning = meaning_of(issued(*world))
        gross = f"{meaning.gross:.2f}".encode()
        for spelling in (ubl, cii):
            found = complaints(spelling(meaning).replace(gross, b"1.00"))
            assert any("BR-CO-15" in one for one in found), found


def test_draft_has_no_e_invoice():
    contract, *_ = a_world()
    with finance_scope(), pytest.raises(NotIssued):
        meaning_of(refresh_drafts(contract, NOVEMBER_3)[0])


def test_hybrid_pdf_carries_the_xml_and_is_made_again_byte_by_byte():
    world = a_world_in_the_eu()
    with finance_scope():
        document = issued(*world)
        pdf = hybrid(document, "en")
        assert hybrid(document, "en") == pdf
        name, xml = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True)
        assert (name, xml) == ("factur-x.xml", cii(meaning_of(document)))
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"
    xmp = root["/Metadata"].get_object().get_data()
    for word in (b"EN 16931", b"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#", b'pdfaid:part="3"'):
        assert word in xmp
    assert root["/OutputIntents"]
