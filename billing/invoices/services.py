"""What people do with documents: prepare, withdraw, approve, issue, credit.

Rules of this file: one person prepares, another approves; both work in finance. What is prepared stands still until it
is issued or withdrawn, so that the second person approves what is then printed. All runs in the finance scope.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from procrastinate.contrib.django import app

from billing.contracts.models import Contract
from billing.contracts.services import SecondPersonNeeded, must_be_finance
from billing.invoices.crediting import credit
from billing.invoices.drafting import rebuild, refresh_draft, refresh_drafts
from billing.invoices.models import Document
from billing.invoices.numbers import NotApprovedYet, take_number
from billing.invoices.parties import BuyerMissing
from billing.rating.periods import day_starts_at, local_day
from billing.receivables.balances import Account, as_printed
from seatline.errors import Refused
from tenants.accounts.models import User

__all__ = [
    "approve",
    "approve_and_issue",
    "credit",
    "issue",
    "prepare",
    "refresh_draft",
    "refresh_drafts",
    "withdraw",
]


#: By name: the files are made from documents, so exports know this room and not the other way round.
_MAKE_FILES = "billing.make_files"


class NotADraft(Refused):
    """The document is {status}; only a draft can be prepared."""


class NotPrepared(Refused):
    """The document is {status}; only a prepared document can be approved or withdrawn."""


class PeriodStillOpen(Refused):
    """The period runs until {last_day}. Wait for its end, or make an interim invoice of what is used so far."""


class EarlierPeriodOpen(Refused):
    """The period from {starts_on} comes first: prepare its invoice before this one."""


class NothingToBill(Refused):
    """The draft has no lines."""


class DocumentNegative(Refused):
    """The draft comes to {gross}: an invoice cannot be negative. Credit the invoice that was too high instead."""


@transaction.atomic
def prepare(document: Document, user: User, at: datetime, *, interim: bool = False) -> Document:
    """Calculate a draft once more and hold it for the second person.

    A period that is still running is refused, unless `interim` says that what is used so far is to be billed early:
    fees in full, seats and usage up to now, no minimums; the rest follows on the period's next invoice. Raises
    `NotADraft`, `PeriodStillOpen`, `EarlierPeriodOpen`, `NothingToBill`, `DocumentNegative`, `BuyerMissing`.
    """
    must_be_finance(user)
    Contract.objects.select_for_update().get(pk=document.contract_id)
    document = _locked(document)
    if document.status != Document.Status.DRAFT or document.doc_type != Document.Type.INVOICE:
        raise NotADraft(status=document.get_status_display())
    earlier = Document.objects.filter(
        contract_id=document.contract_id, doc_type=Document.Type.INVOICE, starts_on__lt=document.starts_on
    ).exclude(status=Document.Status.ISSUED)
    if oldest := earlier.order_by("starts_on").first():
        # Corrections stand on the earliest open draft: out of order they would be billed on neither or on both.
        raise EarlierPeriodOpen(starts_on=oldest.starts_on)
    is_open = at < day_starts_at(document.ends_on, ZoneInfo(document.time_zone))
    if is_open and not interim:
        raise PeriodStillOpen(last_day=document.ends_on - timedelta(days=1))
    document = rebuild(document, at)
    if not document.buyer:
        raise BuyerMissing
    if not document.lines.exists():
        raise NothingToBill
    if document.gross < 0:
        raise DocumentNegative(gross=f"{document.gross:,.2f} {document.currency}")
    document.interim = is_open
    document.status, document.prepared_by, document.prepared_at = Document.Status.PREPARED, user, at
    document.save(update_fields=["interim", "status", "prepared_by", "prepared_at"])
    return document


@transaction.atomic
def withdraw(document: Document, user: User, at: datetime) -> Document | None:
    """Undo the preparation: an invoice is a draft again and is refreshed, a credit note is gone (None)."""
    must_be_finance(user)
    contract = Contract.objects.select_for_update().get(pk=document.contract_id)
    document = _locked(document)
    if document.status not in {Document.Status.PREPARED, Document.Status.APPROVED}:
        raise NotPrepared(status=document.get_status_display())
    document.status, document.interim = Document.Status.DRAFT, False
    document.prepared_by = document.prepared_at = document.approved_by = document.approved_at = None
    document.save()
    if document.doc_type == Document.Type.CREDIT_NOTE:
        document.delete()
        return None
    refresh_drafts(contract, at)
    document.refresh_from_db()
    return document


@transaction.atomic
def approve(document: Document, user: User, at: datetime) -> Document:
    """The second person's yes. Raises `SecondPersonNeeded` for the one who prepared, `NotPrepared`."""
    must_be_finance(user)
    document = _locked(document)
    if document.status != Document.Status.PREPARED:
        raise NotPrepared(status=document.get_status_display())
    if document.prepared_by_id == user.pk:
        raise SecondPersonNeeded(person=user.get_username())
    document.status, document.approved_by, document.approved_at = Document.Status.APPROVED, user, at
    document.save(update_fields=["status", "approved_by", "approved_at"])
    return document


@transaction.atomic
def issue(document: Document, at: datetime) -> Document:
    """Number an approved document; from now on nothing of it changes. Its files are made after the commit."""
    document = _locked(document)
    if document.status != Document.Status.APPROVED:
        raise NotApprovedYet
    issued_on = local_day(at, ZoneInfo(document.seller["time_zone"]))
    due_on = issued_on + timedelta(days=document.buyer["payment_terms_days"])
    account = Account(document.tenant_id, document.entity_id, document.currency)
    document.account = as_printed(account, at)
    document.save(update_fields=["account"])
    # Put down in this transaction, so the files are made if and only if the document is issued.
    app.configure_task(_MAKE_FILES).defer(document_id=str(document.pk))
    take_number(document, at, issued_on, due_on)
    document.refresh_from_db()
    return document


@transaction.atomic
def approve_and_issue(document: Document, user: User, at: datetime) -> Document:
    """The second person approves, and the document is issued in the same transaction."""
    return issue(approve(document, user, at), at)


def _locked(document: Document) -> Document:
    return Document.objects.select_for_update(of=("self",)).select_related("entity").get(pk=document.pk)
