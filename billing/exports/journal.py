"""The journal of a seller between two days, as CSV for the accounting system. Runs in the finance scope."""

from collections.abc import Iterator
from datetime import date

from billing.contracts.models import BillingEntity
from billing.exports.job_models import LedgerAccount
from billing.exports.journal_rules import (
    USUAL_ACCOUNTS,
    AccountOf,
    Document,
    Money,
    Posting,
    document_postings,
    money_postings,
    out_of_balance,
)
from billing.exports.tables import Cell, written
from billing.invoices import models as invoices
from billing.receivables.models import Payment

JOURNAL_COLUMNS = (
    "posted_on", "voucher", "tenant", "account", "purpose", "tax_code", "text", "debit", "credit", "currency",
)  # fmt: skip


def journal_csv(entity: BillingEntity, starts_on: date, ends_on: date) -> bytes:
    """One row per posting, in the order of `JOURNAL_COLUMNS`; documents by number, then money by value date."""
    made = list(postings(entity, starts_on, ends_on))
    wrong = out_of_balance(made)
    assert not wrong, f"vouchers out of balance: {wrong}"
    return written(JOURNAL_COLUMNS, (_row(one) for one in made))


def _row(one: Posting) -> list[Cell]:
    return [
        one.on, one.voucher, one.tenant, one.account, one.purpose, one.tax_code, one.text, one.debit, one.credit,
        one.currency,
    ]  # fmt: skip


def postings(entity: BillingEntity, starts_on: date, ends_on: date) -> Iterator[Posting]:
    """What was issued and what was paid from the first day until before the last."""
    account_of = accounts_of(entity)
    documents = (
        invoices.Document.objects.filter(
            entity=entity, status="issued", issued_on__gte=starts_on, issued_on__lt=ends_on
        )
        .select_related("tenant")
        .prefetch_related("lines", "taxes")
        .order_by("issued_on", "number")
    )
    for row in documents:
        assert row.issued_on and row.number, "issued documents have them"
        yield from document_postings(
            Document(
                on=row.issued_on,
                number=row.number,
                tenant=row.tenant.code,
                currency=row.currency,
                gross=row.gross,
                nets=[(line.tax_code, line.amount) for line in row.lines.all()],
                taxes=[(tax.tax_code, tax.amount) for tax in row.taxes.all()],
            ),
            account_of,
        )
    payments = Payment.objects.filter(entity=entity, received_on__gte=starts_on, received_on__lt=ends_on)
    for paid in payments.select_related("tenant").order_by("received_on", "recorded_at"):
        reference = paid.bank_ref or f"{paid.kind.upper()}-{paid.pk}"
        yield from money_postings(
            Money(paid.received_on, reference, paid.tenant.code, paid.currency, paid.kind, paid.amount), account_of
        )


def accounts_of(entity: BillingEntity) -> AccountOf:
    """The seller's own account for a purpose and tax code, its account for the purpose, or the usual one."""
    own = {(one.purpose, one.tax_code): one.account for one in LedgerAccount.objects.filter(entity=entity)}
    return lambda purpose, code: own.get((purpose, code)) or own.get((purpose, "")) or USUAL_ACCOUNTS[purpose]
