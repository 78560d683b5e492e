"""The statement of an account as a file: the same figures as on the screen, in both languages, for the tenant too."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from pypdf import PdfReader

from billing.exports.statements import STATEMENT_COLUMNS, statement_file
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts
from billing.receivables.balances import Account, statement
from billing.receivables.services import record_payment
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import finance_scope, operator_scope, tenant_scope
from tests.builders.billing import NOVEMBER_3, NOVEMBER_24, a_closed_call, a_world, mediate_calls
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db

DAYS = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def account():
    """The museum's: an invoice over 9,135.27, 5,000.00 paid, and a credit note over all of it."""
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        invoice = approve_and_issue(
            prepare(refresh_drafts(contract, NOVEMBER_3)[0], first, NOVEMBER_3), second, NOVEMBER_3
        )
        record_payment(
            invoice.tenant, invoice.entity, Decimal(5000), "CNY", date(2026, 11, 20), user=first, at=NOVEMBER_24,
            bank_ref="=B1",
        )  # fmt: skip
        approve_and_issue(credit(invoice, first, "goodwill", NOVEMBER_24), second, NOVEMBER_24)
    return Account(invoice.tenant_id, invoice.entity_id, "CNY")


def rows(account):
    with finance_scope():
        content = statement_file(statement(account, *DAYS), "csv", NOVEMBER_24).content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_tells_how_one_balance_becomes_the_other(account):
    head, *told = rows(account)
    assert tuple(head) == STATEMENT_COLUMNS
    assert [(row[3], row[4], row[6], row[7]) for row in told] == [
        ("2026-11-01", "opening", "", "0"),
        ("2026-11-03", "invoice", "9135.27", "9135.27"),
        ("2026-11-20", "payment", "-5000.00", "4135.27"),
        ("2026-11-24", "credit_note", "-9135.27", "-5000.00"),
        ("2026-11-30", "closing", "", "-5000.00"),
    ]
    assert told[2][5] == "'=B1", "no bank's text becomes a formula"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Statement of account", "Opening balance", "Payment", "4,135.27", "-5,000.00"]),
        ("zh-hans", ["对账单", "期初余额", "收款", "4,135.27"]),
        ("both", ["Statement of account", "对账单", "期末余额"]),
    ],
)
def test_pdf_prints_it_in_its_language_and_again_as_the_same_bytes(account, language, words):
    with finance_scope():
        told = statement(account, *DAYS)
        file, again = (statement_file(told, f"pdf-{language}", NOVEMBER_24) for _ in range(2))
    assert file.content == again.content
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages)
    assert [word for word in words if word not in text] == []


def test_tenant_takes_its_own_and_nobody_elses(account):
    with operator_scope():
        other = a_tenant("harbour")
        for code, tenant in (("museum", account.tenant_id), ("harbour", other.pk)):
            user = User.objects.create(username=code)
            Membership.objects.create(tenant_id=tenant, user=user, role="owner")
    own, neighbour = Client(), Client()
    own.force_login(User.objects.get(username="museum"))
    neighbour.force_login(User.objects.get(username="harbour"))
    path = f"statements/{account.entity_id}/CNY/csv/"
    assert f"/t/museum/{path}" in own.get("/t/museum/").content.decode()
    assert b"9135.27" in own.get(f"/t/museum/{path}").content
    assert [neighbour.get(f"/t/{code}/{path}").status_code for code in ("museum", "harbour")] == [404, 404]
    with tenant_scope(other.pk):
        assert statement(account, *DAYS).entries == ()
