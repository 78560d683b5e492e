"""Billing runs: started by one person, approved by another, worked off contract by contract.

Rules of this file: a run decides no amount and takes no number; `billing.invoices.services` does. Each contract is
prepared, and each document issued, in a transaction of its own that also notes the result. So a run can be cut off at
any statement and taken up again, two workers at once share the work, and a contract that fails stops no other.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from billing.contracts.models import BillingEntity, Contract
from billing.contracts.services import SecondPersonNeeded, must_be_finance
from billing.invoices.models import Document
from billing.invoices.services import withdraw
from billing.runs.models import BillingRun, RunDocument, RunItem
from seatline.errors import Refused
from tenants.accounts.models import User

log = structlog.get_logger(__name__)

OPEN = (BillingRun.Status.PREPARING, BillingRun.Status.PREPARED, BillingRun.Status.ISSUING)
#: By name: jobs know services and not the other way round.
_PREPARE, _ISSUE = "billing.prepare_run", "billing.issue_run"


class RunUnderWay(Refused):
    """The run until {closes_on} is under way: finish or withdraw it first."""


class NothingInTheRun(Refused):
    """No contract of this seller has begun before {closes_on}."""


class RunNotPrepared(Refused):
    """The run is {status}; only a run that waits for approval can be approved or worked on again."""


class RunEmpty(Refused):
    """No document of this run could be prepared; look at what failed and try again."""


class ChangedSinceSeen(Refused):
    """The run has changed since you looked at it. Look at it again before you approve it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come; contracts first, then documents."""

    contracts: int
    worked: int
    failed: int
    documents: int
    issued: int
    not_issued: int

    @property
    def percent(self) -> int:
        """Of what is under way now: preparing counts contracts, issuing counts documents."""
        if self.worked < self.contracts:
            return 100 * self.worked // self.contracts
        done = self.issued + self.not_issued
        return 100 if not self.documents or not done else 100 * done // self.documents


@transaction.atomic
def start_run(entity: BillingEntity, closes_on: date, user: User, at: datetime) -> BillingRun:
    """Begin the run of all periods that end by `closes_on`, or give back the one that is under way already.

    The work is done by a job. Raises `RunUnderWay` for a run with another day, `NothingInTheRun`.
    """
    must_be_finance(user)
    under_way = BillingRun.objects.filter(entity=entity, status__in=OPEN).first()
    if under_way is None:
        try:
            with transaction.atomic():
                run = BillingRun.objects.create(entity=entity, closes_on=closes_on, started_by=user, started_at=at)
        except IntegrityError:
            # Somebody else was faster by a moment: the constraint lets one of the two begin.
            under_way = BillingRun.objects.get(entity=entity, status__in=OPEN)
    if under_way is not None:
        if under_way.closes_on != closes_on:
            raise RunUnderWay(closes_on=under_way.closes_on)
        return under_way
    contracts = Contract.objects.filter(entity=entity, starts_on__lt=closes_on)
    items = [RunItem(tenant_id=contract.tenant_id, run=run, contract=contract) for contract in contracts]
    if not items:
        raise NothingInTheRun(closes_on=closes_on)
    RunItem.objects.bulk_create(items)
    app.configure_task(_PREPARE).defer(run_id=str(run.pk))
    return run


@transaction.atomic
def try_again(run: BillingRun, user: User, at: datetime) -> BillingRun:
    """Work on the contracts that failed once more. Raises `RunNotPrepared`."""
    must_be_finance(user)
    run = _locked(run.pk)
    if run.status != BillingRun.Status.PREPARED:
        raise RunNotPrepared(status=run.get_status_display())
    again = run.items.filter(status__in=[RunItem.Status.FAILED, RunItem.Status.NOTHING])
    if again.update(status=RunItem.Status.WAITING, error="", error_code="", error_details={}, worked_at=None):
        run.status = BillingRun.Status.PREPARING
        run.save(update_fields=["status"])
        app.configure_task(_PREPARE).defer(run_id=str(run.pk))
    return run


@transaction.atomic
def approve_run(run: BillingRun, user: User, at: datetime, *, seen: str) -> BillingRun:
    """The second person's yes to all documents of the run as they stand; a job then issues them.

    `seen` is the digest (`digest_of`) of what the person looked at. Raises `SecondPersonNeeded`, `RunNotPrepared`,
    `RunEmpty`, `ChangedSinceSeen`.
    """
    must_be_finance(user)
    run = _locked(run.pk)
    if run.status != BillingRun.Status.PREPARED:
        raise RunNotPrepared(status=run.get_status_display())
    if run.started_by_id == user.pk:
        raise SecondPersonNeeded(person=user.get_username())
    if not documents_of(run):
        raise RunEmpty
    digest = digest_of(run)
    if digest != seen:
        raise ChangedSinceSeen
    run.status, run.approved_by, run.approved_at = BillingRun.Status.ISSUING, user, at
    run.approved_sha256 = digest
    run.save(update_fields=["status", "approved_by", "approved_at", "approved_sha256"])
    app.configure_task(_ISSUE).defer(run_id=str(run.pk))
    return run


@transaction.atomic
def withdraw_run(run: BillingRun, user: User, at: datetime) -> BillingRun:
    """Give the run up before its approval: what it has prepared becomes drafts again. Raises `RunNotPrepared`."""
    must_be_finance(user)
    run = _locked(run.pk)
    if run.status not in {BillingRun.Status.PREPARING, BillingRun.Status.PREPARED}:
        raise RunNotPrepared(status=run.get_status_display())
    # Workers hold the contracts that they are at: wait for those, and let them take no other.
    list(run.items.select_for_update().order_by("pk"))
    for kept in documents_of(run):
        if kept.document.status == Document.Status.PREPARED and kept.document.prepared_by_id == run.started_by_id:
            withdraw(kept.document, user, at)
    run.items.filter(status=RunItem.Status.WAITING).update(status=RunItem.Status.NOTHING)
    run.status = BillingRun.Status.WITHDRAWN
    run.save(update_fields=["status"])
    return run


def documents_of(run: BillingRun) -> list[RunDocument]:
    """The documents of a run with their heads, by contract and period."""
    rows = RunDocument.objects.filter(item__run=run).select_related("document", "tenant", "item__contract")
    return list(rows.order_by("item__contract__number", "document__starts_on"))


def digest_of(run: BillingRun) -> str:
    """SHA-256 over what the run's documents say now, in a fixed order."""
    lines = [f"{one.document_id} {one.document.content_sha256} {one.document.gross}" for one in documents_of(run)]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def progress_of(run: BillingRun) -> Progress:
    """How far a run has come."""
    items = list(run.items.values_list("status", flat=True))
    documents = list(RunDocument.objects.filter(item__run=run).values_list("status", flat=True))
    return Progress(
        contracts=len(items),
        worked=len(items) - items.count(RunItem.Status.WAITING),
        failed=items.count(RunItem.Status.FAILED),
        documents=len(documents),
        issued=documents.count(RunDocument.Status.ISSUED),
        not_issued=documents.count(RunDocument.Status.FAILED),
    )


def _locked(run_id: UUID) -> BillingRun:
    return BillingRun.objects.select_for_update(of=("self",)).select_related("entity").get(pk=run_id)
