"""Double entry for the ledger: what documents and payments are to an accountant. Pure.

Rules of this file: every entry balances to the cent. Amounts below nought change sides, so that debit and credit are
never negative.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Finds the account for a purpose and a key (a tax code for revenue and tax, otherwise empty).
AccountOf = Callable[[str, str], str]

RECEIVABLE, REVENUE, TAX, BANK, WRITE_OFF = "receivable", "revenue", "tax", "bank", "write_off"
#: Where a seller has named no accounts: China's standard chart for enterprises.
USUAL_ACCOUNTS = {RECEIVABLE: "1122", REVENUE: "6001", TAX: "22210106", BANK: "1002", WRITE_OFF: "6701"}


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the journal."""

    on: date
    voucher: str
    tenant: str
    account: str
    purpose: str
    tax_code: str
    text: str
    debit: Decimal
    credit: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Document:
    """What an issued document is to the journal: sums of its lines and taxes by tax code."""

    on: date
    number: str
    tenant: str
    currency: str
    gross: Decimal
    nets: Sequence[tuple[str, Decimal]]
    taxes: Sequence[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Money:
    """What a payment is to the journal; `kind` as in `Payment.Kind`."""

    on: date
    reference: str
    tenant: str
    currency: str
    kind: str
    amount: Decimal


def document_postings(document: Document, account_of: AccountOf) -> list[Posting]:
    """Receivable against revenue by tax code and the tax."""
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    for code, net in document.nets:
        revenue[code] += net
    tax: dict[str, Decimal] = defaultdict(Decimal)
    for code, amount in document.taxes:
        tax[code] += amount
    post = _Poster(document.on, document.number, document.tenant, document.currency, account_of)
    return [
        *post(RECEIVABLE, "", document.number, document.gross),
        *(one for code in sorted(revenue) for one in post(REVENUE, code, document.number, -revenue[code])),
        *(one for code in sorted(tax) for one in post(TAX, code, document.number, -tax[code])),
    ]


def money_postings(money: Money, account_of: AccountOf) -> list[Posting]:
    """Bank, or what was given up, against the receivable."""
    post = _Poster(money.on, money.reference, money.tenant, money.currency, account_of)
    purpose = WRITE_OFF if money.kind == "write_off" else BANK
    return [
        *post(purpose, "", money.reference, money.amount),
        *post(RECEIVABLE, "", money.reference, -money.amount),
    ]


class _Poster:
    """Makes postings of one voucher: positive amounts are debits."""

    def __init__(self, on: date, voucher: str, tenant: str, currency: str, account_of: AccountOf) -> None:
        self.on, self.voucher, self.tenant, self.currency, self.account_of = on, voucher, tenant, currency, account_of

    def __call__(self, purpose: str, code: str, text: str, amount: Decimal) -> list[Posting]:
        if not amount:
            return []
        debit, credit = max(amount, Decimal(0)), max(-amount, Decimal(0))
        account = self.account_of(purpose, code)
        return [
            Posting(
                self.on, self.voucher, self.tenant, account, purpose, code, text, debit, credit, self.currency
            )
        ]  # fmt: skip


def out_of_balance(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """Vouchers whose debits are not their credits, with the difference: none, or a fault."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in postings:
        sums[one.voucher] += one.debit - one.credit
    return {voucher: difference for voucher, difference in sums.items() if difference}
